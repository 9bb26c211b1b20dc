import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openFaceModels } from '../../src/pipeline/faceModels';
import { arcfaceBlob, normCrop } from '../../src/pipeline/faces/arcface';
import type { Candidate } from '../../src/pipeline/faces/detector';
import { findFaces } from '../../src/pipeline/faces/find';
import { meanDistance } from '../../src/pipeline/faces/geometry';
import { describeFaces, identifySource } from '../../src/pipeline/faces/identify';
import { FaceSelector, findReference, onlyLike } from '../../src/pipeline/faces/select';
import { letterboxSize } from '../../src/pipeline/faces/letterbox';
import { FaceTracker, type TrackedFrame } from '../../src/pipeline/faces/tracker';
import type { RgbImage } from '../../src/pipeline/image/region';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultExecution, type ModelChoice } from '../../src/protocol/job';
import { faceModels } from '../support/faceModels';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { clipFormat, filmPhoto } from '../support/movingPhoto';
import {
  arcfaceCell,
  arcfaceStandIn,
  arcfaceValues,
  scrfdStandIn,
  yunetStandIn,
  type ReportedFace,
} from '../support/standInNetworks';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder('networks');
const SIDE = 640;

async function withModels<T>(
  chosen: ModelChoice,
  use: (models: Awaited<ReturnType<typeof openFaceModels>>, log: string[]) => Promise<T>,
): Promise<T> {
  const log: string[] = [];
  const execution = { ...defaultExecution, providers: ['cpu' as const] };
  const models = await openFaceModels(execution, (_, message) => log.push(message), chosen);
  try {
    return await use(models, log);
  } finally {
    await models.close();
  }
}

/** A group photo whose first cell of every level-8 grid is magenta, and its surest face as the built-in detector sees it. */
async function markedPhoto() {
  const photo = await loadRgb(groupPhoto(1));
  const { scale } = letterboxSize(photo, SIDE);
  for (let y = 0; y < 28; y++) {
    for (let x = 0; x < 28; x++) photo.data.set([255, 0, 255], (y * photo.width + x) * 3);
  }
  const [{ box, points, face }] = await findFaces(await faceModels(), photo, {
    smallFaces: 'never',
    turns: [],
  });
  // From frame pixels with centres at .5 to input pixels with centres at whole numbers.
  const reported: ReportedFace = {
    box: [box.x, box.y, box.x + box.width, box.y + box.height].map(
      (value) => (value - 0.5) * scale,
    ) as unknown as ReportedFace['box'],
    points: points.map(([x, y]) => [(x - 0.5) * scale + 1, (y - 0.5) * scale - 1]),
  };
  return { photo, face, reported, scale: [scale, scale] as [number, number] };
}

const marked = markedPhoto();

function assertReported(
  { box, points }: Pick<Candidate, 'box' | 'points'>,
  { box: b, points: p }: ReportedFace,
  scale: [number, number],
) {
  const expected = [...b, ...p.flat()].map((value, i) => value / scale[i % 2] + 0.5);
  const found = [box.x, box.y, box.x + box.width, box.y + box.height, ...points.flat()];
  expected.forEach((value, i) =>
    assert.ok(Math.abs(value - found[i]) < 1e-2, `${i}: ${found[i]}, not ${value}`),
  );
}

