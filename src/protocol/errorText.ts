import type { ErrorCode, ErrorFacts } from './errors';

type Describe = (facts: ErrorFacts) => string;

/** One sentence for every code: what is wrong, in which file, and what to do next. */
const sentences: Record<ErrorCode, Describe> = {
  usage: ({ option, reason }) =>
    option === undefined
      ? text(reason, 'The call is not understood')
      : `--${option}: ${text(reason, 'not understood')}`,
  'job-file-invalid': ({ file, reason }) =>
    `${name(file)} is not a job that can be run: ${text(reason, 'it cannot be read')}; correct it in a text editor`,
  'input-missing': ({ file }) => `${name(file)} does not exist; check the path`,
  'input-unreadable': ({ file, reason }) =>
    `${name(file)} cannot be read${because(reason)}; check its permissions`,
  'input-empty': ({ file }) => `${name(file)} is empty; choose a file with a picture or a video in it`,
  'input-is-directory': ({ file }) => `${name(file)} is a folder; choose a file in it`,
  'not-media': ({ file, wanted }) =>
    wanted === 'photo'
      ? `${name(file)} is not a picture that can be read; choose a photo as the source`
      : `${name(file)} is neither a video nor a picture that can be read; choose another file`,
  'no-video-stream': ({ file }) => `${name(file)} has sound but no picture; choose a video`,
  'media-truncated': ({ file, frames, expected }) =>
    `${name(file)} is damaged or cut off${
      expected === undefined ? '' : ` (${count(frames)} of ${expected} frames can be read)`
    }; copy or export it again`,
  'media-unsupported': ({ file, feature }) =>
    `${name(file)} cannot be processed without damage (${text(feature, 'unusual format')}); convert it to a plain 8-bit file first`,
  'output-exists': ({ file }) =>
    `${name(file)} exists already; choose another name, or allow it to be overwritten`,
  'output-folder-missing': ({ file }) =>
    `The folder ${name(file)} does not exist; create it or choose another one`,
  'output-not-writable': ({ file, reason }) =>
    `${name(file)} cannot be written${because(reason)}; choose another folder or change its permissions`,
  'output-format-unknown': ({ file, extension, known }) =>
    `${file === undefined ? `The extension ${text(extension, '')}` : name(file)} is not a format that can be written here; use one of ${text(known, '.mp4 .mov .mkv .webm .png .jpg .webp')}`,
  'output-is-input': ({ file }) =>
    `${name(file)} is one of the input files, which are never overwritten; choose another output`,
  'disk-full': ({ file, needed, free }) =>
    `There is not enough space for ${name(file)}${
      typeof needed === 'number' && typeof free === 'number'
        ? ` (up to ${size(needed)} needed, ${size(free)} free)`
        : ''
    }; free some, or write to another disk`,
  'no-source-face': ({ file }) =>
    `No face was found in the source ${name(file)}; choose a photo in which the face is well visible`,
  'no-reference-face': ({ file, frame, frames }) => {
    const target = file === undefined ? 'target' : `target ${name(file)}`;
    if (frames !== undefined)
      return `The ${target} has no frame ${count(frame)}, only ${frames} from 0 on; choose another reference frame`;
    return frame === undefined
      ? `No face was found in the ${target}; choose one in which a face is well visible`
      : `No face was found in frame ${frame} of the ${target}; choose another reference frame, or swap all faces`;
  },
  'no-face-at-place': ({ file, frame, frames, x, y }) => {
    const target = file === undefined ? 'the target' : name(file);
    if (frames !== undefined)
      return `The face map names frame ${count(frame)} of ${target}, which has only ${frames} from 0 on; choose the person's face anew`;
    return `No face was found at ${count(x)}, ${count(y)}${frame === undefined ? '' : ` in frame ${frame}`} of ${target}, where the face map has a person; choose that person's face anew`;
  },
  'model-missing': ({ model, file }) =>
    `The model ${text(model, file === undefined ? 'that is needed' : name(file))} is not installed; install it, or choose another processor`,
  'model-corrupt': ({ file, reason }) =>
    `The model file ${name(file)} is damaged${because(reason)}; remove it and build or install it again`,
  'model-wrong': ({ file, reason }) =>
    `${name(file)} is not the model that is wanted${because(reason)}; choose another file`,
  'model-by-hand': ({ model, link }) =>
    `${text(model, 'The model')} cannot be downloaded here, because no public record says what its file must be; get it from ${text(link, 'its authors')} and add it with “models add”`,
  'licence-not-accepted': ({ model, licence, link }) =>
    `${text(model, 'The model')} is under the licence ${text(licence, 'of its authors')} (${text(link, 'see its authors’ pages')}); read it, and accept it to get the model (on the command line with --accept-licence)`,
  'terms-not-accepted': () =>
    'The terms of use have not been accepted on this machine; read them in docs/responsible-use.md, and accept them once with --accept-terms (in VS Code in the dialog before the first job)',
  'content-refused': ({ file, why, times, score, limit }) =>
    `${name(file)} was refused${times === undefined ? '' : ` for what it shows at ${times}`}: ${
      why === 'minor'
        ? 'somebody in it or in the source may be a minor, and the content check gave it a raised'
        : 'the content check takes it for intimate content, with a'
    } score of ${count(score)} (limit ${count(limit)})${
      why === 'minor'
        ? '; this is final'
        : '; nothing was written. If that is a mistake, leave those moments out or use another file, and report the score and the times without the file itself'
    }`,
  'download-failed': ({ model, reason }) =>
    `${text(model, 'The model')} could not be downloaded${because(reason)}; what has arrived is kept, so check the connection and try again`,
  'download-not-confirmed': ({ model, bytes, link }) =>
    `${text(model, 'The package')}${typeof bytes === 'number' ? ` (${size(bytes)})` : ''} was not downloaded, because nobody agreed to it; agree when asked, or with --yes (licence: ${text(link, 'see its page')})`,
  'cuda-unsupported': ({ version, platform }) =>
    `There is no CUDA provider of onnxruntime ${text(version, '')} for ${text(platform, 'this platform')}; other execution providers are used here, see “face-swap doctor”`,
  'cuda-wrong': ({ file, reason }) =>
    `${name(file)} is not the CUDA provider that is wanted${because(reason)}; name a folder with the right one, or none`,
  'cuda-not-had': ({ version, reason }) =>
    `The CUDA provider for onnxruntime ${text(version, '')} could not be had${because(reason)}; what has arrived is kept, so check the connection and try again, or name a folder that holds it with --cuda-runtime-path (in VS Code faceSwap.cuda.runtimePath)`,
  'tool-missing': ({ tool, file, reason }) =>
    file === undefined
      ? `${text(tool, 'ffmpeg')} was not found; install it, or give its path`
      : `${name(file)} does not work as ${text(tool, 'ffmpeg')}${because(reason)}; correct the path that was given`,
  'tool-failed': ({ tool, file, stderr }) =>
    `${text(tool, 'ffmpeg')} failed${file === undefined ? '' : ` on ${name(file)}`}${because(lastLine(stderr))}; the log has the details`,
  'encoder-unavailable': ({ encoder, reason, stderr }) =>
    `The video encoder ${text(encoder, '')} cannot be used here${because(reason ?? lastLine(stderr))}; choose libx264`,
  'provider-unavailable': ({ reason }) =>
    `None of the chosen execution providers can run the models${because(reason)}; add cpu to them`,
  'gpu-unavailable': ({ model, provider, reason, cure }) =>
    `${text(model, 'The model')} cannot run on ${text(provider, 'the GPU')}, because ${text(reason, 'it failed')}; ${text(cure, 'choose another execution provider')}, or allow it to run without (--on-gpu-unavailable warn)`,
  'out-of-memory': ({ limit, model, provider }) =>
    provider !== undefined
      ? `The memory of the GPU was full while ${text(model, 'a model')} ran on ${provider}; close other programs that use the GPU, or add cpu to the execution providers`
      : `There was not enough memory${limit === undefined ? '' : ` (the limit is ${limit} GB)`}; raise the limit or close other programs`,
  'verification-failed': ({ what, expected, found }) =>
    `The finished video did not pass its check (${text(what, 'content')}${
      expected === undefined ? '' : `: ${expected} expected, ${count(found)} found`
    }) and was not kept; please report this with the log`,
  'worker-died': ({ reason, stderr }) =>
    `The rendering process ended unexpectedly${because(reason ?? lastLine(stderr))}; nothing was written, start the job again`,
  busy: () => 'A job is running, and previews would take the memory it needs; wait until it has ended',
  cancelled: ({ model }) =>
    model === undefined
      ? 'The job was cancelled, and nothing was written'
      : `The download of ${model} was cancelled; what has arrived is kept, and the next try goes on from there`,
  internal: ({ reason }) =>
    `Something went wrong inside Face Swap${because(reason)}; please report this with the log`,
};

/** The sentence for people; ends with a full stop. */
export function describeError(error: { code: ErrorCode; facts: ErrorFacts }): string {
  const sentence = sentences[error.code](error.facts).replace(/\s+/g, ' ').trim();
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}

function text(fact: string | number | undefined, otherwise: string): string {
  return fact === undefined || fact === '' ? otherwise : String(fact).replace(/\.$/, '');
}

function count(fact: string | number | undefined): string {
  return text(fact, '0');
}

/** File names may hold anything; control characters would break the line they are told in. */
function name(file: string | undefined): string {
  // eslint-disable-next-line no-control-regex
  return file === undefined ? 'The file' : `“${file.replace(/[\u0000-\u001f]/g, '␤')}”`;
}

function because(reason: string | number | undefined): string {
  return reason === undefined || reason === ''
    ? ''
    : ` (${String(reason).split('\n')[0].replace(/\.$/, '')})`;
}

function lastLine(stderr: string | undefined): string | undefined {
  return stderr?.trim().split('\n').at(-1)?.slice(0, 200);
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
