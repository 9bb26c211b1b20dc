import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFrame, type Sampling } from '../../src/pipeline/image/frame';
import { cells, type Grid } from '../../src/pipeline/image/grid';
import { pixelMemory } from '../../src/pipeline/image/kernels/pixelMemory';
import { paintMesh } from '../../src/pipeline/image/paintMesh';
import { warpMesh } from '../../src/pipeline/image/warpMesh';
import { openYcc } from '../../src/pipeline/image/ycc';
import {
  blendChroma,
  blendLuma,
  uncovered,
  type Layer,
} from '../../src/pipeline/processors/faceSwapper/blend';

/** Numbers 0–1 that look random and are the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** A map of the grid at the middle of a pixel; beyond the middles of the outermost cells it stays as it is. */
function mapAt(map: Float32Array, { width, height }: Grid, x: number, y: number): number {
  const [px, py] = [Math.max(0, Math.min(width - 1, x)), Math.max(0, Math.min(height - 1, y))];
  const [ix, iy] = [Math.min(width - 2, Math.floor(px)), Math.min(height - 2, Math.floor(py))];
  const [fx, fy] = [px - ix, py - iy];
  const at = (u: number, v: number) => map[v * width + u];
  const top = at(ix, iy) * (1 - fx) + at(ix + 1, iy) * fx;
  return top * (1 - fy) + (at(ix, iy + 1) * (1 - fx) + at(ix + 1, iy + 1) * fx) * fy;
}

describe('painting a mesh', () => {
  it('is drawing it both ways round, pixel for pixel, at the borders of texture and picture too', () => {
    const random = numbers(23);
    const [columns, rows, width, height] = [40, 33, 57, 49];
    // A net of points that folds over itself here and there.
    const points = 36;
    const from = Float32Array.from({ length: points * 2 }, (_, i) =>
      i % 2 === 0 ? ((i / 2) % 6) * 8 : Math.floor(i / 12) * 6.6,
    );
    const to = from.map((value) => value * 1.45 - 6 + 9 * random());
    const triangles = Uint16Array.from(
      Array.from({ length: 25 }, (_, i) => {
        const a = Math.floor(i / 5) * 6 + (i % 5);
        return [a, a + 1, a + 6, a + 1, a + 7, a + 6];
      }).flat(),
    );
    const order = Uint16Array.from({ length: 50 }, (_, i) => (i * 7) % 50);
    for (const channels of [1, 2] as const) {
      const data = Float32Array.from({ length: columns * rows * channels }, () => random() * 100);
      const texture = { data, width: columns, height: rows, channels };
      const wanted = new Float32Array(width * height * channels).fill(-1);
      for (const facing of ['back', 'front'] as const)
        warpMesh(texture, wanted, width, height, { from, to, triangles, order, facing });
      const memory = pixelMemory();
      const painted = paintMesh(memory, texture, width, height, { from, to, triangles, order }, -1);
      assert.equal(painted.length, channels);
      let covered = 0;
      painted.forEach((address, c) => {
        for (let i = 0; i < width * height; i++) {
          const [got, plain] = [memory.floats[address / 4 + i], wanted[i * channels + c]];
          if (plain === -1) assert.equal(got, -1);
          // The last row and column of a texture: drawing stops one texel before, painting in its middle.
          else if (Math.abs(got - plain) > 0.01) assert.ok(isAtBorder(i));
          if (plain !== -1) covered++;
        }
      });
      assert.ok(covered > 500 * channels);
    }

    function isAtBorder(i: number): boolean {
      return i % width > 40 || i / width > 36;
    }
  });
});