describe('detector files', () => {
  const files: [name: string, bytes: (face: ReportedFace) => Uint8Array][] = [
    ['SCRFD of any size with keypoints', (face) => scrfdStandIn(face, { side: -1, keypoints: true })],
    ['SCRFD of 640 pixels with keypoints', (face) => scrfdStandIn(face, { side: SIDE, keypoints: true })],
    ['YuNet of 640 pixels', (face) => yunetStandIn(face, SIDE)],
    ['YuNet of any size', (face) => yunetStandIn(face, -1)],
  ];
  for (const [name, bytes] of files) {
    it(`${name} finds a face, whose landmarks the built-in landmarker then gives`, async () => {
      const { photo, face, reported, scale: one } = await marked;
      // Facefusion and OpenCV take the axes' own scales; a height cut to whole pixels makes them differ.
      const scale: [number, number] = name.startsWith('YuNet') ? [SIDE / photo.width, one[1]] : one;
      const detector = folder.write(`${name}.onnx`, bytes(reported));
      await withModels({ detector }, async (models, log) => {
        const candidates = await models.detector.scanWhole(photo, 0.5);
        assert.equal(candidates.length, 1);
        assert.ok(candidates[0].score > 0.9 && candidates[0].score <= 1);
        assertReported(candidates[0], reported, scale);
        const found = await findFaces(models, photo, { smallFaces: 'never', turns: [] });
        assert.equal(found.length, 1);
        assertReported(found[0], reported, scale);
        // Crops are aligned to what the detector measured, as the originals do.
        assert.deepEqual(found[0].face.points, candidates[0].points);
        assert.ok(meanDistance(found[0].face.landmarks, face.landmarks) < 0.02 * face.box.width);
        assert.ok(log.some((line) => line.includes(`found by ${name}.onnx`)));
      });
    });
  }

  it('SCRFD finds the face of a film, which is then followed by its landmarks', async () => {
    const { photo, face, reported } = await marked;
    const detector = folder.write('film.onnx', scrfdStandIn(reported, { side: -1, keypoints: true }));
    const format = { ...clipFormat, width: photo.width, height: photo.height };
    const view = { x: photo.width / 2, y: photo.height / 2 };
    await withModels({ detector }, async (models) => {
      const tracker = new FaceTracker({ models, smallFaces: 'never' });
      const frames: TrackedFrame[] = [];
      for (let i = 0; i < 10; i++) await tracker.push(filmPhoto(photo, view, i, format));
      tracker.flush();
      for (let next = tracker.next(); next; next = tracker.next()) frames.push(next);
      assert.equal(frames.length, 10);
      for (const { faces } of frames) {
        assert.equal(faces.length, 1);
        assert.equal(faces[0].strength, 1);
        // Points of one frame would lag behind a moving face.
        assert.equal(faces[0].points, undefined);
        assert.ok(meanDistance(faces[0].landmarks, face.landmarks) < 0.02 * face.box.width);
      }
    });
  });

  it('SCRFD without keypoints leaves the five points to the landmarks', async () => {
    const { photo, face, reported } = await marked;
    const detector = folder.write('six.onnx', scrfdStandIn(reported, { side: -1, keypoints: false }));
    await withModels({ detector }, async (models) => {
      const [found] = await findFaces(models, photo, { smallFaces: 'never', turns: [] });
      assert.equal(found.face.points, undefined);
      assert.equal(found.points.length, 5);
      assert.ok(meanDistance(found.face.landmarks, face.landmarks) < 0.02 * face.box.width);
    });
  });

  it('see turned squares turned: the face is reported along the turned axes', async () => {
    const reported: ReportedFace = {
      box: [8, 16, 40, 48],
      points: [
        [16, 24],
        [32, 24],
        [24, 32],
        [16, 40],
        [32, 40],
      ],
    };
    const detector = folder.write('turned.onnx', scrfdStandIn(reported, { side: 64, keypoints: true }));
    // The square's first cell is at its corner: upside down that is the picture's lower right one.
    const picture: RgbImage = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) };
    for (let y = 56; y < 64; y++) {
      for (let x = 56; x < 64; x++) picture.data.set([255, 0, 255], (y * 64 + x) * 3);
    }
    await withModels({ detector }, async (models) => {
      const [upright] = await models.detector.scanWhole(picture, 0.5);
      assert.ok(Math.abs(upright.box.x - (56 + 8.5)) < 1e-3);
      const [face, ...others] = await models.detector.scanWhole(picture, 0.5, Math.PI);
      assert.deepEqual(others, []);
      const flat = [face.box.x, face.box.y, face.box.width, face.box.height, ...face.points[0]];
      // Whole-number centres: x becomes 63 − x, and half a pixel is added.
      [23.5, 15.5, 32, 32, 47.5, 39.5].forEach((value, i) => assert.ok(Math.abs(flat[i] - value) < 1e-3));
      assert.ok(Math.abs(Math.abs(face.angle) - Math.PI) < 1e-3);
    });
  });

  it('that are something else are refused, saying what they are', async () => {
    const recognizer = folder.write('recogniser.onnx', arcfaceStandIn());
    const { reported } = await marked;
    const detector = folder.write('detector.onnx', scrfdStandIn(reported, { side: SIDE, keypoints: true }));
    const refusals: [ModelChoice, string][] = [
      [{ detector: recognizer }, 'model-wrong'],
      [{ recognizer: detector }, 'model-wrong'],
      [{ detector: folder.path('nowhere.onnx') }, 'model-missing'],
      [{ recognizer: folder.path() }, 'input-is-directory'],
      [{ recognizer: folder.write('text.onnx', 'no network') }, 'model-wrong'],
    ];
    for (const [chosen, code] of refusals) {
      await assert.rejects(
        withModels(chosen, () => Promise.resolve()),
        (error) => error instanceof FaceSwapError && error.code === code,
        `${JSON.stringify(chosen)}: ${code}`,
      );
    }
  });
});

