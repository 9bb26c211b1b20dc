import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { thisMachine } from '../../src/machine/surroundings';
import { explain } from '../../src/pipeline/inference/explain';
import { findLibrary } from '../../src/pipeline/inference/findLibrary';
import { describeShares, nodeShares } from '../../src/pipeline/inference/profile';
import { libraryTrouble, versionOf } from '../../src/pipeline/inference/providerFile';
import { parseProviders, whyImpossible, type Machine } from '../../src/pipeline/inference/providers';
import { runtimeFolder } from '../../src/pipeline/inference/runtime';
import { FaceSwapError } from '../../src/protocol/errors';
import { elfLibrary } from '../support/nativeLibraries';
import { runtimeMessages } from '../support/runtimeMessages';
import { temporaryFolder } from '../support/temporaryFolder';

const isLinux = process.platform === 'linux';
const folder = temporaryFolder('providers');
const realLibrary = path.join(runtimeFolder, 'onnxruntime_binding.node');
let count = 0;

/** A folder with provider libraries that are libraries of this machine, with a version in them. */
function installed(version = '1.29.0'): { folder: string; cuda: string } {
  const place = `runtime ${++count}`;
  const library = Buffer.concat([readFileSync(realLibrary), Buffer.from(`\0${version}\0`)]);
  const cuda = folder.write(`${place}/libonnxruntime_providers_cuda.so`, library);
  copyFileSync(realLibrary, path.join(path.dirname(cuda), 'libonnxruntime_providers_shared.so'));
  return { folder: path.dirname(cuda), cuda };
}

describe('provider names', () => {
  test('keep their order, once each', () => {
    assert.deepEqual(parseProviders(['cuda', 'cpu', 'cuda']), ['cuda', 'cpu']);
  });

  test('are refused when onnxruntime would drop them silently', () => {
    for (const names of [['cpu', 'cuda12'], []])
      assert.throws(
        () => parseProviders(names),
        (error) => error instanceof FaceSwapError && error.code === 'usage',
      );
    assert.throws(() => parseProviders(['cuda12']), /cuda12; it must be one of cuda, tensorrt/);
  });
});

describe('a provider is not even tried', () => {
  const gpu = [{ uuid: 'GPU-1' }];
  const machine = (more: Partial<Machine> = {}): Machine => ({
    built: ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'],
    folder: '/nowhere',
    gpus: gpu,
    env: {},
    ...more,
  });
  const causeFor = (more: Partial<Machine>) => whyImpossible('cuda', machine(more))?.cause;

  test('on the wrong system; the CPU always is', () => {
    assert.equal(whyImpossible('cpu', machine()), undefined);
    const foreign = process.platform === 'darwin' ? 'dml' : 'coreml';
    assert.equal(whyImpossible(foreign, machine())?.cause, 'other-platform');
  });

  test('when its library is missing, cut off or none', { skip: !isLinux }, () => {
    assert.equal(causeFor({}), 'provider-missing');
    const { folder: place, cuda } = installed();
    assert.equal(causeFor({ folder: place }), undefined);
    truncateSync(cuda, 100_000);
    const broken = whyImpossible('cuda', machine({ folder: place }));
    assert.equal(broken?.cause, 'provider-broken');
    assert.match(broken.why, /providers_cuda\.so is damaged \(it is cut off: 100000 bytes instead of \d+\)/);
    writeFileSync(
      cuda,
      'a page that says 404, as downloads sometimes do, and not a library at all'.repeat(9),
    );
    assert.match(whyImpossible('cuda', machine({ folder: place }))!.why, /it is no library/);
    writeFileSync(cuda, '');
    assert.match(whyImpossible('cuda', machine({ folder: place }))!.why, /it has 0 bytes only/);
  });

  test('when the GPU is hidden, and told from when there is none', { skip: !isLinux }, () => {
    for (const hidden of ['', '-1', 'GPU-2', '7'])
      assert.equal(causeFor({ env: { CUDA_VISIBLE_DEVICES: hidden } }), 'device-hidden', hidden);
    for (const visible of ['0', 'GPU-1'])
      assert.equal(causeFor({ env: { CUDA_VISIBLE_DEVICES: visible } }), 'provider-missing', visible);
  });
});

/** A provider that wants what the real one for CUDA 13 wants. */
function wanting(place: string): { folder: string; version: string } {
  const wanted = [
    'libcublasLt.so.13',
    'libcublas.so.13',
    'libcurand.so.10',
    'libcudart.so.13',
    'libcuda.so.1',
  ];
  const cuda = folder.write(`${place}/libonnxruntime_providers_cuda.so`, elfLibrary(wanted, '1.29.0'));
  copyFileSync(realLibrary, path.join(path.dirname(cuda), 'libonnxruntime_providers_shared.so'));
  return { folder: path.dirname(cuda), version: '1.29.0' };
}

