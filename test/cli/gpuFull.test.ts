import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JobReport } from '../../src/protocol/report';
import { everythingIn, mediaFolder } from '../support/cliMedia';
import { eventsOf, faceSwap, type Ended } from '../support/commandLine';
import { fakeGpu } from '../support/fakeGpu';
import { frameHashes } from '../support/frameHashes';
import { packagedTool } from '../support/hostWorkspace';
import { standInRuntime, type FullGpu } from '../support/standInRuntime';

const models = path.resolve(__dirname, '..', 'fixtures', 'reference', 'models');
const model = (name: string) => path.join(models, `${name}-standin.onnx`);
const swapper = ['--face-swapper-model', model('inswapper'), '--output-video-quality', '100'];
const both = [
  ...['--frame-processor', 'face_swapper', 'face_enhancer', ...swapper],
  ...['--face-enhancer-model', model('gfpgan')],
];

describe('a GPU whose memory is full half-way', { skip: process.platform !== 'linux' }, () => {
  let folder = '';
  let media = '';
  let count = 0;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-full-'));
    media = mediaFolder(folder);
    // A little more than one segment.
    const cut = ['-v', 'error', '-i', 'long.mp4', '-frames:v', '520', '-an', '-c:v', 'copy', 'two.mp4'];
    execFileSync(packagedTool('ffmpeg'), cut, { cwd: media });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (full: FullGpu[], target: string, args: string[]): Promise<Ended> => {
    const env = {
      FACE_SWAP_MODELS: path.join(folder, 'no models'),
      XDG_DATA_HOME: folder,
      ...fakeGpu(path.join(folder, `${++count}.json`), { curves: [[500]] }),
      ...standInRuntime(path.join(folder, `runtime ${count}`), full),
    };
    const output = `${count}${path.extname(target)}`;
    const place = args.includes('--execution-provider') ? [] : ['--execution-provider', 'cuda', 'cpu'];
    const common = ['run', '-s', 'ann.jpg', '-t', target, '-o', output, '--json', ...place, ...args];
    return faceSwap(common, { cwd: media, env });
  };
  const swap = async (full: FullGpu[], target: string, args: string[]) => {
    const ended = await run(full, target, args);
    assert.equal(ended.code, 0, ended.stderr + ended.stdout.slice(-3000));
    const events = eventsOf(ended);
    const { report } = events.at(-1) as unknown as { report: JobReport };
    const warnings = events
      .filter(({ type, level }) => type === 'log' && level === 'warn')
      .map(({ message }) => String(message));
    const steps = warnings.filter((line) => line.startsWith('The memory of the GPU was full'));
    const on = Object.fromEntries(report.providers.map((choice) => [choice.model, choice.provider]));
    const { stdout } = ended;
    return { report, steps, on, stdout, hashes: frameHashes(report.output) };
  };
  const nothingLeft = () =>
    assert.deepEqual(
      everythingIn(media).filter((name) => name.includes('face-swap')),
      [],
    );

  test('first parts the processors, keeps what is encoded, and gives the frames of an undisturbed run', async () => {
    const undisturbed = await swap([], 'two.mp4', both);
    assert.deepEqual(undisturbed.steps, []);
    assert.deepEqual(new Set(Object.values(undisturbed.on)), new Set(['cuda']));
    const { nodes, createMs, warmUpMs, fellBack } = undisturbed.report.providers[0];
    assert.ok(nodes!.own > 0 && createMs! > 0 && warmUpMs! > 0 && !fellBack);
    // In the second segment: the first one is complete by then.
    const full = await swap([{ model: 'inswapper', run: 505 }], 'two.mp4', both);
    assert.equal(full.steps.length, 1);
    assert.match(full.steps[0], /inswapper-standin ran on cuda; the processors work one after the other/);
    assert.deepEqual(full.hashes, undisturbed.hashes);
    assert.equal(full.hashes.length, 520);
    assert.match(full.stdout, /What is encoded stays: segments up to number 1"/);
    assert.deepEqual(full.on, undisturbed.on);
    for (const field of ['frames', 'framesWithSwap', 'facesSwapped'] as const)
      assert.equal(full.report[field], undisturbed.report[field]);
    nothingLeft();
  });

  test('then takes the next provider for that processor alone, and says why in the report', async () => {
    const undisturbed = await swap([], 'clip.mp4', both);
    const full = await swap([{ model: 'gfpgan', run: 12, times: 2 }], 'clip.mp4', both);
    assert.equal(full.steps.length, 2);
    assert.match(full.steps[1], /gfpgan-standin ran on cuda; face_enhancer without cuda from here on/);
    assert.deepEqual(full.hashes, undisturbed.hashes);
    assert.equal(full.on['gfpgan-standin'], 'cpu');
    assert.equal(full.on['inswapper-standin'], 'cuda');
    const choice = full.report.providers.find((one) => one.model === 'gfpgan-standin')!;
    assert.ok(choice.fellBack);
    assert.equal(choice.failures?.[0].cause, 'out-of-memory');
    nothingLeft();
  });

  test('swaps in a smaller size before it takes another provider', async () => {
    const boosted = [...swapper, '--face-swapper-pixel-boost', '512'];
    const full = await swap([{ model: 'inswapper', run: 40, times: 2 }], 'clip.mp4', boosted);
    assert.match(full.steps[0], /faces are swapped in 256 pixels instead of 512 pixels/);
    assert.match(full.steps[1], /faces are swapped in the network’s own size instead of 256 pixels/);
    assert.deepEqual(
      full.hashes,
      (await swap([], 'clip.mp4', swapper)).hashes,
      'no frame keeps the old size',
    );
    nothingLeft();
  });

  test('also when faces are looked for, and in pictures', async () => {
    const undisturbed = await swap([], 'clip.mp4', swapper);
    const video = await swap([{ model: 'face_landmarker', run: 30, times: 5 }], 'clip.mp4', swapper);
    assert.deepEqual(video.hashes, undisturbed.hashes);
    assert.match(video.steps[0], /faces and face_swapper without cuda/);
    const picture = await swap([{ model: 'inswapper', run: 2 }], 'bea.jpg', swapper);
    assert.match(picture.steps[0], /without cuda/);
    assert.equal(picture.on['inswapper-standin'], 'cpu');
    nothingLeft();
  });

  test('is an error with a cure where nothing else may be taken, and nothing is left behind', async () => {
    const always: FullGpu[] = [{ model: 'inswapper', run: 5, times: 99 }];
    const alone = await run(always, 'clip.mp4', [...swapper, '--execution-provider', 'cuda']);
    assert.equal(alone.code, 6, alone.stdout);
    assert.equal(eventsOf(alone).at(-1)!['code'], 'out-of-memory');
    assert.match(alone.stderr, /memory of the GPU was full .* add cpu/);
    const strict = await run(always, 'clip.mp4', [...swapper, '--on-gpu-unavailable', 'fail']);
    assert.equal(strict.code, 8, strict.stdout);
    assert.match(
      strict.stderr,
      /cannot run on cuda, because there was not enough GPU memory; close other programs/,
    );
    nothingLeft();
  });
});
