import type { ErrorFacts } from './errors';
import { isExecutionProvider, type ExecutionProvider } from './job';
import { isProviderCause, type ProviderCause, type ProviderFacts, type ProviderFailure } from './providers';
import { english, type Translate } from './translate';

type Sentences = (
  facts: ProviderFacts,
  t: Translate,
  provider: ExecutionProvider,
) => [why: string, cure: string];

const nvidia = (provider: ExecutionProvider) => provider === 'cuda' || provider === 'tensorrt';

/** CUDA's major version that the CUDA provider is built for. */
export const cudaMajor = '13';

const runInstall = (t: Translate) =>
  t('run “face-swap cuda install”, in VS Code “Face Swap: Install CUDA Runtime”');
const updateDriver = (t: Translate) => t('install the newest driver from nvidia.com and restart');
const otherProvider = (t: Translate) => t('choose another execution provider');
const otherForModel = (t: Translate) => t('choose another execution provider for this model');
const closeOthers = (t: Translate) => t('close that program, or take the GPU out of its exclusive mode');

const libraryOf = ({ library, title }: ProviderFacts, t: Translate): string =>
  library === undefined ? t('a library') : title === undefined ? library : `${title} (${library})`;
const fileOf = ({ file }: ProviderFacts, t: Translate): string => file ?? t('the provider’s library');
const linesOf = (text: string | undefined): string[] => text?.split('\n') ?? [];

/** What no package manager brings, by the name that it has among packages. */
export function withoutPackage(name: string, t: Translate = english): string {
  if (name === 'NVIDIA driver') return t('NVIDIA’s driver');
  return name === 'Visual C++ runtime' ? t('the Microsoft Visual C++ Redistributable') : name;
}

/** `install X, and run “a”, or run “b”`: everything that is to be done, each command one way to do it. */
export function howToInstall(
  others: readonly string[],
  commands: readonly string[],
  t: Translate = english,
): string {
  const byHand = others.map((name) => t('install {0}', withoutPackage(name, t)));
  const run = commands.map((command) => t('run “{0}”', command));
  const ways = run.length < 2 ? run : [t('{0} or {1}', run.slice(0, -1).join(', '), run.at(-1)!)];
  const parts = [...byHand, ...ways];
  if (parts.length === 0) return t('install the package that brings it');
  return parts.length === 1 ? parts[0] : t('{0} and {1}', parts.slice(0, -1).join(', '), parts.at(-1)!);
}

const bring = ({ install, other }: ProviderFacts, t: Translate): string =>
  howToInstall(linesOf(other), linesOf(install), t);

/** Package managers take what is there for whole. */
const anew = (commands: string | undefined): string | undefined =>
  commands
    ?.replace(/^(pip|conda) install /gm, '$1 install --force-reinstall ')
    .replace(/^sudo apt install /gm, 'sudo apt install --reinstall ');

const because = (reason: string | undefined): string => (reason === undefined ? '' : ` (${reason})`);