describe("blending a source's detail", () => {
  for (const sampling of ['420', '422', '444'] as const satisfies readonly Sampling[]) {
    for (const step of [1, 4, 5]) {
      it(`gives each pixel its share, as a plain loop does: ${sampling}, ${step} pixels to a cell`, () => {
        const random = numbers(31);
        const format = { width: 83, height: 67, sampling, matrix: 'bt709', range: 'limited' } as const;
        const frame = createFrame(format);
        for (let i = 0; i < frame.data.length; i++) frame.data[i] = 16 + random() * 220;
        const before = frame.planes.map((plane) => plane.slice());
        const view = openYcc(frame, { x: 5, y: 3, width: 200, height: 57 });
        assert.ok(view);
        const { width, height } = view.luma;
        const grid = { width: Math.ceil(width / step), height: Math.ceil(height / step), step };
        const map = (low: number, high: number) =>
          Float32Array.from({ length: cells(grid) }, () => low + (high - low) * random());
        const mask = map(-1, 1).map((value, i) => (i % grid.width < 2 ? 0 : Math.max(0, value)));
        const layer: Layer = {
          grid,
          light: { y: map(0, 255), cb: map(60, 190), cr: map(60, 190) },
          gain: map(0.3, 1.5),
          chromaGain: [map(0.3, 1.5), map(0.3, 1.5)],
          mask,
          slope: map(-0.01, 0.02),
          base: map(-0.2, 0.9),
          carry: { x: map(0, 0), y: map(0, 0) },
        };
        const memory = pixelMemory();
        const put = (values: Float32Array) => {
          const address = memory.take(values.byteLength + 16);
          memory.floats.set(values, address / 4);
          return address;
        };
        const detail = Float32Array.from({ length: width * height }, () =>
          random() < 0.2 ? uncovered : 60 * random() - 30,
        );
        const chroma = view.chroma.map(({ width: w, height: h }) =>
          Float32Array.from({ length: w * h }, () => 30 * random() - 15),
        );
        const shares = blendLuma(memory, view, layer, put(detail));
        blendChroma(memory, view, layer, chroma.map(put), shares);

        const taken = new Float32Array(width * height);
        const close = (got: number, wanted: number, what: string) =>
          assert.ok(
            Math.abs(got - Math.max(0, Math.min(255, wanted))) < 0.51,
            `${what}: ${got} for ${wanted}`,
          );
        for (let y = 0, i = 0; y < height; y++) {
          for (let x = 0; x < width; x++, i++) {
            const [gx, gy] = [(x + 0.5) / step - 0.5, (y + 0.5) / step - 0.5];
            const value = (name: Float32Array) => mapAt(name, grid, gx, gy);
            const at = view.luma.offset + y * view.luma.stride + x;
            const old = before[0][at];
            const full = (old - 16) / (219 / 255);
            const edge = Math.max(0, Math.min(1, value(layer.slope) * full + value(layer.base)));
            const m = value(mask);
            taken[i] = detail[i] === uncovered || m < 0.004 ? 0 : m * edge;
            const made = 16 + (219 / 255) * (value(layer.light.y) + value(layer.gain) * detail[i]);
            close(frame.planes[0][at], old + taken[i] * (made - old), `luma ${x} ${y}`);
          }
        }
        const [sx, sy] = [1 << view.shift.x, 1 << view.shift.y];
        view.chroma.forEach((plane, c) => {
          const light = c === 0 ? layer.light.cb : layer.light.cr;
          for (let y = 0; y < plane.height; y++) {
            for (let x = 0; x < plane.width; x++) {
              let share = 0;
              for (let j = 0; j < sy; j++)
                for (let i = 0; i < sx; i++)
                  share +=
                    taken[Math.min(height - 1, y * sy + j) * width + Math.min(width - 1, x * sx + i)] /
                    (sx * sy);
              const value = (name: Float32Array) =>
                mapAt(name, grid, ((x + 0.5) * sx) / step - 0.5, ((y + 0.5) * sy) / step - 0.5);
              const at = plane.offset + y * plane.stride + x;
              const old = before[c + 1][at];
              const detailHere = value(layer.chromaGain[c]) * chroma[c][y * plane.width + x];
              const made = 128 + (224 / 255) * (value(light) - 128 + detailHere);
              close(frame.planes[c + 1][at], old + share * (made - old), `chroma ${c} ${x} ${y}`);
            }
          }
        });
      });
    }
  }
});
