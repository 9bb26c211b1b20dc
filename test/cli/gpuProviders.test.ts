import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DoctorReport, JobReport } from '../../src/protocol/report';
import { mediaFolder } from '../support/cliMedia';
import { eventsOf, faceSwap } from '../support/commandLine';
import { fakeGpu, type FakeGpu } from '../support/fakeGpu';
import { realRuntime as copiedRuntime } from '../support/realRuntime';
import { standInRuntime } from '../support/standInRuntime';

const model = path.resolve(__dirname, '..', 'fixtures', 'reference', 'models', 'inswapper-standin.onnx');
const network = ['--face-swapper-model', model];
const wanted = ['--execution-provider', 'cuda', 'cpu'];

/** The real runtime beside libraries that are no CUDA, and a stand-in for it where CUDA has to run. */
describe('execution providers on the command line', { skip: process.platform !== 'linux' }, () => {
  let folder = '';
  let media = '';
  let count = 0;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-providers-'));
    media = mediaFolder(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const noGpu = { FACE_SWAP_NVIDIA_SMI: '/nowhere/nvidia-smi' };
  const gpu = (more: Partial<FakeGpu> = {}) =>
    fakeGpu(path.join(folder, `${++count}.json`), { curves: [[500]], ...more });
  const run = (env: NodeJS.ProcessEnv, ...args: string[]) => {
    const output = `${++count}.jpg`;
    const engine = args.includes('--face-swapper-model') ? [] : ['--face-swapper-model', 'mesh'];
    const common = ['run', '-s', 'ann.jpg', '-t', 'bea.jpg', '-o', output, ...engine];
    return faceSwap([...common, '--json', ...args], { cwd: media, env: { XDG_DATA_HOME: folder, ...env } });
  };
  const logsOf = (ended: Awaited<ReturnType<typeof run>>) =>
    eventsOf(ended)
      .filter(({ type }) => type === 'log')
      .map(({ level, message }) => `${String(level)}: ${String(message)}`);
  const reportOf = (ended: Awaited<ReturnType<typeof run>>) => {
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    return (eventsOf(ended).at(-1) as unknown as { report: JobReport }).report;
  };

  const realRuntime = (change?: (cuda: string) => void) =>
    copiedRuntime(path.join(folder, `real ${++count}`), change);

  test('leave a machine without a GPU in peace, and tell it once', async (t) => {
    const ended = await run(noGpu, ...network);
    if (reportOf(ended).providers.some(({ provider }) => provider !== 'cpu')) {
      t.skip('this machine has a GPU');
      return;
    }
    const lines = logsOf(ended);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('warn') && !line.includes('ArcFace')),
      [],
    );
    assert.equal(lines.filter((line) => line.includes('No GPU is used: cuda: no NVIDIA GPU')).length, 1);
    assert.ok(reportOf(ended).providers.every(({ fellBack }) => !fellBack));
  });

  test('that are wanted and cannot be had are a warning, or an error with its cure', async (t) => {
    const ended = await run(noGpu, ...wanted);
    const report = reportOf(ended);
    if (report.providers[0].provider !== 'cpu') {
      t.skip('this machine has a GPU');
      return;
    }
    assert.ok(
      logsOf(ended).some((line) => /^warn: face_detector runs on cpu \(cuda: no NVIDIA GPU/.test(line)),
    );
    const warnings = logsOf(ended).filter((line) => line.startsWith('warn'));
    assert.equal(warnings.length, 1, 'one warning for all models');
    const { failures, fellBack } = report.providers[0];
    assert.ok(fellBack);
    assert.equal(failures?.[0].cause, 'no-device');
    assert.match(failures[0].cure, /install NVIDIA’s driver/);
    for (const action of ['fail', 'ask']) {
      // Nobody sits at a terminal.
      const failed = await run(noGpu, '--on-gpu-unavailable', action);
      assert.equal(failed.code, 8, failed.stdout);
      assert.match(
        failed.stderr,
        /face_detector cannot run on cuda, because no NVIDIA GPU .*; if there is one, install/,
      );
    }
  });

  test('are refused by unknown names', async () => {
    const ended = await run(noGpu, '--execution-provider', 'cuda12');
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /cuda12.*it must be one of cuda, tensorrt/);
  });

  test('whose library is missing, cut off, damaged or foreign are told from each other', async () => {
    const causes: [string, (cuda: string) => void][] = [
      ['provider-missing', (cuda) => rmSync(cuda)],
      ['provider-broken', (cuda) => truncateSync(cuda, 100_000)],
      ['provider-broken', (cuda) => writeFileSync(cuda, 'not found'.repeat(100))],
      // A library of another version, as its text says; loading it fails like one.
      ['provider-version', (cuda) => writeFileSync(cuda, '\x001.22.0\x00', { flag: 'a' })],
    ];
    for (const [cause, change] of causes) {
      const ended = await run({ ...gpu(), ...realRuntime(change) }, ...wanted);
      const { provider, failures } = reportOf(ended).providers[0];
      assert.deepEqual([provider, failures?.[0].cause], ['cpu', cause], failures?.[0].why);
      assert.match(failures![0].cure, /face-swap cuda install/);
    }
  });

  test('on a machine with a GPU are missed by default, and a hidden GPU is told', async () => {
    const hidden = await run({ ...gpu(), ...realRuntime(), CUDA_VISIBLE_DEVICES: '-1' }, ...network);
    const { fellBack, failures } = reportOf(hidden).providers.at(-1)!;
    assert.ok(fellBack);
    assert.equal(failures?.[0].cause, 'device-hidden');
    assert.ok(logsOf(hidden).some((line) => /^warn: .*hidden by CUDA_VISIBLE_DEVICES=-1/.test(line)));
  });

  test('are left to the processors by the small built-in networks, unless somebody chooses or insists', async () => {
    const env = { ...gpu(), ...standInRuntime(path.join(folder, 'placed')) };
    const on = async (...args: string[]) =>
      reportOf(await run(env, ...network, ...args)).providers.map(({ provider }) => provider);
    assert.deepEqual(await on(), ['cpu', 'cpu', 'cpu', 'cpu', 'cuda']);
    for (const choice of [wanted, ['--on-gpu-unavailable', 'fail']])
      assert.deepEqual(new Set(await on(...choice)), new Set(['cuda']));
    const mesh = await run(env);
    assert.ok(reportOf(mesh).providers.every(({ provider, fellBack }) => provider === 'cpu' && !fellBack));
    assert.ok(
      logsOf(mesh).includes(
        'info: face_detector runs on cpu (built in and small: quicker there than on a GPU)',
      ),
    );
  });

  test('that are proven are not proven again until something changes, and a damaged record harms nobody', async () => {
    const data = mkdtempSync(path.join(folder, 'data-'));
    const env = { ...gpu(), ...standInRuntime(path.join(folder, 'stand-in')), FACE_SWAP_DATA: data };
    const accept = ['--accept-terms'];
    const first = reportOf(await run(env, ...wanted, ...accept)).providers;
    assert.ok(first.every(({ provider, nodes }) => provider === 'cuda' && nodes!.own === nodes!.all));
    const record = path.join(data, 'provider-proofs.json');
    const proofs = () =>
      Object.keys((JSON.parse(readFileSync(record, 'utf8')) as { proofs: object }).proofs).length;
    assert.equal(proofs(), first.length);
    const written = readFileSync(record, 'utf8');
    reportOf(await run(env, ...wanted));
    assert.equal(readFileSync(record, 'utf8'), written);
    writeFileSync(record, '{ damaged');
    assert.deepEqual(
      reportOf(await run(env, ...wanted)).providers.map(({ provider }) => provider),
      first.map(() => 'cuda'),
    );
    assert.equal(proofs(), first.length);
    // Another driver, another GPU, another file of the provider: everything is proven once more, and with each change again.
    const driver = gpu({ gpus: ['GPU-fake-1, 999.99, 8192, 500, NVIDIA Stand-In 3000'] });
    reportOf(await run({ ...env, ...driver }, ...wanted));
    assert.equal(proofs(), 2 * first.length);
    reportOf(
      await run({ ...env, ...gpu({ gpus: ['GPU-b, 999.99, 8192, 500, NVIDIA Stand-In 3000'] }) }, ...wanted),
    );
    assert.equal(proofs(), 3 * first.length);
    appendFileSync(path.join(folder, 'stand-in', 'libonnxruntime_providers_cuda.so'), 'more');
    reportOf(await run({ ...env, ...driver }, ...wanted));
    assert.equal(proofs(), 4 * first.length);
  });

  const two = {
    gpus: ['GPU-a, 580.1, 8192, 6000, NVIDIA A', 'GPU-b, 580.1, 24576, 1000, NVIDIA B'],
    curves: [
      ['GPU-a, 6000, 8192, 1', 'GPU-b, 1000, 24576, 1', 'GPU-a, 6001, 8192, 1', 'GPU-b, 1001, 24576, 1'],
    ],
  };

  test('take the GPU with the most free memory, or the one that is named, and watch that one', async () => {
    const stand = standInRuntime(path.join(folder, 'two'));
    const used = async (...args: string[]) => {
      const curves = [Array.from({ length: 400 }, () => two.curves[0]).flat()];
      const ended = await run({ ...gpu({ ...two, curves }), ...stand }, ...args);
      return [reportOf(ended).gpu?.uuid, logsOf(ended).find((line) => line.includes('GPU for CUDA'))];
    };
    const [most, why] = await used();
    assert.equal(most, 'GPU-b');
    assert.match(
      why!,
      /NVIDIA B \(GPU-b, driver 580\.1, 23576 of 24576 MB free\), the most free memory of 2 GPUs/,
    );
    assert.equal((await used('--cuda-device', '0'))[0], 'GPU-a');
    assert.equal((await used('--cuda-device', 'GPU-a'))[0], 'GPU-a');
    const wrong = await run({ ...gpu(two), ...stand }, '--cuda-device', '7');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /no GPU 7; this machine has 0 \(NVIDIA A, GPU-a\), 1 \(NVIDIA B, GPU-b\)/);
    assert.equal((await run(gpu(two), '--cuda-device', 'best')).code, 2);
  });

  test('are looked at by doctor: the runtime, the GPUs, and each provider with its cure', async () => {
    const ended = await faceSwap(['doctor', '--json'], {
      cwd: media,
      env: { ...gpu(two), ...realRuntime((cuda) => rmSync(cuda)) },
    });
    const { checks } = JSON.parse(ended.stdout) as DoctorReport;
    const check = (name: string) => checks.find((one) => one.name === name);
    assert.match(check('runtime')!.detail, /^onnxruntime 1\.\d+\.\d+ in .*real \d+$/);
    assert.match(
      check('GPU GPU-b')!.detail,
      /NVIDIA B, driver 580\.1, 23576 of 24576 MB free, used for CUDA/,
    );
    assert.match(check('provider cuda')!.detail, /libonnxruntime_providers_cuda\.so is not installed/);
    assert.match(check('provider cuda')!.cure!, /face-swap cuda install/);
    assert.equal(check('provider coreml'), undefined, 'not of this system');
  });
});
