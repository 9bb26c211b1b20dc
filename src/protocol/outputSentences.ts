import { because, count, name, size, text, type Sentences } from './sentenceFacts';

/** What is wrong with a file that is to be written. */
export const outputSentences = {
  'output-exists': ({ file, model }, t) =>
    model === undefined
      ? t(
          '{0} exists already; choose another name, or allow it to be overwritten (on the command line with --overwrite)',
          name(file, t),
        )
      : t(
          'Another file is there as {1} already ({0}) and is not replaced; remove it first with “face-swap models remove {1}”',
          name(file, t),
          model,
        ),
  'output-folder-missing': ({ file }, t) =>
    t('The folder {0} does not exist; create it or choose another one', name(file, t)),
  'output-not-writable': ({ file, reason }, t) =>
    reason === 'ENAMETOOLONG'
      ? t('The name {0} is too long for a file; choose a shorter one', name(file, t))
      : t(
          '{0} cannot be written{1}; choose another folder or change its permissions',
          name(file, t),
          because(reason),
        ),
  'output-format-unknown': ({ file, extension, known, target, kind }, t) => {
    const formats = text(known, '.mp4 .mov .mkv .webm .png .jpg .webp');
    if (typeof target === 'string')
      return kind === 'image'
        ? t(
            '{0} is a picture, so {1} cannot be its result; choose an output that ends in one of {2}',
            name(target, t),
            name(file, t),
            formats,
          )
        : t(
            '{0} is a video, so {1} cannot be its result; choose an output that ends in one of {2}',
            name(target, t),
            name(file, t),
            formats,
          );
    return t(
      '{0} is not a format that can be written here; use one of {1}',
      file === undefined ? t('The extension {0}', text(extension, '')) : name(file, t),
      formats,
    );
  },
  'output-encoder-unfit': ({ encoder, extension }, t) =>
    t(
      'Video of {0} does not go into {1}; choose another encoder (--output-video-encoder, faceSwap.outputVideoEncoder), or an output that ends in .mp4 or .mkv',
      text(encoder, '?'),
      text(extension, '?'),
    ),
  'output-rotation-unfit': ({ extension }, t) =>
    t(
      'The target is mirrored by its metadata, which {0} cannot hold; choose an output that ends in .mp4 or .mov',
      text(extension, '?'),
    ),
  'output-is-input': ({ file }, t) =>
    t('{0} is one of the input files, which are never overwritten; choose another output', name(file, t)),
  'disk-full': ({ file, needed, free, limit }, t) => {
    if (limit !== undefined)
      return t(
        'What waits between the processors for {0} takes more than {1} MB of the disk; raise that limit (--max-disk-mb, faceSwap.maxDiskMb)',
        name(file, t),
        limit,
      );
    return typeof needed === 'number' && typeof free === 'number'
      ? t(
          'There is not enough space for {0} (up to {1} needed, {2} free); free some, or write to another disk',
          name(file, t),
          size(needed),
          size(free, Math.floor),
        )
      : t('There is not enough space for {0}; free some, or write to another disk', name(file, t));
  },
  'label-not-drawable': ({ characters }, t) =>
    t(
      'The label cannot be drawn: its font has no picture of {0}; leave that out of --label-text or faceSwap.labelText',
      text(characters, '?'),
    ),
  'label-too-long': ({ size: pixels }, t) =>
    t(
      'The label is too long to be read in a picture of {0} pixels; make --label-text or faceSwap.labelText shorter',
      text(pixels, '?'),
    ),
  'verification-failed': ({ what, expected, found }, t) =>
    expected === undefined
      ? t(
          'The finished video did not pass its check ({0}) and was not kept; please report this with the log',
          text(what, t('content')),
        )
      : t(
          'The finished video did not pass its check ({0}: {1} expected, {2} found) and was not kept; please report this with the log',
          text(what, t('content')),
          expected,
          count(found),
        ),
} satisfies Sentences;
