import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Landmarks, TrackedFace } from '../../src/pipeline/faces/face';
import { embeddingOf, type FaceRecognizer, type Identity } from '../../src/pipeline/faces/recognizer';
import { FaceSelector } from '../../src/pipeline/faces/select';
import type { TrackedFrame } from '../../src/pipeline/faces/tracker';
import { createFrame } from '../../src/pipeline/image/frame';

const format = { width: 2, height: 2, sampling: '444', matrix: 'bt709', range: 'limited' } as const;
const space = { model: 'stub', roopScale: 1 };
const landmarks: Landmarks = new Float32Array(468 * 3);

/** A frame with one face, always of the same track. */
function frameWith(index: number): TrackedFrame {
  const frame = createFrame(format, undefined, index);
  const pose = { yaw: 0, pitch: 0, roll: 0 };
  const box = { x: 0, y: 0, width: 1, height: 1 };
  const face: TrackedFace = { trackId: 7, landmarks, box, score: 1, pose, strength: 1 };
  return { frame, faces: [face], startsScene: index === 0, views: () => [{ frame, landmarks }] };
}

/** In which of 400 frames a face is measured that differs from the wanted one by an angle. */
async function checksOf(radians: (index: number) => number): Promise<{ at: number[]; swapped: number[] }> {
  const [at, swapped]: [number[], number[]] = [[], []];
  let index = 0;
  const face = (angle: number): Identity =>
    embeddingOf(space, Float32Array.of(Math.cos(angle), Math.sin(angle)));
  const recognizer: FaceRecognizer = {
    model: space.model,
    identify: () => {
      at.push(index);
      return Promise.resolve(face(radians(index)));
    },
  };
  const wanted = [{ isWanted: true, embeddings: () => Promise.resolve([face(0)]) }];
  const selector = new FaceSelector(recognizer, wanted, 0.85, false);
  for (; index < 400; index++) {
    if ((await selector.select(frameWith(index))).length > 0) swapped.push(index);
  }
  return { at, swapped };
}

describe('how often a track is measured', () => {
  it('is less often once the first answer has been confirmed, whoever it is', async () => {
    const { at, swapped } = await checksOf(() => 0);
    assert.deepEqual(at, [0, 48, 144, 240, 336]);
    assert.equal(swapped.length, 400);
    const stranger = await checksOf(() => Math.PI / 2);
    assert.deepEqual(stranger.at, at);
    assert.equal(stranger.swapped.length, 0);
  });

  it('is often while it is in doubt', async () => {
    const { at } = await checksOf(() => 0.85);
    assert.deepEqual(at.slice(0, 4), [0, 12, 24, 36]);
  });

  it('tells in the end that a track has gone over to somebody else, and then looks more often', async () => {
    const { at, swapped } = await checksOf((index) => (index < 100 ? 0 : Math.PI / 2));
    assert.deepEqual(at.slice(0, 6), [0, 48, 144, 240, 336, 348]);
    assert.ok(swapped.at(-1)! < 345, `until frame ${swapped.at(-1)}`);
  });
});