describe('the causes that files tell', { skip: !isLinux }, () => {
  const words = (text: string) => ({ text });
  const causeOf = async (around: { folder: string; env?: NodeJS.ProcessEnv }, text: string) =>
    explain('cuda', words(text), { version: '1.29.0', ...around });

  test('a crash without a word: the library is of another version, or the driver is to blame', async () => {
    const crash = { text: '', crash: 'SIGSEGV' };
    const foreign = installed('1.22.0');
    const failure = await explain('cuda', crash, { folder: foreign.folder, version: '1.29.0' });
    assert.equal(failure.cause, 'provider-version');
    assert.match(failure.why, /another version of the runtime \(1\.22\.0, needed is 1\.29\.0\)/);
    const right = installed();
    assert.equal((await explain('cuda', crash, { folder: right.folder, version: '1.29.0' })).cause, 'crash');
    const silent = { text: '', hang: '180 s' };
    assert.equal((await explain('cuda', silent, { folder: right.folder, version: '1.29.0' })).cause, 'hang');
  });

  test('a missing library of an older CUDA belongs to a provider of another version', async () => {
    const { cause } = await causeOf(installed('1.22.0'), runtimeMessages.olderCudaMissing);
    assert.equal(cause, 'provider-version');
  });

  test('a library lies where the loader does not look, or in another version', async () => {
    const place = installed();
    const root = folder.path('venv');
    const env = { VIRTUAL_ENV: root };
    const inVenv = 'venv/lib/python3.12/site-packages/nvidia/cu13/lib';
    const first = await causeOf({ ...place, env }, runtimeMessages.cublasMissing);
    assert.equal(first.cause, 'library-missing');
    folder.write(`${inVenv}/libcublas.so.12`, '');
    const other = await causeOf({ ...place, env }, runtimeMessages.cublasMissing);
    assert.equal(other.cause, 'wrong-cuda');
    assert.match(other.why, /CUDA 12 is installed, needed is CUDA 13/);
    folder.write(`${inVenv}/libcublas.so.13`, '');
    const elsewhere = await causeOf({ ...place, env }, runtimeMessages.cublasMissing);
    assert.equal(elsewhere.cause, 'library-elsewhere');
    assert.ok(elsewhere.why.includes(folder.path(inVenv)), elsewhere.why);
    assert.match(elsewhere.cure, /LD_LIBRARY_PATH/);
  });

  test('all that is missing is told at once, with what brings all of it', async () => {
    const around = { ...wanting('bare'), env: {} };
    const { cause, why, cure } = await explain('cuda', words(runtimeMessages.cublasLtMissing), around);
    assert.equal(cause, 'library-missing');
    assert.match(
      why,
      /^cuBLAS \(libcublasLt\.so\.13\) is missing, and with it cuRAND, CUDA runtime, (NVIDIA driver, )?cuDNN 9, NVRTC$/,
    );
    assert.match(
      cure,
      /^(install NVIDIA’s driver and )?run “pip install "nvidia-cublas==13\.\*" "nvidia-curand==10\.\*" [^“]* nvidia-cudnn-cu13 [^“]*”, run “conda install [^“]*” or run “sudo apt install [^“]*”$/,
    );
  });

  test('a library of CUDA that was cut off is to blame, not the driver', async () => {
    const place = 'cut/lib/python3.12/site-packages/nvidia/cu13/lib';
    const cublas = folder.write(`${place}/libcublas.so.13`, readFileSync(realLibrary).subarray(0, 100_000));
    const around = { ...wanting('whole'), env: { VIRTUAL_ENV: folder.path('cut') } };
    const said = words(
      runtimeMessages.cublasMissing.replace(/libcublas.so.13: cannot.*/, `${cublas}: file too short`),
    );
    for (const trouble of [{ text: '', crash: 'SIGBUS' }, said]) {
      const { cause, why, cure } = await explain('cuda', trouble, around);
      assert.equal(cause, 'library-broken', why);
      assert.ok(why.startsWith(`${cublas} is damaged (`), why);
      assert.match(cure, /^run “pip install --force-reinstall "nvidia-cublas==13\.\*"”/);
    }
  });

  test('a provider of another version is to blame for what the runtime has no words for', async () => {
    const foreign = await causeOf(installed('1.22.0'), 'something new');
    assert.equal(foreign.cause, 'provider-version');
    const own = await causeOf(installed(), 'something new');
    assert.equal(own.why, 'it failed (something new)');
  });

  test('a folder in place of the provider', async () => {
    const cuda = folder.path('odd', 'libonnxruntime_providers_cuda.so');
    mkdirSync(cuda, { recursive: true });
    const { why } = await causeOf({ folder: path.dirname(cuda) }, runtimeMessages.noLibrary);
    assert.equal(why, `${cuda} is damaged (it is no file)`);
  });

  test('a device that CUDA does not see is hidden when the variable says so', async () => {
    const place = installed();
    const hidden = await causeOf({ ...place, env: { CUDA_VISIBLE_DEVICES: '3' } }, runtimeMessages.noDevice);
    assert.equal(hidden.cause, 'device-hidden');
    const bound = { ...place, driver: '580.1', env: { CUDA_VISIBLE_DEVICES: 'GPU-a' } };
    assert.equal((await causeOf(bound, runtimeMessages.noDevice)).cause, 'no-device', 'the driver lists it');
    assert.equal((await causeOf({ ...place, env: {} }, runtimeMessages.noDevice)).cause, 'no-device');
  });

  test('an old driver is named', async () => {
    const trouble = words(runtimeMessages.driverOld);
    const failure = await explain('cuda', trouble, {
      folder: '/nowhere',
      version: '1.29.0',
      driver: '535.10',
    });
    assert.match(failure.why, /driver 535\.10 is too old for CUDA 13/);
  });
});

