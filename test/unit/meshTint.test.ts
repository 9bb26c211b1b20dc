import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  broadLight,
  colourStrength,
  photoTint,
  rimOf,
  tintOf,
  type Tint,
} from '../../src/pipeline/processors/faceSwapper/broadLight';

describe("the colour of a face's light", () => {
  it('is the mean of what counts, as it differs from grey', () => {
    const light = {
      y: Float32Array.of(50, 60, 70),
      cb: Float32Array.of(100, 120, 255),
      cr: Float32Array.of(150, 160, 0),
    };
    const [blue, red] = tintOf(light, Float32Array.of(1, 3, 0));
    assert.ok(Math.abs(blue + 13) < 1e-3 && Math.abs(red - 29.5) < 1e-3, `${blue} ${red}`);
  });

  /** A photo in one light. */
  const inLight = (mean: Tint) => ({ mean, variance: [0, 0] as const, detail: [4, 4] as const });
  const near = (got: number, wanted: number) =>
    assert.ok(Math.abs(got - wanted) < 0.02, `${got} for ${wanted}`);

  it("lets a face's colours show in proportion, opposite colours and grey light least", () => {
    const photo = [-20, 30] as const;
    near(colourStrength(photo, inLight(photo))[0], 1);
    near(colourStrength([-10, 30], inLight(photo))[0], 0.51);
    near(colourStrength([-20, 60], inLight(photo))[1], 1.99);
    for (const other of [0, 20]) near(colourStrength([other, 30], inLight(photo))[0], 0.3);
  });

  it('changes little at a time where the photo was taken in grey light', () => {
    for (let tint = -2; tint <= 2; tint += 0.25) {
      const [blue] = colourStrength([tint, 0], inLight([0.1, 0]));
      assert.ok(Math.abs(blue - 1) < 0.05, `${tint}: ${blue}`);
    }
  });

  it('is told from the borders of several lights, of which little is drawn, however grey they are on average', () => {
    const half = (a: number, b: number) => Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? a : b));
    const skin = new Float32Array(64).fill(1);
    const light = { y: half(90, 90), cb: half(150, 100), cr: half(165, 130) };
    const colours = { ...light, cb: light.cb.map((value, i) => value + (i % 2 ? 12 : -12)) };
    const tint = photoTint(colours, light, skin);
    near(tint.mean[0], -3);
    near(tint.variance[0], 625);
    near(tint.detail[0], 144);
    const [blue, red] = colourStrength([-25, 20], tint);
    assert.ok(blue < 0.15 && red < 1, `${blue} ${red}`);
  });
});

describe("the broad light on a face's rim", () => {
  it('follows the picture more closely than inside, where a shade of the same breadth is detail', () => {
    const [side, size] = [80, 100];
    const grid = { width: side, height: side, step: 1 };
    const map = (value: (x: number) => number) =>
      Float32Array.from({ length: side * side }, (_, i) => value(i % side));
    const face = map((x) => (x >= 10 && x < 70 ? 1 : 0));
    // A bright stripe along the left edge of the face and one in its middle.
    const y = map((x) => 100 + (Math.abs(x - 12) < 4 || Math.abs(x - 40) < 4 ? 60 : 0));
    const rim = rimOf(face, grid, size);
    const light = broadLight({ y, cb: y, cr: y }, face, rim, grid, size);
    const row = 40 * side;
    assert.ok(rim[row + 10] > 0.9 && rim[row + 40] < 0.01, `${rim[row + 10]} ${rim[row + 40]}`);
    for (const plane of [light.y, light.cb, light.cr])
      assert.ok(plane[row + 11] > plane[row + 40] + 15, `${plane[row + 11]} ${plane[row + 40]}`);
  });
});
