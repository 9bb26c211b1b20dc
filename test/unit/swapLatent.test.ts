import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  averageEmbedding,
  balance,
  lengthOf,
  project,
  unit,
} from '../../src/pipeline/processors/faceSwapper/latent';
import { boostedSize } from '../../src/pipeline/processors/faceSwapper/neuralSwapper';

const map = { name: 'map', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };

describe('the latent of a source', () => {
  it('is the row vector times the map, of length 1 or by the length of the embedding', () => {
    const product = [3 * 1 + 4 * 4, 3 * 2 + 4 * 5, 3 * 3 + 4 * 6];
    const facefusion = project(Float32Array.of(3, 4), map, 'facefusion');
    product.forEach((value, i) => assert.ok(Math.abs(facefusion[i] - value / 5) < 1e-6));
    const insightface = project(Float32Array.of(3, 4), map, 'insightface');
    assert.ok(Math.abs(lengthOf(insightface) - 1) < 1e-6);
    assert.ok(Math.abs(insightface[2] / insightface[0] - product[2] / product[0]) < 1e-6);
  });

  it('keeps to the source at weight 0.5, moves to the target below and away from it above', () => {
    const [source, target] = [Float32Array.of(1, 0), Float32Array.of(0, 10)];
    assert.equal(balance(source, target, 0.5), source);
    const toward = balance(source, target, 0);
    assert.ok(Math.abs(toward[0] - 0.65) < 1e-6 && Math.abs(toward[1] - 0.35) < 1e-6);
    const away = balance(source, target, 1);
    assert.ok(Math.abs(away[0] - 1.35) < 1e-6 && Math.abs(away[1] + 0.35) < 1e-6);
    assert.ok(Math.abs(balance(source, target, 0, false)[1] - 3.5) < 1e-6);
  });

  it('of several photos lies between theirs, however long their embeddings are', () => {
    const [x, y] = unit(averageEmbedding([Float32Array.of(30, 0), Float32Array.of(0, 10)]));
    assert.ok(Math.abs(x - y) < 1e-6);
    const one = Float32Array.of(3, 4);
    assert.equal(averageEmbedding([one]), one);
  });
});

describe('pixel boost', () => {
  it('takes the multiple of the network’s size that is nearest to the wish', () => {
    const wishes = [0, 128, 200, 256, 500, 1024];
    assert.deepEqual(
      wishes.map((wish) => boostedSize(128, wish)),
      [128, 128, 256, 256, 512, 1024],
    );
    assert.equal(boostedSize(512, 256), 512);
  });
});