describe('libraries', { skip: !isLinux }, () => {
  test('are whole when their headers fit their size, and tell their version', async () => {
    const { cuda } = installed('1.28.3');
    assert.equal(libraryTrouble(realLibrary), undefined);
    assert.equal(await versionOf(cuda), '1.28.3');
    assert.equal(await versionOf(folder.write('other', 'nothing')), undefined);
  });

  test('made for another processor are told', () => {
    const bytes = readFileSync(realLibrary);
    bytes.writeUInt16LE(8, 0x12);
    assert.equal(libraryTrouble(folder.write('mips.so', bytes)), 'it is made for another processor');
  });

  test('of Windows are measured by their sections', () => {
    const dll = path.join(runtimeFolder, '..', '..', 'win32', process.arch, 'DirectML.dll');
    const whole = readFileSync(dll);
    assert.equal(libraryTrouble(folder.write('whole.dll', whole)), undefined);
    assert.match(libraryTrouble(folder.write('cut.dll', whole.subarray(0, 100_000)))!, /cut off/);
  });

  test('are looked for where conda and pip put them', () => {
    folder.write('conda/lib/libcudnn.so.9', '');
    const machine = { ...thisMachine({ CONDA_PREFIX: folder.path('conda') }), platform: 'linux' as const };
    assert.equal(findLibrary('libcudnn.so.9', machine).folder, folder.path('conda', 'lib'));
    assert.deepEqual(findLibrary('libcudnn.so.10', machine), { otherVersions: ['9'] });
  });

  test('that are missing are told with the package that brings them', async () => {
    const place = { ...installed(), version: '1.29.0', env: {} };
    for (const [message, title, command] of [
      [runtimeMessages.cudnnMissing, 'cuDNN 9 (libcudnn.so.9)', 'pip install nvidia-cudnn-cu13'],
      [runtimeMessages.cublasLtMissing, 'cuBLAS (libcublasLt.so.13)', 'pip install "nvidia-cublas==13.*"'],
      [runtimeMessages.cudartMissing, 'CUDA runtime (libcudart.so.13)', 'sudo apt install cuda-cudart-13-0'],
      [runtimeMessages.curandMissing, 'cuRAND (libcurand.so.10)', 'conda install -c conda-forge libcurand'],
      [runtimeMessages.tensorrtMissing, 'TensorRT (libnvinfer.so.10)', 'pip install tensorrt-cu13'],
      [runtimeMessages.webgpuAlone, 'Vulkan loader (libvulkan.so.1)', 'sudo apt install libvulkan1'],
    ] as const) {
      const { why, cure } = await explain('cuda', { text: message }, place);
      assert.ok(why.startsWith(`${title} is missing`), why);
      assert.ok(cure.includes(`“${command}`), cure);
    }
  });
});

describe('a profile', () => {
  const node = (provider: string, op_name: string) => ({ cat: 'Node', args: { provider, op_name } });
  const profile = JSON.stringify([
    { cat: 'Session', name: 'model_run' },
    { cat: 'Node', name: 'a_fence_before', args: {} },
    node('CUDAExecutionProvider', 'Conv'),
    node('CUDAExecutionProvider', 'Relu'),
    node('CPUExecutionProvider', 'Shape'),
    node('CPUExecutionProvider', 'Gather'),
    node('CPUExecutionProvider', 'Shape'),
  ]);

  test('counts the nodes that a provider really executed, and names those left', () => {
    const shares = { own: 2, all: 5, left: { Shape: 2, Gather: 1 } };
    assert.deepEqual(nodeShares('cuda', profile), shares);
    assert.equal(nodeShares('coreml', profile).own, 0);
    assert.equal(describeShares(shares), '2 of 5 nodes, 40 %; on the CPU stay Shape ×2, Gather ×1');
    assert.equal(describeShares({ own: 3, all: 3, left: {} }), '3 of 3 nodes, 100 %');
  });
});