/** For every cause what is wrong, and what to do about it. */
const sentences: Record<ProviderCause, Sentences> = {
  'other-platform': ({ needed }, t) => [
    t('it exists on {0} only', needed ?? t('another system')),
    otherProvider(t),
  ],
  'not-built': (_, t, provider) => [
    t('this build of the runtime has no {0} provider', provider),
    otherProvider(t),
  ],
  'no-device': (_, t, provider) =>
    nvidia(provider)
      ? [
          t('no NVIDIA GPU with a working driver was found on this machine'),
          t('if there is one, install NVIDIA’s driver; in a container, start it with access to the GPU'),
        ]
      : [t('no GPU that it can use was found on this machine'), t('if there is one, install its driver')],
  'device-hidden': ({ found = '' }, t) => [
    t('the GPU is hidden by CUDA_VISIBLE_DEVICES={0}', found),
    t('remove that environment variable, or name a GPU of this machine in it'),
  ],
  'device-busy': (_, t) => [t('another program has the GPU for itself alone'), closeOthers(t)],
  'device-unsupported': (_, t) => [
    t('this GPU is too old or too new for the runtime'),
    t('choose another GPU or another execution provider'),
  ],
  'device-lost': (_, t) => [
    t('the GPU was lost while it worked, as when its driver restarts or its memory is full'),
    t('close other programs that use the GPU, and update its driver if it happens again'),
  ],
  'driver-missing': ({ library }, t) => [
    t('the driver of the GPU does not offer {0}', library ?? t('the driver’s library')),
    t('install NVIDIA’s driver; in a container, start it with the capability “compute”'),
  ],
  'driver-old': ({ found }, t) => [
    found === undefined
      ? t('the GPU’s driver is too old for CUDA {0}', cudaMajor)
      : t('the GPU’s driver {0} is too old for CUDA {1}', found, cudaMajor),
    updateDriver(t),
  ],
  'driver-mismatch': (_, t) => [
    t('the loaded driver of the GPU and its libraries are of different versions, as after an update'),
    t('restart the machine'),
  ],
  'driver-failed': ({ reason }, t) => [
    t('the GPU’s driver is in trouble{0}', because(reason)),
    t('restart the machine, and update the driver if that does not help'),
  ],
  'provider-missing': ({ library }, t) => [
    t('{0} is not installed', library ?? t('the provider’s library')),
    runInstall(t),
  ],
  'provider-broken': (facts, t) => [
    t('{0} is damaged{1}', fileOf(facts, t), because(facts.reason)),
    t('remove it and {0}', runInstall(t)),
  ],
  'provider-version': (facts, t) => [
    t(
      '{0} belongs to another version of the runtime ({1})',
      fileOf(facts, t),
      (facts.found === undefined ? '' : `${facts.found}, `) +
        t('needed is {0}', facts.needed ?? t('this version')),
    ),
    t('remove it and {0}', runInstall(t)),
  ],
  'library-missing': (facts, t) => {
    if (facts.library === undefined)
      return [
        t('a library that it needs is missing, and the system does not say which'),
        t('install the CUDA {0} Toolkit and cuDNN 9', cudaMajor),
      ];
    const why =
      facts.more === undefined
        ? t('{0} is missing', libraryOf(facts, t))
        : t('{0} is missing, and with it {1}', libraryOf(facts, t), facts.more);
    return [why, bring(facts, t)];
  },
  'library-broken': (facts, t) => [
    t('{0} is damaged{1}', facts.file ?? libraryOf(facts, t), because(facts.reason)),
    facts.install === undefined
      ? t('install the package that holds it anew')
      : bring({ install: anew(facts.install)! }, t),
  ],
  'library-elsewhere': (facts, t) => [
    t(
      '{0} lies in {1}, where the loader does not look',
      libraryOf(facts, t),
      facts.file ?? t('another folder'),
    ),
    t('add that folder to {0}, or {1}', facts.needed ?? t('the library path'), runInstall(t)),
  ],
  'library-mismatch': (facts, t) => [
    t('{0} is of a version that does not fit the others', libraryOf(facts, t)),
    t('remove other versions from the library path, and {0}', bring(facts, t)),
  ],
  'wrong-cuda': (facts, t) => [
    t(
      '{0} is missing: CUDA {1} is installed, needed is CUDA {2}',
      facts.library ?? t('a library'),
      facts.found ?? '?',
      facts.needed ?? cudaMajor,
    ),
    bring(facts, t),
  ],
  permission: ({ file }, t) => [
    t('{0} may not be read', file ?? t('a library')),
    t('change its permissions'),
  ],
  'out-of-memory': (_, t) => [
    t('there was not enough GPU memory'),
    t(
      'close other programs that use the GPU, or let the processors work one after the other (--memory-strategy sequential)',
    ),
  ],
  'no-nodes': (_, t) => [t('it loaded the model, but ran no part of it'), otherForModel(t)],
  crash: ({ reason }, t) => [
    t('the try-out process crashed ({0}), most likely in the GPU’s driver', reason ?? t('without a word')),
    t('update the driver; if that does not help, choose another execution provider'),
  ],
  hang: ({ reason }, t) => [
    t('the try-out process did not answer ({0})', reason ?? t('for too long')),
    t('restart the machine, and update the GPU’s driver if that does not help'),
  ],
  unknown: ({ reason }, t) => [
    t('it failed ({0})', reason ?? t('without a word')),
    t('choose another execution provider, and report this with the log'),
  ],
};

/** What is wrong and what cures it, without full stops: they are parts of longer sentences. */
export function failureText(
  { provider, cause, facts }: Pick<ProviderFailure, 'provider' | 'cause' | 'facts'>,
  t: Translate = english,
): { why: string; cure: string } {
  const [why, cure] = sentences[cause](facts, t, provider);
  return { why, cure };
}

/** A failure with its sentences in English. */
export function providerFailure(
  provider: ExecutionProvider,
  cause: ProviderCause,
  facts: ProviderFacts = {},
): ProviderFailure {
  return { provider, cause, facts, ...failureText({ provider, cause, facts }) };
}

/** The sentences of the failure that an error is about; undefined for other errors. */
export function toldFailure(
  { provider, cause, ...facts }: ErrorFacts,
  t: Translate = english,
): { why: string; cure: string } | undefined {
  const isKnown = isExecutionProvider(provider) && isProviderCause(cause);
  return isKnown ? failureText({ provider, cause, facts }, t) : undefined;
}

/** `cuda: why – cure`, for lists. */
export function describeFailure({ provider, why, cure }: ProviderFailure): string {
  return `${provider}: ${why} – ${cure}`;
}
