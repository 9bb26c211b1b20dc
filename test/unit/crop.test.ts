import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cropToPicture, cropToTensor } from '../../src/pipeline/image/crop';
import {
  createFrame,
  type ColourMatrix,
  type FrameFormat,
  type Sampling,
} from '../../src/pipeline/image/frame';
import type { RgbImage } from '../../src/pipeline/image/region';

const plain = { mul: 1, add: 0 };

/** Red grows with x, green with y, blue is 50. */
function ramp(width: number, height: number, step = 1): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x * step, y * step, 50], (y * width + x) * 3);
  }
  return { width, height, data };
}

function uniformFrame(format: FrameFormat, values: [number, number, number]) {
  const frame = createFrame(format);
  frame.planes.forEach((plane, i) => plane.fill(values[i]));
  return frame;
}

const pixel = (plane: ArrayLike<number>, width: number, height: number, x: number, y: number) =>
  x < 0 || y < 0 || x >= width || y >= height ? 0 : plane[y * width + x];

function bilinear(plane: ArrayLike<number>, width: number, height: number, x: number, y: number): number {
  const [ix, iy] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - ix, y - iy];
  const row = (v: number) =>
    pixel(plane, width, height, ix, v) * (1 - fx) + pixel(plane, width, height, ix + 1, v) * fx;
  return row(iy) * (1 - fy) + row(iy + 1) * fy;
}

/** Rounded means of 2 × 2 pixels; what is left over at the end is left out. */
function halved(plane: Uint8Array, width: number, height: number): number[] {
  return Array.from({ length: (width >> 1) * (height >> 1) }, (_, i) => {
    const p = Math.floor(i / (width >> 1)) * 2 * width + (i % (width >> 1)) * 2;
    return (plane[p] + plane[p + 1] + plane[p + width] + plane[p + width + 1] + 2) >> 2;
  });
}

