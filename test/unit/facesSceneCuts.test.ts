import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextScene, type SceneMemory } from '../../src/pipeline/faces/sceneCuts';
import { createFrame, type Frame } from '../../src/pipeline/image/frame';

/** A frame of soft blobs; `scene` chooses where they are, `shift` pans, `light` brightens. */
function picture(index: number, scene: number, shift = 0, light = 0): Frame {
  const format = { width: 320, height: 180, sampling: '420', matrix: 'bt709', range: 'limited' } as const;
  const frame = createFrame(format, undefined, index);
  for (let y = 0; y < 180; y++) {
    for (let x = 0; x < 320; x++) {
      const u = (x + shift) / 60;
      const value = 110 + 50 * Math.sin(u + scene * 1.7) + 40 * Math.cos(y / 40 + scene * 2.3) + light;
      frame.planes[0][y * 320 + x] = Math.max(16, Math.min(235, value));
    }
  }
  return frame;
}

function cuts(frames: readonly Frame[]): number[] {
  let memory: SceneMemory | undefined;
  const found: number[] = [];
  for (const frame of frames) {
    const next = nextScene(memory, frame);
    memory = next.memory;
    if (next.startsScene) found.push(frame.index);
  }
  return found;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('nextScene', () => {
  it('sees the first frame and every cut as the start of a scene', () => {
    assert.deepEqual(cuts(range(30).map((i) => picture(i, i < 11 ? 0 : i < 20 ? 1 : 2))), [0, 11, 20]);
  });

  it('takes neither a pan nor a change of light for a cut', () => {
    assert.deepEqual(cuts(range(30).map((i) => picture(i, 0, 9 * i))), [0]);
    assert.deepEqual(cuts(range(30).map((i) => picture(i, 0, 0, 2 * i))), [0]);
  });

  it('finds a cut in the middle of a pan', () => {
    assert.deepEqual(cuts(range(24).map((i) => picture(i, i < 12 ? 0 : 2, 7 * i))), [0, 12]);
  });

  it('goes on from its memory as JSON', () => {
    const first = nextScene(undefined, picture(0, 0)).memory;
    const restored = JSON.parse(JSON.stringify(first)) as SceneMemory;
    assert.deepEqual(nextScene(restored, picture(1, 1)), nextScene(first, picture(1, 1)));
  });
});
