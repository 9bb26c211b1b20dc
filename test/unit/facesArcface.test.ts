import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { arcfaceBlob, arcfaceSide, normCrop } from '../../src/pipeline/faces/arcface';
import { embeddingOf, faceDistance } from '../../src/pipeline/faces/recognizer';
import { FaceSwapError } from '../../src/protocol/errors';
import { loadRgb } from '../support/facePhotos';

/** Recorded from the original implementations; see the README there. */
const folder = join(__dirname, '..', 'fixtures', 'reference');

interface Reference {
  cases: {
    id: string;
    input: string;
    faces: { keypoints: [number, number][]; arcface: { aligned: string; blob: string | null } }[];
  }[];
}

const { cases } = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as Reference;

describe('norm_crop', () => {
  for (const { id, input, faces } of cases) {
    it(`cuts ${id} as InsightFace does`, async () => {
      const picture = await loadRgb(join(folder, input));
      for (const { keypoints, arcface } of faces) {
        const { data } = normCrop(picture, keypoints);
        const expected = await loadRgb(join(folder, arcface.aligned));
        const off = data.map((value, i) => Math.abs(value - expected.data[i]));
        assert.ok(off.every((value) => value <= 8));
        assert.ok(off.filter((value) => value <= 2).length >= 0.998 * off.length);
        assert.ok(off.reduce((sum, value) => sum + value, 0) / off.length <= 0.25);
      }
    });
  }

  it('makes the blobs that InsightFace makes', async () => {
    const recorded = cases.flatMap(({ faces }) => faces.filter(({ arcface }) => arcface.blob !== null));
    assert.ok(recorded.length > 0);
    for (const { arcface } of recorded) {
      const { width, height, data } = await loadRgb(join(folder, arcface.aligned));
      assert.deepEqual([width, height], [arcfaceSide, arcfaceSide]);
      const bytes = readFileSync(join(folder, arcface.blob!));
      const expected = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
      );
      const blob = arcfaceBlob({ width, height, data: new Uint8Array(data) });
      assert.equal(blob.length, expected.length);
      assert.ok(blob.every((value, i) => Math.abs(value - expected[i]) <= 1e-6));
    }
  });
});

describe('embeddings', () => {
  const arcface = { model: 'a', roopScale: 1 };

  it('keep what the network gave beside the unit vector', () => {
    const output = Float32Array.of(3, 0, 4);
    const { embedding, rawEmbedding } = embeddingOf(arcface, output);
    output.fill(0);
    assert.deepEqual([...embedding], [...Float32Array.of(0.6, 0, 0.8)]);
    assert.deepEqual([...rawEmbedding], [3, 0, 4]);
  });

  it('of ArcFace are compared on the scale of roop, the squared distance of unit vectors', () => {
    const [a, b] = [Float32Array.of(2, 0), Float32Array.of(0, 5)].map((value) => embeddingOf(arcface, value));
    assert.equal(faceDistance(a, b), 2);
    assert.equal(faceDistance(a, a), 0);
  });

  it('of two networks, or of two lengths, are never compared', () => {
    const one = embeddingOf(arcface, Float32Array.of(1, 0));
    const others = [
      embeddingOf({ model: 'b', roopScale: 1 }, Float32Array.of(1, 0)),
      embeddingOf(arcface, Float32Array.of(1, 0, 0)),
    ];
    for (const other of others) {
      assert.throws(
        () => faceDistance(one, other),
        (error) => error instanceof FaceSwapError && error.code === 'internal',
      );
    }
  });
});
