import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exitCodes } from '../../src/protocol/exitCodes';
import type { FacesReport, JobReport } from '../../src/protocol/report';
import { mediaFolder } from '../support/cliMedia';
import { eventsOf, faceSwap, type Ended } from '../support/commandLine';
import { clipFrames, clipWidth, packagedTool } from '../support/hostWorkspace';
import { probe } from '../support/probe';

const models = path.resolve(__dirname, '..', 'fixtures', 'reference', 'models');
const model = (name: string) => path.join(models, `${name}-standin.onnx`);

describe('swapping and restoring with networks', () => {
  let folder = '';
  let media = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-neural-'));
    media = mediaFolder(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  // No models but those that are named: what people have installed must not decide a test.
  const env = { FACE_SWAP_MODELS: path.join(tmpdir(), 'no models here'), XDG_DATA_HOME: tmpdir() };
  const run = (...args: string[]): Promise<Ended> => faceSwap(args, { cwd: media, env });
  const swap = (output: string, ...args: string[]) =>
    run(
      ...['run', '-s', 'ann.jpg', '-t', 'clip.mp4', '-o', output, '--execution-provider', 'cpu', '--json'],
      ...['--output-video-quality', '100', ...args],
    );

  /** The first frame as decoded, interleaved RGB. */
  const firstFrame = (file: string): Buffer => {
    const args = ['-v', 'error', '-i', path.join(media, file), '-frames:v', '1', '-f', 'rawvideo'];
    return execFileSync(packagedTool('ffmpeg'), [...args, '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1 << 28 });
  };
  /** Share of values that differ clearly. */
  const difference = (a: Buffer, b: Buffer) =>
    a.reduce((sum, value, i) => sum + Number(Math.abs(value - b[i]) > 8), 0) / a.length;

  test('works on a whole video, from decoding to the finished file', async () => {
    const ended = await swap(
      'both.mp4',
      ...['--frame-processor', 'face_swapper', 'face_enhancer'],
      ...['--face-swapper-model', model('inswapper'), '--face-enhancer-model', model('gfpgan')],
    );
    const { code, stdout, stderr } = ended;
    assert.equal(code, 0, stderr + stdout);
    const found = probe(packagedTool('ffprobe'), path.join(media, 'both.mp4'));
    assert.deepEqual(found, { frames: clipFrames, width: clipWidth, codec: 'h264', audio: 'aac' });
    const report = eventsOf(ended).find(({ type }) => type === 'done')?.['report'] as JobReport;
    assert.ok(report.facesSwapped >= clipFrames - 1);
    const ran = report.providers.map((choice) => choice.model);
    assert.ok(ran.includes('inswapper-standin') && ran.includes('gfpgan-standin'), ran.join());
    assert.ok(report.timings['face_enhancer'] > 0);
    assert.match(stdout, /face_swapper: inswapper-standin, taken for .* by its inputs and outputs/);
    // Without an ArcFace the embedding is not what the network has learnt, and that is said.
    assert.match(stdout, /no ArcFace recogniser is installed/);
  });

  test('changes the face alone', async () => {
    const share = difference(firstFrame('clip.mp4'), firstFrame('both.mp4'));
    assert.ok(share > 0.01 && share < 0.4, String(share));
    const { stdout } = await run('faces', 'clip.mp4', '--json');
    const { faces, width, height } = JSON.parse(stdout) as FacesReport;
    const [before, after] = [firstFrame('clip.mp4'), firstFrame('both.mp4')];
    const far = (x: number, y: number) =>
      faces.every(({ box }) => {
        const reach = Math.max(box.width, box.height);
        return Math.hypot(x - box.x - box.width / 2, y - box.y - box.height / 2) > 1.6 * reach;
      });
    let [worst, count] = [0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (!far(x, y)) continue;
        count++;
        for (let c = 0; c < 3; c++) {
          const i = (y * width + x) * 3 + c;
          worst = Math.max(worst, Math.abs(before[i] - after[i]));
        }
      }
    }
    assert.ok(count > 200, `${count} pixels are far from the face`);
    // The lossless encoder was handed the decoder's own bytes there.
    assert.equal(worst, 0);
  });

  test('gives other pictures with other masks, pixel boost and weights, and the same ones for the same job', async () => {
    const swapper = ['--face-swapper-model', model('inswapper')];
    const frames: Buffer[] = [];
    for (const [name, ...args] of [
      ['plain.mp4'],
      ['again.mp4'],
      ['box.mp4', '--face-mask-type', 'box'],
      [
        'region.mp4',
        '--face-mask-type',
        'insightface',
        'region',
        'occlusion',
        '--face-mask-region',
        'face',
        'keep-mouth',
      ],
      ['boost.mp4', '--face-swapper-pixel-boost', '256x256'],
      ['weight.mp4', '--face-swapper-weight', '0'],
      ['colours.mp4', '--face-swapper-colour-match'],
    ]) {
      const { code, stdout, stderr } = await swap(name, ...swapper, ...args);
      assert.equal(code, 0, stderr + stdout);
      frames.push(firstFrame(name));
    }
    const [plain, again, ...others] = frames;
    assert.ok(plain.equals(again));
    for (const [i, other] of others.entries()) assert.ok(!plain.equals(other), `variant ${i}`);
  });

  test('says before the first frame which model is missing or is something else', async () => {
    const cases: [args: string[], code: string][] = [
      [['--frame-processor', 'face_swapper', 'face_enhancer'], 'model-missing'],
      [['--face-swapper-model', 'inswapper_128'], 'model-missing'],
      [['--face-swapper-model', './missing.onnx'], 'input-missing'],
      [['--face-swapper-model', model('gfpgan')], 'model-wrong'],
      [['--frame-processor', 'face_enhancer', '--face-enhancer-model', model('inswapper')], 'model-wrong'],
      [['--face-swapper-model', './ann.jpg'], 'model-wrong'],
    ];
    for (const [args, code] of cases) {
      // One processor at a time, the second one's model would be opened when the first one is done with the whole video.
      for (const strategy of ['together', 'sequential']) {
        const ended = await swap('never.mp4', '--memory-strategy', strategy, ...args);
        const what = [...args, strategy].join(' ');
        assert.equal(
          ended.code,
          code === 'model-missing' ? exitCodes.modelMissing : exitCodes.badInput,
          what,
        );
        assert.match(ended.stdout + ended.stderr, new RegExp(`"${code}"`), what);
        assert.doesNotMatch(ended.stdout, /"frame":[1-9]/, what);
      }
    }
  });

  test('says how a model that is missing can be had', async () => {
    const cure = async (...args: string[]) =>
      (await run('-s', 'ann.jpg', '-t', 'clip.mp4', '-o', 'never.mp4', ...args)).stderr;
    assert.match(
      await cure('--frame-processor', 'face_enhancer'),
      /The model face_enhancer is not installed; get it with “face-swap models get gfpgan_1\.4”/,
    );
    assert.match(await cure('--face-swapper-model', 'inswapper_128'), /models get inswapper_128”/);
    assert.match(
      await cure('--face-swapper-model', 'inswapper_12'),
      /There is no model called inswapper_12, /,
    );
    assert.match(
      await cure('--face-swapper-model', 'ghost_1_256'),
      /get its file from https:\S+ghost_1_256\.onnx and add it with “face-swap models add”/,
    );
  });
});
