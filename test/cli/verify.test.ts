import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { VerifiedModel, VerifyOutcome, VerifyReport } from '../../src/protocol/verify';
import { verifyHeadline } from '../../src/protocol/verifyText';
import { faceSwap, type Ended } from '../support/commandLine';
import { fakeGpu, type FakeGpu } from '../support/fakeGpu';
import { realRuntime } from '../support/realRuntime';
import { standInRuntime } from '../support/standInRuntime';

const models = path.resolve(__dirname, '..', 'fixtures', 'reference', 'models');
const model = (name: string) => path.join(models, `${name}-standin.onnx`);
const networks = ['--face-swapper-model', model('inswapper'), '--face-enhancer-model', model('gfpgan')];

describe('verify', { skip: process.platform !== 'linux' }, () => {
  let folder = '';
  let count = 0;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-verify-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const verify = (env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> => {
    const places = { FACE_SWAP_MODELS: path.join(folder, 'no models'), XDG_DATA_HOME: folder };
    return faceSwap(['verify', ...args], { cwd: folder, env: { ...places, ...env } });
  };
  const reportOf = ({ stdout, stderr }: Ended) => {
    assert.match(stdout, /^\{/, stderr);
    return JSON.parse(stdout) as VerifyReport & { outcome: VerifyOutcome };
  };
  const one = ({ models: all }: VerifyReport, role: VerifiedModel['role']) =>
    all.find((candidate) => candidate.role === role)!;
  const noGpu = { FACE_SWAP_NVIDIA_SMI: '/nowhere/nvidia-smi' };
  const gpu = (curve: FakeGpu['curves'][number] = [500]) =>
    fakeGpu(path.join(folder, `${++count}.json`), { curves: [curve] });
  /** A GPU whose memory is what living processes with the stand-in runtime hold. */
  const gpuWithMemory = (contextMb: number) => {
    const place = path.join(folder, `runtime ${++count}`);
    const runtime = standInRuntime(place, [], { contextMb, sessionMb: 300 });
    return { ...gpu([{ live: runtime['FACE_SWAP_STAND_IN']! }]), ...runtime };
  };

  test('is 0 when every network is proven on the wanted provider, with nodes, times and released memory', async () => {
    const env = { ...gpuWithMemory(0), FACE_SWAP_DATA: path.join(folder, 'data') };
    const ended = await verify(env, ...networks, '--json');
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    const report = reportOf(ended);
    assert.equal(report.outcome, 'wanted');
    assert.equal(report.wanted, 'cuda');
    for (const tried of report.models) {
      const onCpu = ['face_detector', 'face_landmarker'].includes(tried.role);
      assert.deepEqual(
        [tried.state, tried.provider, tried.onCpu ?? false],
        ['runs', onCpu ? 'cpu' : 'cuda', onCpu],
      );
      assert.ok(tried.createMs! > 0 && tried.warmUpMs! > 0 && tried.msPerRun! > 0, tried.role);
      if (onCpu) continue;
      assert.ok(tried.nodes!.own > 0 && tried.nodes!.own === tried.nodes!.all, tried.role);
    }
    assert.deepEqual(
      report.models.map(({ role }) => role),
      [
        'face_detector',
        ...['face_landmarker', 'face_landmarker'],
        ...['face_recognizer', 'face_swapper', 'face_enhancer'],
      ],
    );
    assert.deepEqual(
      report.releases.map(({ processor, baselineMb, beforeMb, afterMb, by, verdict }) => [
        ...[processor, baselineMb, beforeMb, afterMb, by, verdict],
      ]),
      [
        ['face analysis', 500, 800, 500, 'release', 'back'],
        ['face_swapper', 500, 800, 500, 'release', 'back'],
        ['face_enhancer', 500, 800, 500, 'release', 'back'],
      ],
    );
    const { samples, marks, totalMb } = report.trace!;
    assert.equal(totalMb, 8192);
    assert.equal(Math.max(...samples.map(({ usedMb }) => usedMb)), 800);
    assert.deepEqual(
      marks.slice(3).map(({ step, event }) => `${step} ${event}`),
      ['face_swapper', 'face_enhancer'].flatMap((step) =>
        ['begin', 'loaded', 'released'].map((event) => `${step} ${event}`),
      ),
    );
    const kept = JSON.parse(readFileSync(path.join(folder, 'data', 'provider-proofs.json'), 'utf8')) as {
      proofs: object;
    };
    assert.equal(Object.keys(kept.proofs).length, 3, 'jobs need not prove it once more');
    const memory = { totalMb: 8192, freeMb: 7692 };
    assert.deepEqual(report.gpus, [
      { name: 'NVIDIA Stand-In 3000', driver: '550.54.14', ...memory, used: true },
    ]);
  });

  test('ends processes that keep the context of CUDA, and draws the memory', async () => {
    const ended = await verify(gpuWithMemory(400), ...networks);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(
      ended.stdout,
      /^All networks run where they are wanted: on CUDA, small built-in ones on the CPU\.\n[^]*face_recognizer is tried on CUDA to prove it/,
    );
    assert.match(
      ended.stdout,
      /face_swapper: 500 MB before, 1200 MB loaded, 500 MB after; back .* by a fresh process/,
    );
    assert.match(ended.stdout, /GPU memory in use, of 8192 MB:\n *\d{4} MB │[ ▁▂▃▄▅▆▇█]+\n/);
    assert.match(ended.stdout, /[a-z] \d+\.\d s: face_enhancer is ended/);
    assert.match(ended.stdout, /NVIDIA Stand-In 3000: driver 550\.54\.14/);
  });

  test('names who holds memory that does not come back', async () => {
    const place = path.join(folder, 'held');
    const runtime = standInRuntime(place, [], { contextMb: 0, sessionMb: 0 });
    const curve = [{ usedMb: 500, until: '-context' }, 2000];
    const apps = ['GPU-fake-1, 4711, 1500, /usr/bin/game'];
    const nvidia = fakeGpu(path.join(folder, 'held.json'), { curves: [curve], apps, folder: place });
    const ended = await verify({ ...nvidia, ...runtime }, '--gpu-memory-wait', '0.2');
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(
      ended.stdout,
      /! The GPU memory of face analysis did not come back\n +→ close game \(4711\)/,
    );
  });

  test('is 1 with the cause and the cure when another provider steps in', async () => {
    const env = { ...gpu(), ...realRuntime(path.join(folder, 'missing'), (cuda) => rmSync(cuda)) };
    const ended = await verify(env, ...networks);
    assert.equal(ended.code, 1, ended.stderr);
    assert.match(ended.stdout, /^Faces can be swapped, but 3 of 3 networks do not run on CUDA\./);
    assert.match(
      ended.stdout,
      /! CUDA is not used: libonnxruntime_providers_cuda\.so is not installed\n +→ run “face-swap cuda install”/,
    );
    assert.match(ended.stdout, /! The CUDA provider of onnxruntime is not installed/);
    assert.match(ended.stdout, /✗ libcublas\.so\.13 is missing: cuBLAS\n[^]*→ [^\n]*pip install/);
    const broken = {
      ...gpu(),
      ...realRuntime(path.join(folder, 'cut off'), (cuda) => truncateSync(cuda, 5000)),
    };
    const report = reportOf(await verify(broken, '--json'));
    assert.equal(report.outcome, 'fallback');
    assert.equal(one(report, 'face_recognizer').failures[0].cause, 'provider-broken');
    assert.equal(report.cuda?.provider, 'damaged');
  });

  test('without a GPU is 1 by default and 0 when nothing but the CPU is wanted', async (t) => {
    const ended = await verify(noGpu, '--json');
    const report = reportOf(ended);
    if (report.models.some(({ provider }) => provider !== undefined && provider !== 'cpu')) {
      t.skip('this machine has a GPU');
      return;
    }
    assert.equal(ended.code, 1);
    assert.equal(one(report, 'face_recognizer').failures[0].cause, 'no-device');
    assert.equal(one(report, 'face_swapper').state, 'built-in');
    assert.equal(one(report, 'face_enhancer').state, 'absent');
    assert.deepEqual([report.releases, report.trace], [[], undefined]);
    assert.match(
      verifyHeadline(report),
      /^Faces can be swapped\. CUDA cannot be used; the built-in networks do without it\.$/,
    );
    const cpu = await verify(noGpu, '--execution-provider', 'cpu');
    assert.equal(cpu.code, 0);
    assert.match(
      cpu.stdout,
      /^All networks run on CPU, as wanted\.[^]*✓ Nothing is wrong[^]*No GPU memory can be watched/,
    );
  });

  test('is 2 with the reason when a network cannot run at all', async () => {
    const cutOff = path.join(folder, 'cut off.onnx');
    copyFileSync(model('inswapper'), cutOff);
    truncateSync(cutOff, 1000);
    for (const [args, words] of [
      [['--face-swapper-model', cutOff], /✗ face_swapper cut off\.onnx: .*damaged/],
      [['--face-enhancer-model', path.join(folder, 'none.onnx')], /✗ face_enhancer none\.onnx: /],
      [['--execution-provider', 'cuda'], /✗ face_detector: .*no NVIDIA GPU.*install NVIDIA’s driver/],
    ] as const) {
      const ended = await verify(noGpu, ...args);
      assert.equal(ended.code, 2, ended.stdout + ended.stderr);
      assert.match(ended.stdout, /^Faces cannot be swapped with this setup\./);
      assert.match(ended.stdout, words);
    }
  });

  test('is 2 when a process does not survive a network, and says how it ended', async () => {
    const place = path.join(folder, 'crashes');
    const runtime = standInRuntime(place, [{ model: 'inswapper', run: 3, crash: true }]);
    const ended = await verify({ ...gpu(), ...runtime }, ...networks);
    assert.equal(ended.code, 2, ended.stdout);
    assert.match(ended.stdout, /✗ face_swapper inswapper-standin\.onnx: .*SIGSEGV/);
    assert.match(ended.stdout, /face_enhancer gfpgan-standin\.onnx +CUDA/);
  });

  test('refuses a GPU that is not there as wrong usage', async () => {
    const ended = await verify(
      { ...gpu(), ...standInRuntime(path.join(folder, 'no 7')) },
      '--cuda-device',
      '7',
    );
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /There is no GPU 7; this machine has 0 \(NVIDIA Stand-In 3000/);
  });
});
