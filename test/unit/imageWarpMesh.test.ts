import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { warpMesh, type Texture } from '../../src/pipeline/image/warpMesh';

/** Two triangles that fill a rectangle; corners in the order top left, top right, bottom left, bottom right. */
const triangles = new Uint16Array([0, 1, 2, 1, 3, 2]);
const order = new Uint16Array([0, 1]);
const corners = (x0: number, y0: number, x1: number, y1: number) =>
  Float32Array.of(x0, y0, x1, y0, x0, y1, x1, y1);

function ramp(channels: 1 | 2, width = 16, height = 12): Texture {
  const data = new Float32Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) data[at++] = 3 * x + 5 * y + 100 * c;
  }
  return { data, width, height, channels };
}

describe('warping a mesh', () => {
  for (const channels of [1, 2] as const) {
    it(`moves texels exactly by whole pixels (${channels} channels)`, () => {
      const texture = ramp(channels);
      const out = new Float32Array(20 * 16 * channels).fill(-1);
      warpMesh(texture, out, 20, 16, {
        from: corners(2, 2, 12, 10),
        to: corners(5, 4, 15, 12),
        triangles,
        order,
        facing: 'front',
      });
      for (let y = 0; y < 16; y++) {
        for (let x = 0; x < 20; x++) {
          const inside = x >= 5 && x < 15 && y >= 4 && y < 12;
          for (let c = 0; c < channels; c++) {
            const wanted = inside ? 3 * (x - 3) + 5 * (y - 2) + 100 * c : -1;
            assert.ok(Math.abs(out[(y * 20 + x) * channels + c] - wanted) < 1e-3, `${x}, ${y}, ${c}`);
          }
        }
      }
    });
  }

  it('opens no crack between triangles, wherever their corners lie', () => {
    const texture = { ...ramp(1), data: new Float32Array(16 * 12).fill(7) };
    for (let i = 0; i < 50; i++) {
      const out = new Float32Array(30 * 30).fill(-1);
      const turn = i * 0.13;
      const place = [-9, -9, 9, -9, -9, 9, 9, 9];
      const to = Float32Array.from(place, (_, k) => {
        const [x, y] = [place[k & ~1], place[k | 1]];
        const value =
          k % 2 ? Math.sin(turn) * x + Math.cos(turn) * y : Math.cos(turn) * x - Math.sin(turn) * y;
        return 15.3 + value;
      });
      warpMesh(texture, out, 30, 30, {
        from: corners(2, 2, 12, 10),
        to: to,
        triangles,
        order,
        facing: 'front',
      });
      for (let y = 10; y < 20; y++) for (let x = 10; x < 20; x++) assert.equal(out[y * 30 + x], 7);
    }
  });

  it('leaves out triangles that face the other way', () => {
    const draw = (facing: 'front' | 'back') => {
      const out = new Float32Array(20 * 16).fill(-1);
      warpMesh(ramp(1), out, 20, 16, {
        from: corners(2, 2, 12, 10),
        to: corners(15, 4, 5, 12),
        triangles,
        order,
        facing: facing,
      });
      return out;
    };
    assert.ok(draw('front').every((value) => value === -1));
    assert.equal(draw('back').filter((value) => value !== -1).length, 80);
  });

  it('stays inside a picture that the mesh leaves on all sides', () => {
    const out = new Float32Array(9 * 7).fill(-1);
    warpMesh(ramp(1), out, 9, 7, {
      from: corners(0, 0, 16, 12),
      to: corners(-20, -20, 40, 40),
      triangles,
      order,
      facing: 'front',
    });
    assert.ok(out.every((value) => value >= 0 && value <= 3 * 15 + 5 * 11));
  });

  it('draws more rows than there was room for at first', () => {
    const [width, height] = [2, 30_000];
    const out = new Float32Array(width * height).fill(-1);
    warpMesh({ ...ramp(1), data: new Float32Array(16 * 12).fill(7) }, out, width, height, {
      from: corners(2, 2, 12, 10),
      to: corners(0, 0, width, height),
      triangles,
      order,
      facing: 'front',
    });
    assert.ok(out.every((value) => value === 7));
  });
});