describe('cropToTensor', () => {
  it('copies pixels one to one and applies mul and add', () => {
    const image = ramp(20, 16);
    const tensor = cropToTensor(image, { cx: 10, cy: 8, size: 8, angle: 0 }, 8, { mul: 2, add: -3 });
    assert.equal(tensor.length, 8 * 8 * 3);
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const q = (y * 8 + x) * 3;
        assert.deepEqual([...tensor.subarray(q, q + 3)], [(6 + x) * 2 - 3, (4 + y) * 2 - 3, 97]);
      }
    }
  });

  it('samples where cropToPicture says, at any angle, enlarging and shrinking', () => {
    const image = ramp(250, 250);
    for (const size of [20, 40, 66, 100, 150]) {
      for (const angle of [0, 0.4, Math.PI / 2, 2.5]) {
        const square = { cx: 126.3, cy: 120.8, size, angle };
        const tensor = cropToTensor(image, square, 32, plain);
        for (const [x, y] of [
          [3, 5],
          [16, 16],
          [28, 7],
        ]) {
          const [u, v] = cropToPicture(square, 32, x + 0.5, y + 0.5);
          const q = (y * 32 + x) * 3;
          // A pixel's value is its coordinate, its centre half a pixel further.
          const tolerance = size > 100 ? 0.8 : size > 54 ? 0.6 : 0.3;
          assert.ok(Math.abs(tensor[q] - (u - 0.5)) < tolerance, `x at size ${size}, angle ${angle}`);
          assert.ok(Math.abs(tensor[q + 1] - (v - 0.5)) < tolerance, `y at size ${size}, angle ${angle}`);
          assert.equal(tensor[q + 2], 50);
        }
      }
    }
  });

  it('averages when it shrinks, so that fine patterns do not alias', () => {
    const checks = ramp(256, 256);
    for (let i = 0; i < 256 * 256; i++) checks.data.fill((i + (i >> 8)) % 2 ? 255 : 0, i * 3, i * 3 + 3);
    for (const size of [64, 130, 190]) {
      const tensor = cropToTensor(checks, { cx: 128, cy: 128, size, angle: 0.3 }, 32, plain);
      const mean = tensor.reduce((sum, value) => sum + value, 0) / tensor.length;
      const deviation = Math.sqrt(
        tensor.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tensor.length,
      );
      assert.ok(Math.abs(mean - 127.5) < 6, `mean ${mean} at ${size}`);
      assert.ok(deviation < 40, `deviation ${deviation} at ${size}`);
    }
  });

  it('is black beyond the border and exact up to it, in every mode', () => {
    for (const size of [24, 60, 200]) {
      const white = { width: 31, height: 29, data: new Uint8ClampedArray(31 * 29 * 3).fill(255) };
      const tensor = cropToTensor(white, { cx: 15.5, cy: 14.5, size, angle: 0 }, 24, plain);
      let sum = 0;
      for (let i = 0; i < tensor.length; i += 3) sum += tensor[i] / 255;
      const covered = (Math.min(size, 31) * Math.min(size, 29) * 24 * 24) / size ** 2;
      assert.ok(Math.abs(sum - covered) < 0.08 * covered + 1, `${sum} of ${covered} at ${size}`);
      if (size > 31) assert.equal(tensor[0], 0);
    }
    const frame = uniformFrame(
      { width: 30, height: 30, sampling: '420', matrix: 'bt709', range: 'limited' },
      [235, 128, 128],
    );
    const far = cropToTensor(frame, { cx: 500, cy: -300, size: 64, angle: 1 }, 16, plain);
    assert.ok(far.every((value) => value === 0));
  });

  it('converts every matrix, range and sampling to the same RGB', () => {
    const colours: Record<ColourMatrix, [number, number, number]> = {
      // Full-range YCbCr of RGB (200, 80, 40), from the definitions of the standards.
      bt601: [111.32, 87.75, 191.25],
      bt709: [102.62, 94.26, 189.84],
      bt2020: [109.15, 91.24, 189.61],
      rgb: [200, 80, 40],
    };
    for (const matrix of ['bt601', 'bt709', 'bt2020'] as const) {
      for (const range of ['limited', 'full'] as const) {
        for (const sampling of ['420', '422', '444'] as Sampling[]) {
          const [y, cb, cr] = colours[matrix];
          const values: [number, number, number] =
            range === 'full'
              ? [y, cb, cr]
              : [16 + (y * 219) / 255, 128 + ((cb - 128) * 224) / 255, 128 + ((cr - 128) * 224) / 255];
          const format: FrameFormat = { width: 33, height: 27, sampling, matrix, range };
          const frame = uniformFrame(format, values.map(Math.round) as [number, number, number]);
          const tensor = cropToTensor(frame, { cx: 16, cy: 13, size: 12, angle: 0.2 }, 8, plain);
          for (const [c, expected] of [200, 80, 40].entries()) {
            assert.ok(Math.abs(tensor[c] - expected) < 2.5, `${matrix} ${range} ${sampling}: ${tensor[c]}`);
          }
        }
      }
    }
    const rgb = uniformFrame(
      { width: 9, height: 9, sampling: 'rgb', matrix: 'rgb', range: 'full' },
      [200, 80, 40],
    );
    assert.deepEqual([...cropToTensor(rgb, { cx: 4, cy: 4, size: 2, angle: 0 }, 1, plain)], [200, 80, 40]);
  });

  it('reads as plain loops do, over every border, enlarging, halving and averaging', () => {
    const [width, height, side] = [61, 47, 18];
    let state = 11;
    const next = () => (state = (state * 48271) % 2147483647) % 256;
    const plane = Uint8Array.from({ length: width * height }, next);
    const image = { width, height, data: Uint8Array.from({ length: width * height * 3 }, next) };
    for (let i = 0; i < plane.length; i++) image.data[i * 3 + 1] = plane[i];
    const frame = createFrame({ width, height, sampling: 'rgb', matrix: 'rgb', range: 'full' });
    frame.planes[1].set(plane);
    const half = halved(plane, width, height);
    for (const [cx, cy, size, angle] of [
      [30, 22, 25, 0.4],
      [2, 44, 25, -2],
      [31, 24, 46, 0.3],
      [60, 3, 50, 1.9],
      [30, 22, 60, 0.5],
      [3, 40, 64, 2.8],
      [25, 30, 300, 0.2],
      [900, -700, 40, 0],
      [90000, 22, 20, 0],
    ]) {
      const square = { cx, cy, size, angle };
      const shrink = size / side;
      const plainly = (x: number, y: number): number => {
        const [u, v] = cropToPicture(square, side, x + 0.5, y + 0.5);
        if (shrink < 1.7) return bilinear(plane, width, height, u - 0.5, v - 0.5);
        if (shrink < 3.4) return bilinear(half, width >> 1, height >> 1, u / 2 - 0.5, v / 2 - 0.5);
        const shares = shrink < 3.5 ? [-1 / 3, 0, 1 / 3] : [-0.375, -0.125, 0.125, 0.375];
        const taps = shares.flatMap((across) =>
          shares.map((down) => {
            const [cos, sin] = [Math.cos(angle) * shrink, Math.sin(angle) * shrink];
            return pixel(
              plane,
              width,
              height,
              Math.floor(u) + Math.round(cos * across - sin * down),
              Math.floor(v) + Math.round(sin * across + cos * down),
            );
          }),
        );
        return taps.reduce((sum, value) => sum + value, 0) / taps.length;
      };
      for (const source of [image, frame]) {
        const tensor = cropToTensor(source, square, side, { mul: 0.5, add: 3 });
        for (let y = 0; y < side; y++) {
          for (let x = 0; x < side; x++) {
            const [value, wanted] = [tensor[(y * side + x) * 3 + 1], plainly(x, y) * 0.5 + 3];
            assert.ok(
              Math.abs(value - wanted) < 0.02,
              `${value} for ${wanted} at ${x}, ${y} of ${JSON.stringify(square)}`,
            );
          }
        }
      }
    }
  });

  it('writes into the given array', () => {
    const out = new Float32Array(4 * 4 * 3);
    assert.equal(cropToTensor(ramp(8, 8), { cx: 4, cy: 4, size: 4, angle: 0 }, 4, plain, out), out);
    assert.equal(out[0], 2);
  });
});
