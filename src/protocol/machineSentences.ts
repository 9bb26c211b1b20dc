import type { ErrorFacts } from './errors';
import { toldFailure } from './providerText';
import type { Translate } from './translate';
import { because, lastLine, name, text, type Sentences } from './sentenceFacts';

/** What the machine lacks, and what became of the work. */
export const machineSentences = {
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
      ? t('{0} was not found; install it, or give its path (--{0}, faceSwap.{0}Path)', text(tool, 'ffmpeg'))
      : t(
          '{0} does not work as {1}{2}; correct the path that was given',
          name(file, t),
          text(tool, 'ffmpeg'),
          because(reason),
        ),
  'tool-failed': ({ tool, file, reason, stderr }, t) => {
    const program = text(tool, 'ffmpeg');
    if (reason === 'SIGKILL')
      return t(
        '{0} was killed (SIGKILL), as systems do when memory is full; close other programs, then start the job again',
        program,
      );
    const why = because(reason ?? lastLine(stderr));
    return file === undefined
      ? t('{0} failed{1}; the log has the details', program, why)
      : t('{0} failed on {1}{2}; the log has the details', program, name(file, t), why);
  },
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
      ? t(
          'The job needed more memory than it may take (the limit is {0} GB); raise the limit (--max-memory, faceSwap.maxMemory)',
          limit,
        )
      : t(
          'The job needed more memory than it may take ({0} GB were in use, the limit is {1} GB); raise the limit (--max-memory, faceSwap.maxMemory), or take a smaller video',
          used,
          limit,
        );
  },
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
} satisfies Sentences;

/** The model, its provider, why that one cannot be used, and what cures it. */
function failed(facts: ErrorFacts, t: Translate): string[] {
  const { why = t('it failed'), cure = t('choose another execution provider') } = toldFailure(facts, t) ?? {};
  return [text(facts['model'], t('The model')), text(facts['provider'], t('the GPU')), why, cure];
}
