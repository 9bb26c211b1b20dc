import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import type { DetectedFace } from '../../src/pipeline/faces/face';
import { letterbox, letterboxSize } from '../../src/pipeline/faces/letterbox';
import { decodeScrfd, scaleFaces, scrfdBlob, scrfdStrides } from '../../src/pipeline/faces/scrfd';
import { pickCentral, suppressFacefusion, suppressInsightface } from '../../src/pipeline/faces/suppress';

/** Recorded from the original implementations; see the README there. */
const folder = join(__dirname, '..', 'fixtures', 'reference');

interface Detection {
  box: number[];
  score: number;
  keypoints: [number, number][];
}

interface Reference {
  scrfd: {
    inputSize: number;
    scoreThreshold: number;
    nmsThreshold: number;
    /** The set is a copy with some files left out. */
    letterbox: { input: string; size: number; file: string | null }[];
    results: {
      imageWidth: number;
      imageHeight: number;
      resizedWidth: number;
      resizedHeight: number;
      detScale: number;
      candidates: number;
      /** The pick: left, top, right, bottom, score. */
      insightface: { detections: Detection[]; maxNum2Default: number[][] };
      facefusion: { detections: Detection[] };
    }[];
  };
}

const { scrfd } = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as Reference;

function floats(name: string): Float32Array {
  const bytes = readFileSync(join(folder, 'scrfd', `${name}.f32`));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const levels = scrfdStrides.map((stride) => ({
  stride,
  scores: floats(`score_${stride}`),
  boxes: floats(`bbox_${stride}`),
  keypoints: floats(`kps_${stride}`),
}));

function assertSame(found: readonly DetectedFace[], expected: readonly Detection[]) {
  assert.equal(found.length, expected.length);
  expected.forEach(({ box, score, keypoints }, i) => {
    const { x, y, width, height } = found[i].box;
    const values = [x, y, x + width, y + height, ...found[i].points.flat()];
    [...box, ...keypoints.flat()].forEach((value, k) => {
      assert.ok(Math.abs(values[k] - value) <= 1e-4, `face ${i}, value ${k}: ${values[k]}, not ${value}`);
    });
    assert.ok(Math.abs(found[i].score - score) < 1e-6);
  });
}

async function rgb(file: string) {
  const { data, info } = await sharp(join(folder, file))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

describe('SCRFD', () => {
  for (const result of scrfd.results) {
    const picture = { width: result.imageWidth, height: result.imageHeight };
    const size = letterboxSize(picture, scrfd.inputSize);
    const candidates = decodeScrfd(levels, scrfd.inputSize, scrfd.scoreThreshold);

    it(`decides on ${picture.width}x${picture.height} as InsightFace does`, () => {
      assert.deepEqual([size.width, size.height], [result.resizedWidth, result.resizedHeight]);
      assert.ok(Math.abs(size.scale - result.detScale) < 1e-9);
      assert.equal(candidates.length, result.candidates);
      const scaled = scaleFaces(candidates, 1 / size.scale, 1 / size.scale);
      const faces = suppressInsightface(scaled, scrfd.nmsThreshold);
      assertSame(faces, result.insightface.detections);
      const picked = pickCentral(faces, 2, picture).map((face) => faces.indexOf(face));
      const { detections, maxNum2Default } = result.insightface;
      const expected = maxNum2Default.map((box) => detections.findIndex(({ score }) => score === box[4]));
      assert.deepEqual(picked, expected);
    });

    it(`decides on ${picture.width}x${picture.height} as facefusion does`, () => {
      const scaled = scaleFaces(candidates, picture.width / size.width, picture.height / size.height);
      assertSame(suppressFacefusion(scaled, scrfd.nmsThreshold), result.facefusion.detections);
    });
  }

  it('does without keypoints', () => {
    const bare = levels.map(({ stride, scores, boxes }) => ({ stride, scores, boxes }));
    const faces = decodeScrfd(bare, scrfd.inputSize, scrfd.scoreThreshold);
    assert.equal(faces.length, scrfd.results[0].candidates);
    assert.ok(faces.every(({ points }) => points.length === 0));
  });

  it('counts the cells of an input that is no square', () => {
    const scores = new Float32Array(2 * 4 * 2);
    // Second row, third column, second anchor of a 4 × 2 grid.
    scores[(1 * 4 + 2) * 2 + 1] = 0.9;
    const boxes = new Float32Array(scores.length * 4).fill(0.5);
    const [face] = decodeScrfd([{ stride: 32, scores, boxes }], 128, 0.5);
    assert.deepEqual(face.box, { x: 64 - 16, y: 32 - 16, width: 32, height: 32 });
  });

  for (const { input, size, file } of scrfd.letterbox) {
    if (file === null) continue;
    it(`sees a picture at ${size} pixels as the original does`, async () => {
      const { pixels } = letterbox(await rgb(input), size);
      const expected = await rgb(file);
      const off = expected.data.map((value, i) => Math.abs(value - pixels.data[i]));
      const worst = off.reduce((most, value) => Math.max(most, value));
      assert.ok(worst <= 3, `off by ${worst}`);
      assert.ok(off.filter((value) => value <= 1).length >= 0.999 * off.length);
      const blob = scrfdBlob(pixels);
      assert.equal(blob.length, 3 * size * size);
      assert.equal(blob[size + 5], (pixels.data[(size + 5) * 3] - 127.5) / 128);
      assert.equal(blob[2 * size * size], (pixels.data[2] - 127.5) / 128);
    });
  }
});
