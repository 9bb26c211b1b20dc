import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sourcesFor } from '../../src/pipeline/processors/faceSwapper/sourceChoice';

const pose = (yaw: number, pitch = 0, roll = 0) => ({ yaw, pitch, roll });
const photos = [pose(0), pose(-30), pose(35)].map((value) => ({ pose: value }));

describe('choosing among source photos', () => {
  it('draws the nearest in pose alone where it clearly is', () => {
    assert.deepEqual(sourcesFor(pose(33), photos), [{ index: 2, share: 1 }]);
    assert.deepEqual(sourcesFor(pose(-2), photos), [{ index: 0, share: 1 }]);
    assert.deepEqual(sourcesFor(pose(90), photos.slice(0, 1)), [{ index: 0, share: 1 }]);
  });

  it('does not mind how the head is tilted', () => {
    assert.deepEqual(sourcesFor(pose(33, 0, 170), photos), sourcesFor(pose(33), photos));
  });

  it('fades from photo to photo without a jump', () => {
    // What the photo at yaw 0 contributes to the pixels: the second is drawn over the first.
    const contribution = (yaw: number) => {
      const [first, ...others] = sourcesFor(pose(yaw), photos);
      const over = others.reduce((sum, { share }) => sum + share, 0);
      return first.index === 0 ? 1 - over : over;
    };
    let last = contribution(0);
    for (let yaw = 0.25; yaw <= 35; yaw += 0.25) {
      const now = contribution(yaw);
      assert.ok(now <= last && last - now < 0.05, `at ${yaw}°: ${last} → ${now}`);
      last = now;
    }
    assert.equal(last, 0);
  });
});
