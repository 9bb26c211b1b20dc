import type { ExecutionProvider } from './job';
import type { ProviderCause, ProviderFacts, ProviderFailure } from './providers';

type Sentences = (facts: ProviderFacts, provider: ExecutionProvider) => [why: string, cure: string];

const nvidia = (provider: ExecutionProvider) => provider === 'cuda' || provider === 'tensorrt';
const install = 'run “face-swap cuda install”, in VS Code “Face Swap: Install CUDA Runtime”';
const update = 'install the newest driver from nvidia.com and restart';

/** CUDA's major version that the CUDA provider is built for. */
export const cudaMajor = '13';

const titleOf = ({ library = 'a library', title }: ProviderFacts) =>
  title === undefined ? library : `${title} (${library})`;
const bring = ({ install: commands = 'install the package that brings it' }: ProviderFacts) => commands;

/** For every cause what is wrong, and what to do about it. */
const sentences: Record<ProviderCause, Sentences> = {
  'other-platform': ({ needed = 'another system' }) => [
    `it exists on ${needed} only`,
    'choose another execution provider',
  ],
  'not-built': (_, provider) => [
    `this build of the runtime has no ${provider} provider`,
    'choose another execution provider',
  ],
  'no-device': (_, provider) =>
    nvidia(provider)
      ? [
          'no NVIDIA GPU with a working driver was found on this machine',
          'if there is one, install NVIDIA’s driver; in a container, start it with access to the GPU',
        ]
      : ['no GPU that it can use was found on this machine', 'if there is one, install its driver'],
  'device-hidden': ({ found = '' }) => [
    `the GPU is hidden by CUDA_VISIBLE_DEVICES=${found}`,
    'remove that environment variable, or name a GPU of this machine in it',
  ],
  'device-busy': () => [
    'another program has the GPU for itself alone',
    'close that program, or take the GPU out of its exclusive mode',
  ],
  'device-unsupported': () => [
    'this GPU is too old or too new for the runtime',
    'choose another GPU or another execution provider',
  ],
  'device-lost': () => [
    'the GPU was lost while it worked, as when its driver restarts or its memory is full',
    'close other programs that use the GPU, and update its driver if it happens again',
  ],
  'driver-missing': ({ library = 'the driver’s library' }) => [
    `the driver of the GPU does not offer ${library}`,
    'install NVIDIA’s driver; in a container, start it with the capability “compute”',
  ],
  'driver-old': ({ found }) => [
    `the GPU’s driver${found === undefined ? '' : ` ${found}`} is too old for CUDA ${cudaMajor}`,
    update,
  ],
  'driver-mismatch': () => [
    'the loaded driver of the GPU and its libraries are of different versions, as after an update',
    'restart the machine',
  ],
  'driver-failed': ({ reason }) => [
    `the GPU’s driver is in trouble${reason === undefined ? '' : ` (${reason})`}`,
    'restart the machine, and update the driver if that does not help',
  ],
  'provider-missing': ({ library = 'the provider’s library' }) => [`${library} is not installed`, install],
  'provider-broken': ({ file = 'the provider’s library', reason }) => [
    `${file} is damaged${reason === undefined ? '' : ` (${reason})`}`,
    `remove it and ${install}`,
  ],
  'provider-version': ({ file = 'the provider’s library', found, needed = 'this version' }) => [
    `${file} belongs to another version of the runtime (${found === undefined ? '' : `${found}, `}needed is ${needed})`,
    `remove it and ${install}`,
  ],
  'library-missing': (facts) =>
    facts.library === undefined
      ? [
          'a library that it needs is missing, and the system does not say which',
          `install the CUDA ${cudaMajor} Toolkit and cuDNN 9`,
        ]
      : [`${titleOf(facts)} is missing`, bring(facts)],
  'library-elsewhere': (facts) => [
    `${titleOf(facts)} lies in ${facts.file ?? 'another folder'}, where the loader does not look`,
    `add that folder to ${facts.needed ?? 'the library path'}, or ${install}`,
  ],
  'library-mismatch': (facts) => [
    `${titleOf(facts)} is of a version that does not fit the others`,
    `remove other versions from the library path, and ${bring(facts)}`,
  ],
  'wrong-cuda': (facts) => [
    `${facts.library ?? 'a library'} is missing: CUDA ${facts.found ?? '?'} is installed, needed is CUDA ${facts.needed ?? cudaMajor}`,
    bring(facts),
  ],
  permission: ({ file = 'a library' }) => [`${file} may not be read`, 'change its permissions'],
  'out-of-memory': () => [
    'there was not enough GPU memory',
    'close other programs that use the GPU, or let the processors work one after the other (--memory-strategy sequential)',
  ],
  'no-nodes': () => [
    'it loaded the model, but ran no part of it',
    'choose another execution provider for this model',
  ],
  crash: ({ reason = 'without a word' }) => [
    `the try-out process crashed (${reason}), most likely in the GPU’s driver`,
    'update the driver; if that does not help, choose another execution provider',
  ],
  hang: ({ reason = 'for too long' }) => [
    `the try-out process did not answer (${reason})`,
    'restart the machine, and update the GPU’s driver if that does not help',
  ],
  unknown: ({ reason = 'without a word' }) => [
    `it failed (${reason})`,
    'choose another execution provider, and report this with the log',
  ],
};

/** A failure with its sentences. Without full stops: they are parts of longer ones. */
export function providerFailure(
  provider: ExecutionProvider,
  cause: ProviderCause,
  facts: ProviderFacts = {},
): ProviderFailure {
  const [why, cure] = sentences[cause](facts, provider);
  return { provider, cause, why, cure };
}

/** `cuda: why – cure`, for lists. */
export function describeFailure({ provider, why, cure }: ProviderFailure): string {
  return `${provider}: ${why} – ${cure}`;
}
