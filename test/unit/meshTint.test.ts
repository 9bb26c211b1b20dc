import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { colourStrength, tintOf } from '../../src/pipeline/processors/faceSwapper/broadLight';

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

  it("lets a face's colours show in proportion, opposite colours and grey light least", () => {
    const photo = [-20, 30] as const;
    const near = (got: number, wanted: number) =>
      assert.ok(Math.abs(got - wanted) < 0.02, `${got} for ${wanted}`);
    near(colourStrength(photo, photo)[0], 1);
    near(colourStrength([-10, 30], photo)[0], 0.51);
    near(colourStrength([-20, 60], photo)[1], 1.99);
    for (const other of [0, 20]) near(colourStrength([other, 30], photo)[0], 0.3);
  });

  it('changes little at a time where the photo was taken in grey light', () => {
    for (let tint = -2; tint <= 2; tint += 0.25) {
      const [blue] = colourStrength([tint, 0], [0.1, 0]);
      assert.ok(Math.abs(blue - 1) < 0.05, `${tint}: ${blue}`);
    }
  });
});
