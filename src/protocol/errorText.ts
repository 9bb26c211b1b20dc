import type { ErrorCode, ErrorFacts } from './errors';
import { toldFailure } from './providerText';
import { english, type Translate } from './translate';

type Describe = (facts: ErrorFacts, t: Translate) => string;

/** One sentence for every code: what is wrong, in which file, and what to do next. */
const sentences: Record<ErrorCode, Describe> = {
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
  'output-exists': ({ file, model }, t) =>
    model === undefined
      ? t('{0} exists already; choose another name, or allow it to be overwritten', name(file, t))
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
  'output-format-unknown': ({ file, extension, known }, t) =>
    t(
      '{0} is not a format that can be written here; use one of {1}',
      file === undefined ? t('The extension {0}', text(extension, '')) : name(file, t),
      text(known, '.mp4 .mov .mkv .webm .png .jpg .webp'),
    ),
  'output-is-input': ({ file }, t) =>
    t('{0} is one of the input files, which are never overwritten; choose another output', name(file, t)),
  'disk-full': ({ file, needed, free }, t) =>
    typeof needed === 'number' && typeof free === 'number'
      ? t(
          'There is not enough space for {0} (up to {1} needed, {2} free); free some, or write to another disk',
          name(file, t),
          size(needed),
          size(free, Math.floor),
        )
      : t('There is not enough space for {0}; free some, or write to another disk', name(file, t)),
  'no-source-face': ({ file, position, faces }, t) =>
    position !== undefined
      ? t(
          'The source {0} has no face number {1}, only {2} from 0 on; choose another face of it',
          name(file, t),
          position,
          count(faces),
        )
      : t(
          'No face was found in the source {0}; choose a photo in which the face is well visible',
          name(file, t),
        ),
  'no-reference-face': ({ file, frame, frames }, t) => {
    const target = file === undefined ? t('target') : t('target {0}', name(file, t));
    if (frames !== undefined)
      return t(
        'The {0} has no frame {1}, only {2} from 0 on; choose another reference frame',
        target,
        count(frame),
        frames,
      );
    return frame === undefined
      ? t('No face was found in the {0}; choose one in which a face is well visible', target)
      : t(
          'No face was found in frame {0} of the {1}; choose another reference frame, or swap all faces',
          frame,
          target,
        );
  },
  'no-face-at-place': ({ file, frame, frames, x, y }, t) => {
    const target = file === undefined ? t('the target') : name(file, t);
    if (frames !== undefined)
      return t(
        "The face map names frame {0} of {1}, which has only {2} from 0 on; choose the person's face anew",
        count(frame),
        target,
        frames,
      );
    return frame === undefined
      ? t(
          "No face was found at {0}, {1} of {2}, where the face map has a person; choose that person's face anew",
          count(x),
          count(y),
          target,
        )
      : t(
          "No face was found at {0}, {1} in frame {2} of {3}, where the face map has a person; choose that person's face anew",
          count(x),
          count(y),
          frame,
          target,
        );
  },
  'model-missing': ({ model, file, get, link, unknown, builtIn }, t) => {
    const what = text(model, file === undefined ? t('that is needed') : name(file, t));
    if (builtIn !== undefined)
      return t(
        'The built-in model {0} is not there as {1}; build it with “npm run build”, or install Face Swap again',
        what,
        name(file, t),
      );
    if (get !== undefined)
      return t(
        'The model {0} is not installed; get it with “face-swap models get {1}”, in VS Code with “Face Swap: Get a Model…”, or choose another one',
        what,
        get,
      );
    if (unknown !== undefined)
      return t(
        'There is no model called {0}, neither here nor among those that can be had; “face-swap models list” shows all of them',
        what,
      );
    return link === undefined
      ? t('The model {0} is not installed; install it, or choose another one', what)
      : t(
          'The model {0} is not installed; get its file from {1} and add it with “face-swap models add”, in VS Code with “Face Swap: Add a Model File…”',
          what,
          link,
        );
  },
  'model-corrupt': ({ file, reason }, t) =>
    t(
      'The model file {0} is damaged{1}; remove it and build or install it again',
      name(file, t),
      because(reason),
    ),
  'model-wrong': ({ file, reason }, t) =>
    t('{0} is not the model that is wanted{1}; choose another file', name(file, t), because(reason)),
  'model-by-hand': ({ model, link }, t) =>
    t(
      '{0} cannot be downloaded here, because no public record says what its file must be; get it from {1} and add it with “models add”',
      text(model, t('The model')),
      text(link, t('its authors')),
    ),
  'model-not-removed': ({ model, builtIn, file, folder }, t) => {
    const what = text(model, t('that is named'));
    if (builtIn !== undefined)
      return t(
        'The model {0} is built in and stays; “face-swap models list” shows what can be removed',
        what,
      );
    return file === undefined
      ? t(
          'There is no model {0} in {1}, so nothing was removed; “face-swap models list” shows what is there',
          what,
          text(folder, t('the models folder')),
        )
      : t(
          'The model {0} lies in a folder that is only read and never changed; delete {1} yourself, or point to that folder no longer',
          what,
          name(file, t),
        );
  },
  'licence-not-accepted': ({ model, licence, link }, t) =>
    t(
      '{0} is under the licence {1} ({2}); read it, and accept it to get the model (on the command line with --accept-licence)',
      text(model, t('The model')),
      text(licence, t('of its authors')),
      text(link, t('see its authors’ pages')),
    ),
  'terms-not-accepted': (_facts, t) =>
    t(
      'The terms of use have not been accepted on this machine; read them in docs/responsible-use.md, and accept them once with --accept-terms (in VS Code in the dialog before the first job)',
    ),
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
  'content-refused': ({ file, why, times, score, limit }, t) => {
    const where =
      times === undefined
        ? t('{0} was refused', name(file, t))
        : t('{0} was refused for what it shows at {1}', name(file, t), times);
    return why === 'minor'
      ? t(
          '{0}: somebody in it or in the source may be a minor, and the content check gave it a raised score of {1} (limit {2}); this is final',
          where,
          count(score),
          count(limit),
        )
      : t(
          '{0}: the content check takes it for intimate content, with a score of {1} (limit {2}); nothing was written. If that is a mistake, leave those moments out or use another file, and report the score and the times without the file itself',
          where,
          count(score),
          count(limit),
        );
  },
  'download-failed': ({ model, reason, kept }, t) =>
    typeof kept === 'number' && kept > 0
      ? t(
          '{0} could not be downloaded{1}; check the connection and try again, which goes on from what has arrived',
          text(model, t('The model')),
          because(reason),
        )
      : t(
          '{0} could not be downloaded{1}; check the connection and try again later, or add the file from elsewhere with “face-swap models add”',
          text(model, t('The model')),
          because(reason),
        ),
  'download-not-confirmed': ({ model, bytes, link }, t) =>
    t(
      '{0} was not downloaded, because nobody agreed to it; agree when asked, or with --yes (licence: {1})',
      `${text(model, t('The package'))}${typeof bytes === 'number' ? ` (${size(bytes)})` : ''}`,
      text(link, t('see its page')),
    ),
  'cuda-unsupported': ({ version, platform }, t) =>
    t(
      'There is no CUDA provider of onnxruntime {0} for {1}; other execution providers are used here, see “face-swap doctor”',
      text(version, ''),
      text(platform, t('this platform')),
    ),
  'cuda-wrong': ({ file, reason }, t) =>
    t(
      '{0} is not the CUDA provider that is wanted{1}; name a folder with the right one, or none',
      name(file, t),
      because(reason),
    ),
  'cuda-not-had': ({ version, reason }, t) =>
    t(
      'The CUDA provider for onnxruntime {0} could not be had{1}; check the connection and try again, or name a folder that holds it with --cuda-runtime-path (in VS Code faceSwap.cuda.runtimePath)',
      text(version, ''),
      because(reason),
    ),
  'tool-missing': ({ tool, file, reason }, t) =>
    file === undefined
      ? t('{0} was not found; install it, or give its path', text(tool, 'ffmpeg'))
      : t(
          '{0} does not work as {1}{2}; correct the path that was given',
          name(file, t),
          text(tool, 'ffmpeg'),
          because(reason),
        ),
  'tool-failed': ({ tool, file, stderr }, t) =>
    file === undefined
      ? t('{0} failed{1}; the log has the details', text(tool, 'ffmpeg'), because(lastLine(stderr)))
      : t(
          '{0} failed on {1}{2}; the log has the details',
          text(tool, 'ffmpeg'),
          name(file, t),
          because(lastLine(stderr)),
        ),
  'encoder-unavailable': ({ encoder, reason, stderr }, t) =>
    t(
      'The video encoder {0} cannot be used here{1}; choose libx264',
      text(encoder, ''),
      because(reason ?? lastLine(stderr)),
    ),
  'provider-unavailable': (facts, t) =>
    t(
      '{0} cannot run on any of the chosen execution providers, on {1} because {2}; {3}, or add cpu to the execution providers',
      ...failed(facts, t),
    ),
  'gpu-unavailable': (facts, t) =>
    t(
      '{0} cannot run on {1}, because {2}; {3}, or allow it to run without (--on-gpu-unavailable warn)',
      ...failed(facts, t),
    ),
  'out-of-memory': ({ limit, used, model, provider }, t) => {
    if (provider !== undefined)
      return t(
        'The memory of the GPU was full while {0} ran on {1}; close other programs that use the GPU, or add cpu to the execution providers',
        text(model, t('a model')),
        provider,
      );
    if (limit === undefined) return t('There was not enough memory; raise the limit or close other programs');
    return used === undefined
      ? t('The job needed more memory than it may take (the limit is {0} GB); raise the limit', limit)
      : t(
          'The job needed more memory than it may take ({0} GB were in use, the limit is {1} GB); raise the limit, or take a smaller video',
          used,
          limit,
        );
  },
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
  'worker-died': ({ reason, stderr }, t) =>
    t(
      'The rendering process ended unexpectedly{0}; nothing was written, start the job again',
      because(reason ?? lastLine(stderr)),
    ),
  busy: (_facts, t) =>
    t('A job is running, and previews would take the memory it needs; wait until it has ended'),
  cancelled: ({ model }, t) =>
    model === undefined
      ? t('The job was cancelled, and nothing was written')
      : t(
          'The download of {0} was cancelled; what has arrived is kept, and the next try goes on from there',
          model,
        ),
  internal: ({ reason }, t) =>
    t('Something went wrong inside Face Swap{0}; please report this with the log', because(reason)),
};

