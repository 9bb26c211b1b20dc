import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JobReport, Progress } from '../../src/protocol/report';
import { everythingIn, mediaFolder } from '../support/cliMedia';
import { eventsOf, faceSwap, startCli } from '../support/commandLine';
import { fakeGpu, type FakeGpu } from '../support/fakeGpu';
import { frameHashes } from '../support/frameHashes';
import { processesMarked, until } from '../support/processes';
import { standInRuntime } from '../support/standInRuntime';

const models = path.resolve(__dirname, '..', 'fixtures', 'reference', 'models');
const model = (name: string) => path.join(models, `${name}-standin.onnx`);

describe('a job on a machine with a GPU to watch', { skip: process.platform === 'win32' }, () => {
  let folder = '';
  let media = '';
  let count = 0;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-gpu-'));
    media = mediaFolder(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const noModels = { FACE_SWAP_MODELS: path.join(tmpdir(), 'no models here'), XDG_DATA_HOME: tmpdir() };
  const swap = async (gpu: FakeGpu, ...args: string[]) => {
    const env = { ...noModels, ...fakeGpu(path.join(folder, `${++count}.json`), gpu) };
    const common = ['run', '-s', 'ann.jpg', '-t', 'clip.mp4', '-o', `${count}.mp4`, '--json'];
    const ended = await faceSwap([...common, '--execution-provider', 'cpu', ...args], { cwd: media, env });
    assert.equal(ended.code, 0, ended.stderr + ended.stdout);
    const events = eventsOf(ended);
    const { report } = events.at(-1) as unknown as { report: JobReport };
    return { report, events, stdout: ended.stdout, output: report.output };
  };

  test('tells what is in use in its progress and the peak in its report', async () => {
    const { report, events } = await swap({ curves: [[500, 2000]] });
    assert.deepEqual(report.gpu, { uuid: 'GPU-fake-1', totalMb: 8192, peakMb: 2000 });
    const told = events.filter(({ type }) => type === 'progress') as unknown as Progress[];
    assert.deepEqual(told.at(-1)?.vram, { usedMb: 2000, totalMb: 8192 });
  });

  test('is not harmed by an nvidia-smi that babbles or breaks', async () => {
    for (const curve of [['%!§'], ['exit']]) {
      const { report } = await swap({ curves: [curve] });
      assert.ok(report.framesWithSwap > 0);
      assert.equal(report.gpu, undefined);
    }
  });

  const networks = [
    ...['--frame-processor', 'face_swapper', 'face_enhancer', '--output-video-quality', '100'],
    ...['--face-swapper-model', model('inswapper'), '--face-enhancer-model', model('gfpgan')],
  ];
  const sequential = [...networks, '--memory-strategy', 'sequential'];
  /** Nothing is in use until the first pass has its models and writes. */
  const unloaded = { usedMb: 500, until: '.faces' };
  const processors = ['face analysis', 'face_swapper', 'face_enhancer'];

  test('gives bit-identical frames with all processors together and one after the other', async () => {
    const together = await swap({ curves: [[500]] }, ...networks, '--memory-strategy', 'together');
    const parted = await swap({ curves: [[500]] }, ...sequential);
    assert.deepEqual(frameHashes(parted.output), frameHashes(together.output));
    assert.notDeepEqual(frameHashes(parted.output), frameHashes(path.join(media, 'clip.mp4')));
    for (const field of ['frames', 'framesWithSwap', 'facesSwapped', 'audio'] as const)
      assert.equal(parted.report[field], together.report[field]);
    assert.match(together.stdout, /Memory strategy together: as chosen/);
    assert.deepEqual(
      parted.report.releases?.map(({ processor, by, verdict }) => [processor, by, verdict]),
      processors.map((name) => [name, 'release', 'back']),
    );
    const told = parted.events.filter(({ stage }) => stage === 'swap').map(({ frame }) => Number(frame));
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
      'progress never goes back',
    );
  });

  test('gives bit-identical frames with the mesh engine and a network as well', async () => {
    const mesh = ['--face-swapper-model', 'mesh', '--face-enhancer-model', model('gfpgan')];
    const both = ['--frame-processor', 'face_swapper', 'face_enhancer', '--output-video-quality', '100'];
    const run = (strategy: string) =>
      swap({ curves: [[500]] }, ...both, ...mesh, '--memory-strategy', strategy);
    const [together, parted] = [await run('together'), await run('sequential')];
    assert.deepEqual(frameHashes(parted.output), frameHashes(together.output));
    assert.ok(parted.report.framesWithSwap > 0);
  });

  test('loses nothing when its process is killed while it waits for memory', async () => {
    const undisturbed = await swap({ curves: [[500]] }, ...sequential);
    const gpu = path.join(folder, 'killed.json');
    const curves = [[unloaded, 2000], [500]];
    const env = { ...noModels, ...fakeGpu(gpu, { curves, folder: media }) };
    const args = ['run', '-s', 'ann.jpg', '-t', 'clip.mp4', '-o', 'killed.mp4', '--json'];
    const running = startCli(
      [...args, '--execution-provider', 'cpu', ...sequential, '--gpu-memory-wait', '600'],
      {
        cwd: media,
        env,
      },
    );
    // It asks who holds the memory when that does not move.
    await until(() => existsSync(`${gpu}.asked`), 'the release');
    const workers = processesMarked(running.mark).filter(({ command }) =>
      command.some((word) => word.endsWith('worker.js')),
    );
    for (const { pid } of workers) process.kill(pid, 'SIGKILL');
    const ended = await running.ended;
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /has died \(SIGKILL\); a fresh one goes on with what is finished/);
    const { report } = eventsOf(ended).at(-1) as unknown as { report: JobReport };
    assert.deepEqual(frameHashes(report.output), frameHashes(undisturbed.output));
    const [first, ...others] = report.releases!;
    assert.deepEqual([first.processor, first.by, first.verdict], ['face analysis', 'recycling', 'back']);
    assert.equal(others.length, 2);
    assert.deepEqual(
      everythingIn(media).filter((name) => name.includes('face-swap')),
      [],
    );
  });

  for (const hidden of [undefined, true] as const)
    test(`gets the context of CUDA back by a fresh process after every pass but the last${hidden ? ', where the driver does not say whose memory it is' : ''}`, async () => {
      const runtime = standInRuntime(path.join(folder, `cuda ${++count}`), [], {
        contextMb: 400,
        sessionMb: 300,
      });
      const live = { live: runtime['FACE_SWAP_STAND_IN']! };
      const env = {
        ...noModels,
        ...fakeGpu(path.join(folder, `cuda ${count}.json`), { curves: [[live]], ...(hidden && { hidden }) }),
        ...runtime,
      };
      const args = [
        'run',
        '-s',
        'ann.jpg',
        '-t',
        'clip.mp4',
        '-o',
        `cuda ${count}.mp4`,
        '--json',
        ...sequential,
        ...['--execution-provider', 'cuda', 'cpu'],
        '--gpu-memory-wait',
        '600',
      ];
      const ended = await faceSwap(args, { cwd: media, env });
      assert.equal(ended.code, 0, ended.stdout + ended.stderr);
      const { report } = eventsOf(ended).at(-1) as unknown as { report: JobReport };
      // That CUDA's context stays to the end of a process is no reason to be alarmed.
      const alarms = eventsOf(ended).filter(
        ({ level, message }) => level === 'warn' && /GPU/.test(String(message)),
      );
      assert.deepEqual(alarms, []);
      assert.match(
        ended.stdout,
        /after face_enhancer: 1200 → 900 MB[^"]*comes back with the end of the process/,
      );
      assert.ok(report.providers.every(({ provider }) => provider === 'cuda'));
      assert.deepEqual(
        report.releases?.map(({ processor, baselineMb, beforeMb, afterMb, by, verdict }) => [
          ...[processor, baselineMb, beforeMb, afterMb, by, verdict],
        ]),
        [
          ['face analysis', 500, 2100, 500, 'recycling', 'back'],
          ['face_swapper', 500, 2400, 500, 'recycling', 'back'],
          // Nobody waits for the memory of the last one: its process ends with the job.
          ['face_enhancer', 500, 1200, 900, 'release', 'held'],
        ],
      );
    });

  test('goes on in a fresh process when memory does not come back by itself', async () => {
    // The first process sees its memory grow and stay; those after it see it gone.
    const { report, output } = await swap(
      { curves: [[unloaded, 2000], [500]], folder: media },
      ...sequential,
      ...['--gpu-memory-wait', '0.1'],
    );
    const [first, ...others] = report.releases!;
    assert.deepEqual(
      { ...first, ms: 0 },
      {
        processor: 'face analysis',
        baselineMb: 500,
        beforeMb: 2000,
        afterMb: 500,
        ms: 0,
        by: 'recycling',
        verdict: 'back',
      },
    );
    assert.ok(first.ms >= 100, 'the wait for the first process counts');
    assert.deepEqual(
      others.map(({ by, verdict }) => [by, verdict]),
      [
        ['release', 'back'],
        ['release', 'back'],
      ],
    );
    assert.deepEqual(report.gpu?.peakMb, 2000);
    assert.equal(report.frames, frameHashes(output).length);
  });

  test('names the program that holds the memory when not even a fresh process helps, and goes on', async () => {
    const apps = ['GPU-fake-1, 4711, 1500, /usr/bin/game'];
    const { report, stdout } = await swap(
      { curves: [[unloaded, 2000], [2000]], apps, folder: media },
      ...sequential,
      ...['--gpu-memory-wait', '0.1'],
    );
    assert.deepEqual(report.releases?.[0].holders, [{ pid: 4711, name: 'game', usedMb: 1500 }]);
    assert.equal(report.releases[0].verdict, 'held');
    assert.match(stdout, /not back by a fresh process .* on this GPU are also game \(4711, 1500 MB\)/);
  });

  test('does not wait when told so, and claims nothing', async () => {
    const { report } = await swap({ curves: [[500, 2000]] }, ...sequential, '--gpu-memory-wait', '0');
    assert.deepEqual(
      report.releases?.map(({ verdict, by }) => [verdict, by]),
      processors.map(() => ['unknown', 'release']),
    );
  });

  test('needs neither a GPU nor readings to work one processor at a time', async () => {
    const { report } = await swap({ curves: [['exit']] }, ...sequential);
    assert.deepEqual(report.releases, []);
    assert.ok(report.framesWithSwap > 0);
  });

  test('refuses before it fills more of the disk than it may', async () => {
    const args = [...sequential, '--max-disk-mb', '1'];
    const env = { ...noModels, ...fakeGpu(path.join(folder, 'disk.json'), { curves: [[500]] }) };
    const run = ['run', '-s', 'ann.jpg', '-t', 'clip.mp4', '-o', 'disk.mp4', '--json'];
    const ended = await faceSwap([...run, '--execution-provider', 'cpu', ...args], { cwd: media, env });
    const { code, facts } = eventsOf(ended).at(-1) as unknown as { code: string; facts: object };
    assert.equal(code, 'disk-full', ended.stdout);
    assert.deepEqual(facts, { file: path.join(media, 'disk.mp4'), limit: 1 });
    assert.deepEqual(
      everythingIn(media).filter((name) => name.includes('disk.mp4')),
      [],
    );
  });
});
