import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { causeOf, isOutOfMemory } from '../../src/pipeline/inference/causes';
import { executionProviders } from '../../src/protocol/job';
import { describeError } from '../../src/protocol/errorText';
import { failureText, providerFailure } from '../../src/protocol/providerText';
import { providerCauses, type ProviderCause, type ProviderFacts } from '../../src/protocol/providers';
import { translator } from '../../src/protocol/translate';
import bundle from '../../l10n/bundle.l10n.es.json';
import { runtimeMessages } from '../support/runtimeMessages';

const spanish = translator(bundle);
const cuda = '/opt/runtime/libonnxruntime_providers_cuda.so';
const expected: Record<keyof typeof runtimeMessages, [ProviderCause, ProviderFacts?]> = {
  cublasLtMissing: ['library-missing', { library: 'libcublasLt.so.13' }],
  cublasMissing: ['library-missing', { library: 'libcublas.so.13' }],
  curandMissing: ['library-missing', { library: 'libcurand.so.10' }],
  cudartMissing: ['library-missing', { library: 'libcudart.so.13' }],
  driverMissing: ['driver-missing', { library: 'libcuda.so.1' }],
  olderCudaMissing: ['library-missing', { library: 'libcublasLt.so.12' }],
  cudnnMissing: ['library-missing', { library: 'libcudnn.so' }],
  tensorrtMissing: ['library-missing', { library: 'libnvinfer.so.10' }],
  sharedMissing: [
    'provider-missing',
    {
      file: '/opt/runtime/libonnxruntime_providers_shared.so',
      library: 'libonnxruntime_providers_shared.so',
    },
  ],
  empty: ['provider-broken', { file: cuda, reason: 'file too short' }],
  hundredBytes: ['provider-broken', { file: cuda, reason: 'cannot read file data' }],
  noLibrary: ['provider-broken', { file: cuda, reason: 'invalid ELF header' }],
  otherProcessor: ['provider-missing', { file: cuda, library: 'libonnxruntime_providers_cuda.so' }],
  noProvider: ['provider-broken', { file: cuda, reason: 'undefined symbol: GetProvider' }],
  notReadable: ['permission', { file: cuda }],
  mixedLibraries: ['library-mismatch', { library: 'libcudart.so.13' }],
  mixedCudnn: ['library-mismatch', { library: 'libcudnn.so.9' }],
  cudnnFailed: ['library-mismatch', { library: 'libcudnn' }],
  noDevice: ['no-device'],
  driverOld: ['driver-old'],
  driverOlder: ['driver-old'],
  driverMismatch: ['driver-mismatch'],
  noForwardCompatibility: ['driver-mismatch'],
  notReady: ['driver-failed', { reason: '802: system not yet initialized' }],
  unknownError: ['driver-failed', { reason: '999: unknown error' }],
  stubDriver: ['driver-missing'],
  outOfMemory: ['out-of-memory'],
  arenaFull: ['out-of-memory'],
  cublasFull: ['out-of-memory'],
  webgpuAlone: ['library-missing', { library: 'libvulkan.so.1' }],
  windowsCudnnMissing: ['library-missing', { library: 'cudnn64_9.dll' }],
  windowsSomeMissing: ['library-missing'],
  newGpu: ['device-unsupported'],
  directmlFull: ['out-of-memory'],
};

describe('what the runtime says', () => {
  for (const [name, [cause, facts = {}]] of Object.entries(expected)) {
    test(`means ${cause}: ${name}`, () => {
      const message = runtimeMessages[name as keyof typeof runtimeMessages];
      assert.deepEqual(causeOf(message), { cause, facts });
      assert.equal(isOutOfMemory(message), cause === 'out-of-memory');
    });
  }

  test('means nothing known: its first line is kept', () => {
    assert.deepEqual(causeOf('\n  a new trouble \nmore'), {
      cause: 'unknown',
      facts: { reason: 'a new trouble' },
    });
    const place = runtimeMessages.driverOld.replace(/35: [^;]*/, '500: named symbol not found ');
    assert.equal(causeOf(place).facts.reason, 'CUDA failure 500: named symbol not found');
    const load = runtimeMessages.noLibrary.replace(/Failed to load library .*/s, 'something new\n');
    assert.equal(causeOf(load).facts.reason, 'something new');
    assert.deepEqual(causeOf(''), { cause: 'unknown', facts: {} });
  });
});

describe('the sentences of the causes', () => {
  test('say what is wrong and what cures it, for every cause and provider, with facts and without', () => {
    const facts: ProviderFacts = {
      library: 'libcublas.so.13',
      file: '/x',
      found: '1',
      needed: '2',
      reason: 'r',
    };
    for (const provider of executionProviders)
      for (const cause of providerCauses)
        for (const given of [{}, facts]) {
          const failure = providerFailure(provider, cause, given);
          const { why, cure } = failure;
          assert.match(why, /^[a-z/“C].{10,}[^.\s]$/i, cause);
          assert.match(
            cure,
            /^(install|run|remove|choose|close|restart|update|add|change|if there is)/,
            cause,
          );
          assert.doesNotMatch(why + cure, /undefined|\n/, cause);
          const inSpanish = failureText(failure, spanish);
          assert.notEqual(inSpanish.why, why, cause);
          assert.notEqual(inSpanish.cure, cure, cause);
        }
  });

  test('travel in an error, and are told in the language of whoever reads it', () => {
    const { provider, cause, facts } = providerFailure('cuda', 'library-missing', {
      ...{ library: 'libcublas.so.13', title: 'cuBLAS' },
      ...{ install: 'pip install a\nconda install b', other: 'NVIDIA driver' },
    });
    const error = {
      code: 'gpu-unavailable',
      facts: { model: 'face_detector', provider, cause, ...facts },
    } as const;
    assert.equal(
      describeError(error),
      'face_detector cannot run on cuda, because cuBLAS (libcublas.so.13) is missing; install NVIDIA’s driver and run “pip install a” or run “conda install b”, or allow it to run without (--on-gpu-unavailable warn).',
    );
    assert.match(
      describeError(error, spanish),
      /no puede funcionar en cuda: falta cuBLAS \(libcublas\.so\.13\); instala el controlador de NVIDIA y ejecuta “pip install a” o ejecuta “conda install b”/,
    );
  });
});