/** The sentence for people; ends with a full stop. */
export function describeError(error: { code: ErrorCode; facts: ErrorFacts }, t: Translate = english): string {
  const sentence = sentences[error.code](error.facts, t).replace(/\s+/g, ' ').trim();
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}

/** The model, its provider, why that one cannot be used, and what cures it. */
function failed(facts: ErrorFacts, t: Translate): string[] {
  const { why = t('it failed'), cure = t('choose another execution provider') } = toldFailure(facts, t) ?? {};
  return [text(facts['model'], t('The model')), text(facts['provider'], t('the GPU')), why, cure];
}

function text(fact: string | number | undefined, otherwise: string): string {
  return fact === undefined || fact === '' ? otherwise : String(fact).replace(/\.$/, '');
}

function count(fact: string | number | undefined): string {
  return text(fact, '0');
}

/** File names may hold anything; control characters would break the line they are told in. */
function name(file: string | undefined, t: Translate): string {
  // eslint-disable-next-line no-control-regex
  return file === undefined ? t('The file') : `“${file.replace(/[\u0000-\u001f]/g, '␤')}”`;
}

function because(reason: string | number | undefined): string {
  return reason === undefined || reason === ''
    ? ''
    : ` (${String(reason).split('\n')[0].replace(/\.$/, '')})`;
}

function lastLine(stderr: string | undefined): string | undefined {
  return stderr?.trim().split('\n').at(-1)?.slice(0, 200);
}

function size(bytes: number, whole = Math.ceil): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${whole(bytes / 1e6)} MB`;
}
