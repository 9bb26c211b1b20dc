import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Affine } from '../../src/pipeline/image/affine';
import { fromBlob, toBlob } from '../../src/pipeline/image/blob';
import { cutFace } from '../../src/pipeline/image/faceCrop';
import { createFrame } from '../../src/pipeline/image/frame';
import { kernel, signed, unsigned, assemble, whileLoop } from '../../src/pipeline/image/kernels/assembler';
import { f32x4, i32, v128 } from '../../src/pipeline/image/kernels/instructions';
import { pixelMemory } from '../../src/pipeline/image/kernels/pixelMemory';
import { pasteFace } from '../../src/pipeline/image/paste';
import { planesReader } from '../../src/pipeline/image/rowReader';
import { everyShare } from '../../src/pipeline/image/regionMask';

/** Numbers 0–1 that look random and are the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** The plain way: a bilinear sample at any place, `outside` or the nearest values beyond the picture. */
function sample(
  data: ArrayLike<number>,
  width: number,
  height: number,
  x: number,
  y: number,
  outside?: number,
) {
  const [ix, iy] = [Math.floor(x), Math.floor(y)];
  const value = (px: number, py: number) => {
    const [cx, cy] = [Math.max(0, Math.min(width - 1, px)), Math.max(0, Math.min(height - 1, py))];
    return outside !== undefined && (cx !== px || cy !== py) ? outside : data[cy * width + cx];
  };
  const [fx, fy] = [x - ix, y - iy];
  const top = value(ix, iy) * (1 - fx) + value(ix + 1, iy) * fx;
  const low = value(ix, iy + 1) * (1 - fx) + value(ix + 1, iy + 1) * fx;
  return top * (1 - fy) + low * fy;
}

/** Places as OpenCV's warp rounds them. */
const rounded = (row: number, along: number) =>
  Math.floor((Math.round(row * 1024) + Math.round(along * 1024) + 16) / 32) / 32;
const at = (map: Affine, x: number, y: number) =>
  [rounded(map[1] * y + map[2], map[0] * x), rounded(map[4] * y + map[5], map[3] * x)] as const;

/** Inside, over every border, wholly beyond, and so that much more lies under it than is read. */
const maps: Affine[] = [
  [0.7, 0.2, 5.3, -0.2, 0.7, 20.1],
  [1.3, -0.4, -9.5, 0.4, 1.3, -3.2],
  [0.5, 0.1, 40.2, -0.1, 0.5, 40.9],
  [1, 0, -200.4, 0, 1, 300.6],
  [0.001, 0, -0.5, 0, 0.001, 46.2],
  [9, 0.3, -3.1, -0.3, 9, 2.2],
  [1, 0, -5000, 0, 1, 4000],
];