describe('recogniser files of the signature of ArcFace', () => {
  const file = () => folder.write('arcface.onnx', arcfaceStandIn());

  it('get the aligned crop and give the raw and the unit embedding', async () => {
    const { photo, reported, scale } = await marked;
    const detector = folder.write('scrfd.onnx', scrfdStandIn(reported, { side: -1, keypoints: true }));
    await withModels({ detector, recognizer: file() }, async (models, log) => {
      const [source] = await identifySource(models, photo, 'group.jpg');
      const whole = reported.points.map(([x, y]): [number, number] => [x / scale[0], y / scale[1]]);
      const means = cellMeans(arcfaceBlob(normCrop(photo, whole)));
      assert.equal(source.rawEmbedding.length, arcfaceValues);
      let squares = 0;
      source.rawEmbedding.forEach((value, i) => {
        // One level of a pixel in a cell: the points have come through single precision.
        assert.ok(Math.abs(value / (i + 1) - means[i % means.length]) < 0.01, `value ${i}`);
        squares += value * value;
      });
      source.embedding.forEach((value, i) => {
        assert.ok(Math.abs(value - source.rawEmbedding[i] / Math.sqrt(squares)) < 1e-6);
      });
      assert.equal(source.age, undefined);
      assert.ok(log.some((line) => line.includes('recognised by arcface.onnx')));
      const [record] = await describeFaces(models, photo, 'never');
      assert.equal(record.embedding.length, arcfaceValues);
      assert.equal(record.embeddingModel, models.recognizer.model);
      assert.ok(!('age' in record));
    });
  });

  it('measure a reference anew that another recogniser has measured', async () => {
    const { photo } = await marked;
    const builtIn = await faceModels();
    const reference = await findReference(builtIn, photo, 0, 'never');
    assert.ok(reference);
    assert.equal((await reference.embeddingBy(builtIn.recognizer)).embedding.length, 1024);
    const found = await findFaces(builtIn, photo, { smallFaces: 'never' });
    found.sort((a, b) => a.box.x - b.box.x);
    const frame = {
      width: photo.width,
      height: photo.height,
      sampling: 'rgb',
      matrix: 'rgb',
      range: 'full',
    } as const;
    const planes = [0, 1, 2].map((c) => photo.data.filter((_, i) => i % 3 === c)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const tracked = {
      frame: { format: frame, index: 0, data: new Uint8Array(), planes },
      faces: found.map(({ face }, trackId) => ({ ...face, trackId, strength: 1 })),
      startsScene: true,
    };
    const views = (trackId: number) => [{ ...tracked.faces[trackId], frame: tracked.frame }];
    await withModels({ recognizer: file() }, async (models) => {
      assert.equal((await reference.embeddingBy(models.recognizer)).embedding.length, arcfaceValues);
      // The same face in the same picture: distance 0, where embeddings of two networks could not even be compared.
      const selector = new FaceSelector(models.recognizer, onlyLike(reference), 1e-6, false);
      const chosen = await selector.select({ ...tracked, views });
      assert.deepEqual(
        chosen.map(({ trackId }) => trackId),
        [0],
      );
      // What one recogniser has decided is not taken over by another.
      const other = new FaceSelector(builtIn.recognizer, onlyLike(reference), -1, false);
      other.restore(selector.snapshot());
      assert.deepEqual(await other.select({ ...tracked, views }), []);
    });
  });
});

/** Means of the blob's cells in the order colour, row, column. */
function cellMeans(blob: Float32Array): number[] {
  const side = 112;
  const cells = side / arcfaceCell;
  const means = new Array<number>(3 * cells * cells).fill(0);
  blob.forEach((value, i) => {
    const c = Math.floor(i / (side * side));
    const y = Math.floor((Math.floor(i / side) % side) / arcfaceCell);
    const x = Math.floor((i % side) / arcfaceCell);
    means[(c * cells + y) * cells + x] += value / (arcfaceCell * arcfaceCell);
  });
  return means;
}
