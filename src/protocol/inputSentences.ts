import { because, count, name, text, type Sentences } from './sentenceFacts';

/** What is wrong with a call, or with a file that is read. */
export const inputSentences = {
  usage: ({ option, reason }, t) =>
    option === undefined
      ? text(reason, t('The call is not understood'))
      : `--${option}: ${text(reason, t('not understood'))}`,
  'job-file-invalid': ({ file, reason }, t) =>
    t(
      '{0} is not a job that can be run: {1}; correct it in a text editor',
      name(file, t),
      text(reason, t('it cannot be read')),
    ),
  'input-missing': ({ file }, t) => t('{0} does not exist; check the path', name(file, t)),
  'input-unreadable': ({ file, reason }, t) =>
    t('{0} cannot be read{1}; check its permissions', name(file, t), because(reason)),
  'input-empty': ({ file, wanted }, t) =>
    wanted === 'model'
      ? t('{0} is empty; choose a file with a model in it', name(file, t))
      : wanted === 'photo'
        ? t('{0} is empty; choose a photo as the source', name(file, t))
        : t('{0} is empty; choose a file with a picture or a video in it', name(file, t)),
  'input-is-directory': ({ file }, t) => t('{0} is a folder; choose a file in it', name(file, t)),
  'input-no-file': ({ file }, t) =>
    t('{0} is a device or a pipe; save what comes from it as a file first', name(file, t)),
  'not-media': ({ file, wanted }, t) =>
    wanted === 'photo'
      ? t('{0} is not a picture that can be read; choose a photo as the source', name(file, t))
      : t('{0} is neither a video nor a picture that can be read; choose another file', name(file, t)),
  'no-video-stream': ({ file }, t) => t('{0} has sound but no picture; choose a video', name(file, t)),
  'media-truncated': ({ file, frames, expected }, t) =>
    expected === undefined
      ? t('{0} is damaged or cut off; copy or export it again', name(file, t))
      : t(
          '{0} is damaged or cut off ({1} of {2} frames can be read); copy or export it again',
          name(file, t),
          count(frames),
          expected,
        ),
  'media-protected': ({ file }, t) =>
    t(
      '{0} is copy-protected (encrypted), so nobody without its key can read the pictures; use a copy without protection, for example one that its publisher gives you',
      name(file, t),
    ),
  'media-unsupported': ({ file, feature, picture, megapixels }, t) => {
    if (picture !== undefined)
      return t(
        '{0} is a {1} picture, which cannot be read here; save it as JPEG or PNG first',
        name(file, t),
        picture,
      );
    if (megapixels !== undefined)
      return t(
        '{0} has more than the {1} million pixels that a picture may have here; make it smaller first',
        name(file, t),
        megapixels,
      );
    return t(
      '{0} cannot be processed without damage ({1}); convert it first to a plain file: one video track, progressive, 8 bits',
      name(file, t),
      text(feature, t('unusual format')),
    );
  },
} satisfies Sentences;
