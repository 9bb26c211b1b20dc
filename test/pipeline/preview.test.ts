import assert from 'node:assert/strict';
import childProcess from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { after, before, describe, mock, test, type Mock } from 'node:test';
import sharp from 'sharp';
import { ContentCheck } from '../../src/pipeline/content/contentCheck';
import { probeMedia } from '../../src/pipeline/media/probe';
import { FrameCursor } from '../../src/pipeline/preview/frameCursor';
import { forgetPreviews, previewFrame, restPreviews, type PipelineContext } from '../../src/pipeline';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultEncoding, defaultExecution, defaultSelection, type SwapJob } from '../../src/protocol/job';
import type { Preview } from '../../src/protocol/preview';
import { defaultProcessing } from '../../src/protocol/processing';
import { clipTools, makeClip } from '../support/clips';
import { groupPhoto } from '../support/facePhotos';
import { filmPeople, twoPeople } from '../support/peopleClips';
import { temporaryFolder } from '../support/temporaryFolder';

const said: string[] = [];
const context: PipelineContext = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onLog: (_level, message) => said.push(message),
  onScratch: () => undefined,
};

describe('a preview', () => {
  const folder = temporaryFolder('preview');
  let job: SwapJob;
  before(async () => {
    job = {
      sources: [groupPhoto(5)],
      target: await filmPeople(twoPeople),
      output: folder.path('never written.mp4'),
      overwrite: false,
      processors: ['face_swapper'],
      selection: { ...defaultSelection, manyFaces: true },
      encoding: defaultEncoding,
      execution: { ...defaultExecution, providers: ['cpu'] },
      smallFaces: 'never',
      processing: { ...defaultProcessing, swapper: { ...defaultProcessing.swapper, model: 'mesh' } },
      tools: {},
    };
  });
  after(() => forgetPreviews());
  const preview = (
    frame: number,
    change: Partial<SwapJob> = {},
    maxWidth = 640,
    mask = true,
  ): Promise<Preview> =>
    previewFrame({ job: { ...job, ...change }, frame, perPixel: 1, pointed: false, maxWidth, mask }, context);
  const centre = ({ box }: Preview['faces'][number]) => [box.x + box.width / 2, box.y + box.height / 2];

  test('draws the first frame for nobody some times, once, so that people wait for none that takes longer', async () => {
    const looks = mock.method(ContentCheck.prototype, 'still');
    await preview(0);
    while (looks.mock.callCount() < 3) await new Promise(setImmediate);
    await preview(20);
    await preview(21);
    assert.equal(looks.mock.callCount(), 5);
    looks.mock.restore();
  });

  test('shows the visible label, and puts it over no later preview', async () => {
    const label = { text: 'made with AI', position: 'top-right' } as const;
    const labelled = await pixels((await preview(5, { label })).mask, 4);
    const plain = await pixels((await preview(5)).mask, 4);
    assert.equal((await preview(5, {}, 640, false)).mask, '', 'made for nobody');
    const inCorner = (mask: Buffer | Uint8Array) => {
      let count = 0;
      for (let y = 0; y < 40; y++)
        for (let x = 500; x < 640; x++) count += Number(mask[(y * 640 + x) * 4 + 3] > 0);
      return count;
    };
    assert.ok(inCorner(labelled) > 800, String(inCorner(labelled)));
    assert.equal(inCorner(plain), 0);
  });

  test('shows the frame before and after, and where it was changed', async () => {
    const { width, height, faces, seconds, ...shown } = await preview(5);
    assert.deepEqual([shown.frame, width, height], [5, 640, 360]);
    assert.ok(Math.abs(seconds - 0.2) < 1e-6);
    const [original, swapped, mask] = await Promise.all([
      pixels(shown.original),
      pixels(shown.swapped),
      pixels(shown.mask, 4),
    ]);
    const inside = (x: number, y: number) =>
      faces.some(({ box }) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height);
    const far = (x: number, y: number) =>
      faces.every((face) => Math.hypot(x - centre(face)[0], y - centre(face)[1]) > 1.2 * face.box.height);
    let [shownInside, count] = [0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        if (far(x, y)) {
          assert.equal(mask[at * 4 + 3], 0, `changed at ${x}, ${y}`);
          assert.ok(Math.abs(original[at * 3 + 1] - swapped[at * 3 + 1]) < 24);
        }
        if (!inside(x, y)) continue;
        count++;
        shownInside += mask[at * 4 + 3] / 255;
      }
    }
    assert.ok(shownInside / count > 0.2, `only ${shownInside / count} of the faces changed`);
    assert.equal(faces.length, 2);
    for (const { box, lines, swapped: isSwapped } of faces) {
      assert.ok(isSwapped);
      assert.ok(lines.length >= 8);
      const xs = lines.flatMap((line) => line.filter((_, i) => i % 2 === 0));
      assert.ok(Math.min(...xs) >= box.x - 1 && Math.max(...xs) <= box.x + box.width + 1);
    }
  });

  test('shows the very frames, wherever one goes', async () => {
    const pictures = new Map<number, string>();
    for (const frame of [30, 3, 4, 20, 3, 43, 30, 99]) {
      const shown = await preview(frame);
      assert.equal(shown.frame, Math.min(frame, 43));
      assert.equal(pictures.get(shown.frame) ?? shown.original, shown.original, `frame ${frame}`);
      pictures.set(shown.frame, shown.original);
    }
    assert.equal(new Set(pictures.values()).size, 5);
  });

  test('shows a frame of the pixel that was pointed at, and tells which one', async () => {
    await preview(30);
    const pointed = { job, frame: 27, perPixel: 6, pointed: true, maxWidth: 640, mask: false };
    const shown = await previewFrame(pointed, context);
    assert.ok(shown.frame >= 27 && shown.frame < 33, String(shown.frame));
    assert.ok(Math.abs(shown.seconds - shown.frame / 25) < 1e-6);
    assert.equal((await preview(shown.frame)).original, shown.original);
    const exact = await previewFrame({ ...pointed, frame: 10, pointed: false }, context);
    assert.equal(exact.frame, 10);
  });

  test('has decoded already what somebody sees who goes back step by step', async () => {
    await forgetPreviews();
    const started = mock.method(childProcess, 'spawn');
    try {
      await preview(40);
      for (let frame = 39; frame > 23; frame--) assert.equal((await preview(frame)).frame, frame);
      assert.equal(
        decoders(started).length,
        3,
        'one up to the frame, one for those before it, one for the last',
      );
      for (let frame = 23; frame >= 0; frame--) assert.equal((await preview(frame)).frame, frame);
      assert.equal(decoders(started).length, 4, 'the others were decoded in one go, ahead of time');
    } finally {
      started.mock.restore();
    }
  });

  test('has decoded the last frame when somebody jumps to it', async () => {
    await forgetPreviews();
    const started = mock.method(childProcess, 'spawn');
    try {
      await preview(0);
      await preview(43);
      assert.deepEqual(starts(started), [0, 35], 'the first one, the last and those before it');
    } finally {
      started.mock.restore();
    }
  });

  test('decodes on to a frame before the next key frame, and starts a decoder for those after it', async () => {
    await forgetPreviews();
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '48', '-sc_threshold', '0'];
    const target = (await makeClip({ extension: '.mp4', video, frames: 120, rate: '25' }))!;
    assert.deepEqual((await probeMedia(target, await clipTools)).keyFrames, [0, 48, 96]);
    const started = mock.method(childProcess, 'spawn');
    try {
      for (const frame of [2, 47, 110, 118]) assert.equal((await preview(frame, { target })).frame, frame);
      assert.deepEqual(starts(started), [0, 111, 102]);
    } finally {
      started.mock.restore();
    }
  });

  test('reads no longer around a frame that somebody has left', async () => {
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-sc_threshold', '0'];
    const target = (await makeClip({ extension: '.mp4', video, frames: 120, rate: '25' }))!;
    const tools = await clipTools;
    const cursor = new FrameCursor(await probeMedia(target, tools), tools);
    const started = mock.method(childProcess, 'spawn');
    try {
      await cursor.frameAt(118);
      await cursor.frameAt(113);
      cursor.stockBefore(113);
      await cursor.frameAt(2);
      assert.equal((await cursor.frameAt(108)).index, 108);
      assert.deepEqual(starts(started), [110, 89, 0, 100], 'frame 108 had not been read on the side');
    } finally {
      started.mock.restore();
      await cursor.close();
    }
  });

  test('ends what it does ahead of time when nobody looks any more', async () => {
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '300', '-sc_threshold', '0'];
    const clip = { extension: '.mp4', video, frames: 240, width: 1280, height: 720 };
    const target = (await makeClip(clip))!;
    const started = mock.method(childProcess, 'spawn');
    try {
      await preview(2, { target });
      const isCopier = ({ arguments: [, args] }: { arguments: unknown[] }): boolean =>
        (args as string[]).includes('-intra_matrix');
      while (!started.mock.calls.some(isCopier)) await new Promise(setImmediate);
      const copier = started.mock.calls.find(isCopier)!.result!;
      await restPreviews();
      assert.equal(copier.signalCode, 'SIGKILL');
      assert.equal((await preview(3, { target })).frame, 3);
    } finally {
      started.mock.restore();
      await forgetPreviews();
    }
  });

  test('keeps open what it needs for as long as that stays the same', async () => {
    await forgetPreviews();
    said.length = 0;
    const opened = () => said.filter((line) => line.startsWith('Faces are found by')).length;
    const photos = () => said.filter((line) => /^Source .*: face of /.test(line)).length;
    await preview(1);
    await preview(2);
    assert.deepEqual([opened(), photos()], [1, 1]);
    await preview(2, { sources: [groupPhoto(3)] });
    assert.deepEqual([opened(), photos()], [1, 2]);
    await forgetPreviews();
    await preview(2);
    assert.equal(opened(), 2);
  });

  test('checks a frame once for what it shows, and anew with other sources', async () => {
    await forgetPreviews();
    const still = mock.method(ContentCheck.prototype, 'still');
    const photo = mock.method(ContentCheck.prototype, 'photo');
    const counts = () => [still.mock.callCount(), photo.mock.callCount()];
    try {
      await preview(1);
      await preview(2);
      assert.deepEqual(counts(), [2, 1]);
      await preview(1);
      await preview(1, { selection: { ...job.selection, similarFaceDistance: 0.3 } });
      assert.deepEqual(counts(), [2, 1]);
      await preview(1, { contentSensitivity: 'strict' });
      assert.deepEqual(counts(), [3, 2]);
      await preview(1, { sources: [groupPhoto(3)] });
      assert.deepEqual(counts(), [4, 3]);
    } finally {
      still.mock.restore();
      photo.mock.restore();
    }
  });

  test('of a face map says whose face is whose', async () => {
    const { faces } = await preview(0, {}, 960);
    const [left, right] = [...faces]
      .sort((a, b) => a.box.x - b.box.x)
      .map((face) => ({ frame: 0, x: centre(face)[0], y: centre(face)[1] }));
    const faceMap = [
      { faces: [right], sources: [{ file: groupPhoto(3) }] },
      { faces: [left], sources: [] },
    ];
    const mapped = await preview(34, { sources: [], faceMap });
    const found = [...mapped.faces].sort((a, b) => a.box.x - b.box.x);
    assert.deepEqual(
      found.map(({ person, swapped }) => [person, swapped]),
      [
        [1, false],
        [0, true],
      ],
    );
  });

  test('is upright, as are its lines', async () => {
    const target = await makeClip({
      extension: '.mp4',
      video: ['-c:v', 'libx264'],
      width: 1280,
      height: 720,
      frames: 4,
      filters: 'transpose=2',
      turn: 90,
    });
    const { width, height, original, faces } = await preview(2, { target: target! });
    assert.deepEqual([width, height], [640, 360]);
    const { width: real } = await sharp(Buffer.from(original, 'base64')).metadata();
    assert.equal(real, 640);
    for (const { box } of faces) assert.ok(box.x >= 0 && box.x + box.width <= width + 40);
  });

  test('of a picture is a preview as well, and of a file that has changed a new one', async () => {
    const target = folder.path('changing.jpg');
    copyFileSync(groupPhoto(6), target);
    const first = await preview(0, { target });
    copyFileSync(groupPhoto(2), target);
    const second = await preview(0, { target });
    assert.equal(first.faces.length, 4);
    assert.equal(second.faces.length, 3);
  });

  test('that is overtaken by a newer one is cancelled', async () => {
    const overtaken = [preview(7), preview(8)];
    const last = preview(9);
    for (const one of overtaken)
      await assert.rejects(one, (error) => error instanceof FaceSwapError && error.code === 'cancelled');
    assert.equal((await last).frame, 9);
  });

  test('that fails tells why, and the next one works', async () => {
    await assert.rejects(
      preview(1, { sources: [folder.write('notes.jpg', 'no picture')] }),
      (error) => error instanceof FaceSwapError && error.code === 'not-media',
    );
    assert.equal((await preview(1)).frame, 1);
  });
});

/** Arguments of the decoders that were started. Looks at single frames, for what they show, are none of them. */
function decoders({ mock: { calls } }: Mock<typeof childProcess.spawn>): string[][] {
  return calls
    .map(({ arguments: [, args] }) => [...args])
    .filter((args) => args.includes('rawvideo') && !args.includes('-frames:v'));
}

/** Frames with which those decoders start, in a clip of 25 frames a second. */
function starts(started: Mock<typeof childProcess.spawn>): number[] {
  return decoders(started).map((args) =>
    args.includes('-ss') ? Math.ceil(25 * Number(args[args.indexOf('-ss') + 1])) : 0,
  );
}

async function pixels(base64: string, channels: 3 | 4 = 3): Promise<Buffer> {
  const { data, info } = await sharp(Buffer.from(base64, 'base64'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, channels);
  return data;
}