describe('kernels', () => {
  it('numbers are written as WebAssembly wants them', () => {
    assert.deepEqual(unsigned(624485), [0xe5, 0x8e, 0x26]);
    assert.deepEqual(signed(-123456), [0xc0, 0xbb, 0x78]);
    assert.deepEqual(
      [signed(63), signed(64), signed(-64), signed(-65)],
      [[0x3f], [0xc0, 0], [0x40], [0xbf, 0x7f]],
    );
  });

  it('loops run as often as they say, and not at all when there is nothing to do', () => {
    const mark = kernel({ from: 'i32', to: 'i32' }, (p) => [
      whileLoop(i32.lessThan(p.from, p.to), [
        v128.store(i32.shl(p.from, i32.const(4)), f32x4.const(1, 2, 3, 4)),
        p.from.set(i32.add(p.from, i32.const(1))),
      ]),
    ]);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble({ mark })));
    const run = exports['mark'] as (from: number, to: number) => void;
    run(200, 300);
    run(5, 5);
    const memory = new Float32Array((exports['memory'] as WebAssembly.Memory).buffer);
    const set = [...memory.keys()].filter((i) => memory[i] !== 0);
    assert.deepEqual([set.length, set[0], set.at(-1)], [400, 800, 1199]);
    assert.deepEqual([...memory.subarray(1196, 1200)], [1, 2, 3, 4]);
  });

  it('rows are read as a plain loop reads them, wherever they lie', () => {
    const random = numbers(3);
    const [width, height] = [53, 47];
    const data = Uint8Array.from({ length: width * height }, () => random() * 256);
    for (const outside of [undefined, 16]) {
      for (const map of maps) {
        const memory = pixelMemory();
        const out = memory.take(2 * 64 * 4);
        const picture = {
          data,
          width,
          height,
          step: 1,
          offset: 0,
          ...(outside !== undefined && { outside }),
        };
        const mirrored = { ...picture, data: data.slice().reverse() };
        const read = planesReader(memory, [picture, mirrored], map, 38, 30, 64 * 4);
        for (let y = 0; y < 30; y++) {
          read(y, out);
          for (let i = 0; i < 2 * 38; i++) {
            const [x, plane] = [i % 38, Math.floor(i / 38)];
            const pixels = plane === 0 ? data : mirrored.data;
            const wanted = sample(pixels, width, height, ...at(map, x, y), outside);
            const got = memory.floats[out / 4 + 64 * plane + x];
            assert.ok(Math.abs(got - wanted) < 1e-4, `${map.join()}: ${x} ${y}: ${got} for ${wanted}`);
          }
        }
      }
    }
  });

  for (const round of [false, true]) {
    it(`a face is blended as by plain loops, ${round ? '' : 'not '}rounded`, () => {
      const random = numbers(11);
      const frame = createFrame({ width: 61, height: 40, sampling: 'rgb', matrix: 'rgb', range: 'full' });
      for (let i = 0; i < frame.data.length; i++) frame.data[i] = random() * 256;
      const before = frame.data.slice();
      const face = { size: 25, data: Float32Array.from({ length: 3 * 625 }, () => random() * 255) };
      const mask = {
        x: 3,
        y: 5,
        width: 55,
        height: 33,
        step: 1,
        columns: 55,
        data: new Float32Array(55 * 33),
      };
      // Shares of nothing at all beside whole ones, and rows with nothing.
      for (let i = 55; i < mask.data.length; i++) mask.data[i] = Math.max(0, Math.min(1, 3 * random() - 1));
      const map: Affine = [0.4, 0.1, -0.7, -0.1, 0.4, 1.1];
      const fromMask: Affine = [0.4, 0.1, 0.4 * 3 + 0.1 * 5 - 0.7, -0.1, 0.4, -0.1 * 3 + 0.4 * 5 + 1.1];
      pasteFace(frame, face, map, mask, { border: 'replicate', roundFace: round, from: 'mask', blend: 0.6 });
      let off = 0;
      frame.data.forEach((got, i) => {
        const [c, y, x] = [Math.floor(i / 2440), Math.floor(i / 61) % 40, i % 61];
        const [u, v] = [x - mask.x, y - mask.y];
        const share = u >= 0 && v >= 0 && u < 55 && v < 33 ? mask.data[v * 55 + u] : 0;
        const plane = face.data.subarray(c * 625, (c + 1) * 625);
        const value = sample(plane, 25, 25, ...at(fromMask, u, v));
        const pasted = Math.floor(before[i] + share * ((round ? Math.round(value) : value) - before[i]));
        const wanted = share > 0 ? Math.floor(before[i] + 0.6 * (pasted - before[i]) + 0.5) : before[i];
        if (got !== wanted) off++;
        assert.ok(Math.abs(got - wanted) <= (share > 0 ? 1 : 0), `${c} ${x} ${y}: ${got} for ${wanted}`);
      });
      assert.ok(off <= 12, `${off} of 7320 values lie a level off`);
    });
  }

  it('coarse masks are spread along straight lines, runs of ones exactly', () => {
    const random = numbers(5);
    const memory = pixelMemory();
    for (const step of [1, 2, 3, 5, 8]) {
      memory.floats.fill(NaN);
      const rect = { x: 0, y: 0, width: 43, height: 22 };
      const [columns, rows] = [rect.width, rect.height].map((side) => Math.ceil((side - 1) / step) + 1);
      const coarse = Float32Array.from({ length: columns * rows }, () => Math.min(1, 2 * random()));
      const shares = everyShare({ ...rect, step, columns, data: coarse });
      shares.forEach((got, i) => {
        const wanted = sample(coarse, columns, rows, (i % 43) / step, Math.floor(i / 43) / step);
        assert.ok(Math.abs(got - wanted) < 1e-6, `${step}: ${i}: ${got} for ${wanted}`);
        if (Math.abs(wanted - 1) < 1e-12) assert.equal(got, 1);
      });
    }
  });

  it('pictures become the input of a network, and its output colours, of any size', () => {
    const random = numbers(17);
    for (const side of [1, 3, 6, 8]) {
      const crop = {
        width: side,
        height: side,
        data: Uint8Array.from({ length: side * side * 3 }, () => random() * 256),
      };
      const scale = { mean: [0.5, 0.4, 0.3], deviation: [0.5, 0.2, 0.25] } as const;
      const blob = toBlob(crop, scale);
      const area = side * side;
      blob.forEach((got, i) => {
        const c = Math.floor(i / area);
        const wanted = (crop.data[(i % area) * 3 + c] / 255 - scale.mean[c]) / scale.deviation[c];
        assert.ok(Math.abs(got - wanted) < 1e-6);
      });
      const back = fromBlob(blob, side, scale);
      back.data.forEach((got, i) => {
        assert.ok(Math.abs(got - crop.data[(i % area) * 3 + Math.floor(i / area)]) < 1e-4);
      });
    }
    const strange = Float32Array.of(NaN, -1, 2, 0.5999, -Infinity, Infinity, 0, 1, 0.1, 0.2, 0.3, 0.4);
    const unit = { mean: [0, 0, 0], deviation: [1, 1, 1] } as const;
    const levels = (way: 'cut' | 'rounded') => [...fromBlob(strange, 2, unit, way).data];
    assert.deepEqual(levels('cut'), [0, 0, 255, 152, 0, 255, 0, 255, 25, 51, 76, 102]);
    assert.deepEqual(levels('rounded'), [0, 0, 255, 153, 0, 255, 0, 255, 26, 51, 77, 102]);
  });

  it('a crop in place is the picture itself, whatever was in the memory before', () => {
    const memory = pixelMemory();
    const all = memory.take(4_000_000);
    memory.floats.fill(NaN, all / 4, all / 4 + 1_000_000);
    const frame = createFrame({ width: 37, height: 23, sampling: 'rgb', matrix: 'rgb', range: 'full' });
    for (let i = 0; i < frame.data.length; i++) frame.data[i] = (i * 89) % 256;
    const { data } = cutFace(frame, [1, 0, 0, 0, 1, 0], 37, 23, 'black');
    data.forEach((got, i) => assert.equal(got, frame.planes[i % 3][Math.floor(i / 3)]));
  });
});
