import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unheededByMesh } from '../../src/pipeline/unheeded';
import type { FrameProcessorName, SwapJob } from '../../src/protocol/job';
import {
  defaultProcessing,
  type FaceMaskOptions,
  type FaceSwapperOptions,
} from '../../src/protocol/processing';

function job(
  swapper: Partial<FaceSwapperOptions>,
  mask: Partial<FaceMaskOptions> = {},
  processors: FrameProcessorName[] = ['face_swapper'],
): SwapJob {
  const processing = {
    ...defaultProcessing,
    swapper: { ...defaultProcessing.swapper, ...swapper },
    mask: { ...defaultProcessing.mask, ...mask },
  };
  return { processors, processing } as SwapJob;
}

describe('settings without effect on the built-in engine', () => {
  test('are none where nothing was changed', () => {
    assert.deepEqual(unheededByMesh({ processors: ['face_swapper'] } as unknown as SwapJob), []);
    assert.deepEqual(unheededByMesh(job({ model: 'mesh' })), []);
  });

  test('are named one by one', () => {
    assert.deepEqual(unheededByMesh(job({ weight: 0.2, pixelBoost: 512 })), [
      'face swapper weight',
      'face swapper pixel boost',
    ]);
    assert.deepEqual(unheededByMesh(job({ colourMatch: true }, { blur: 0.5 })), [
      'face swapper colour match',
      'face masks',
    ]);
  });

  test('are no masks where the enhancer heeds them', () => {
    assert.deepEqual(unheededByMesh(job({}, { types: ['box'] }, ['face_swapper', 'face_enhancer'])), []);
  });
});
