import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFrame, type Sampling } from '../../src/pipeline/image/frame';
import { openYcc } from '../../src/pipeline/image/ycc';

function noisy(sampling: Sampling, width = 37, height = 23) {
  const matrix = sampling === 'rgb' ? ('rgb' as const) : ('bt709' as const);
  const range = sampling === 'rgb' ? ('full' as const) : ('limited' as const);
  const frame = createFrame({ width, height, sampling, matrix, range });
  for (let i = 0, state = 7; i < frame.data.length; i++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    frame.data[i] = state >> 16;
  }
  return frame;
}

describe('a region as luma and chroma', () => {
  for (const sampling of ['420', '422', '444', 'rgb'] as const) {
    it(`comes back untouched when nothing is changed (${sampling})`, () => {
      const frame = noisy(sampling);
      const before = frame.data.slice();
      const view = openYcc(frame, { x: -3, y: 4, width: 50, height: 12 })!;
      view.commit();
      assert.deepEqual(frame.data, before);
    });

    it(`covers the pixels that were asked for and those that share their chroma (${sampling})`, () => {
      const frame = noisy(sampling);
      const view = openYcc(frame, { x: 5, y: 3, width: 11, height: 9 })!;
      const { x, y, luma, shift } = view;
      assert.ok(x <= 5 && x >= 5 - shift.x && y <= 3 && y >= 3 - shift.y);
      assert.equal(x + luma.width, 16);
      assert.equal(y + luma.height, 12);
      for (const plane of view.chroma) {
        assert.equal(plane.width, Math.ceil(luma.width / (1 << shift.x)));
        assert.equal(plane.height, Math.ceil(luma.height / (1 << shift.y)));
      }
    });
  }

  it('changes only the RGB pixels whose luma or chroma changed', () => {
    const frame = noisy('rgb');
    const before = frame.data.slice();
    const view = openYcc(frame, { x: 2, y: 2, width: 20, height: 10 })!;
    const at = 4 * view.luma.width + 6;
    const step = view.luma.data[at] < 128 ? 9 : -9;
    view.luma.data[at] += step;
    view.commit();
    const different = [...frame.data.keys()].filter((i) => frame.data[i] !== before[i]);
    const pixel = (2 + 4) * frame.format.width + 2 + 6;
    assert.ok(different.length > 0 && different.every((i) => i % (37 * 23) === pixel));
    for (const plane of [0, 1, 2]) {
      const [was, is] = [before[plane * 37 * 23 + pixel], frame.planes[plane][pixel]];
      assert.equal(is, Math.max(0, Math.min(255, was + step)));
    }
  });

  it('is undefined beside the frame', () => {
    assert.equal(openYcc(noisy('420'), { x: 40, y: 0, width: 20, height: 20 }), undefined);
    assert.equal(openYcc(noisy('rgb'), { x: 0, y: -30, width: 20, height: 20 }), undefined);
  });
});
