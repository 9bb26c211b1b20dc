import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applyAffine,
  composeAffine,
  fitSimilarity,
  invertAffine,
  type Affine,
} from '../../src/pipeline/image/affine';
import { unweave, weave } from '../../src/pipeline/image/blob';
import { boxMask, gaussianBlur, pasteBox, warpMask } from '../../src/pipeline/image/cropMask';
import { cutFace } from '../../src/pipeline/image/faceCrop';
import { createFrame, type FrameFormat } from '../../src/pipeline/image/frame';
import { facefusionPaste, insightfacePaste, pasteFace, type NewFace } from '../../src/pipeline/image/paste';
import { gaussianKernel, insightfaceMask, wholeShare } from '../../src/pipeline/image/pasteMask';
import { everyShare } from '../../src/pipeline/image/regionMask';
import { alignTo, alignmentNames, templatePoints } from '../../src/pipeline/image/templates';

/** A map from frame to crop: turned by `degrees`, `scale` crop pixels to a frame pixel, the crop's corner at (x, y). */
function similarity(degrees: number, scale: number, x: number, y: number): Affine {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180) * scale, Math.sin((degrees * Math.PI) / 180) * scale];
  return [c, s, -c * x - s * y, -s, c, s * x - c * y];
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, most: number) => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i] - b[i]) <= most, `${i}: ${a[i]} for ${b[i]}`);
};

describe('the similarity fit', () => {
  it('finds the map that points were moved by, for every template', () => {
    for (const name of alignmentNames) {
      const map = similarity(33, 0.4, 120.3, 77.9);
      const back = invertAffine(map);
      const points = templatePoints(name, 128).map(([x, y]) => applyAffine(back, x, y));
      close(alignTo(name, 128, points), map, 1e-9);
    }
  });

  it('leaves the least squares: moving the result any way makes them worse', () => {
    const from = [
      [10, 12],
      [31, 9],
      [20, 22],
      [13, 33],
      [29, 30],
    ] as const;
    const to = templatePoints('arcface_112_v1', 112);
    const error = (m: Affine) =>
      from.reduce((sum, [x, y], i) => {
        const [u, v] = applyAffine(m, x, y);
        return sum + (u - to[i][0]) ** 2 + (v - to[i][1]) ** 2;
      }, 0);
    const best = fitSimilarity(from, to);
    for (const nudge of [similarity(0.5, 1, 0, 0), similarity(0, 1.01, 0, 0), similarity(0, 1, 0.1, -0.1)]) {
      assert.ok(error(composeAffine(nudge, best)) > error(best));
    }
  });
});

/** insightface's mask without any shortcut: whole frame, plain loops. */
function plainMask(
  map: Affine,
  size: number,
  width: number,
  height: number,
  erodeBy: number,
  blurBy: number,
  sigma: number,
) {
  const white = new Float64Array(width * height);
  const cover = (p: number) => Math.max(0, Math.min(1, p + 1, size - p));
  // As OpenCV rounds places.
  const thirtySeconds = (row: number, column: number) =>
    Math.floor((Math.round(row * 1024) + Math.round(column * 1024) + 16) / 32) / 32;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = thirtySeconds(map[1] * y + map[2], map[0] * x);
      const v = thirtySeconds(map[4] * y + map[5], map[3] * x);
      white[y * width + x] = 255 * cover(u) * cover(v) > 20 ? 1 : 0;
    }
  }
  const half = Math.floor(erodeBy / 2);
  const eroded = white.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let least = 1;
    for (let v = y - half; v < y - half + erodeBy; v++) {
      for (let u = x - half; u < x - half + erodeBy; u++) {
        if (u >= 0 && v >= 0 && u < width && v < height) least = Math.min(least, white[v * width + u]);
      }
    }
    return least;
  });
  const kernel = gaussianKernel(blurBy, sigma);
  const reach = blurBy >> 1;
  const mirror = (i: number, n: number) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i);
  const pass = (from: Float64Array, dx: number, dy: number) =>
    from.map((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return kernel.reduce(
        (sum, k, j) =>
          sum + k * from[mirror(y + dy * (j - reach), height) * width + mirror(x + dx * (j - reach), width)],
        0,
      );
    });
  return pass(pass(eroded, 1, 0), 0, 1);
}

describe("insightface's mask", () => {
  for (const [name, map] of [
    ['upright', similarity(0, 0.8, 30.2, 20.7)],
    ['turned', similarity(31, 0.9, 25.5, 70.1)],
    ['cut by the left and upper edge', similarity(10, 0.7, -40.3, -30.9)],
    ['cut by the right and lower edge', similarity(-20, 0.7, 80.1, 130.6)],
    ['larger than the frame', similarity(5, 0.4, -60, -70)],
  ] as const) {
    it(`is that of plain loops over the whole frame: ${name}`, () => {
      const [width, height] = [217, 203];
      const made = insightfaceMask(map, 128, width, height);
      assert.ok(made);
      const { mask, erodeKernel, blurKernel, blurSigma } = made;
      const wanted = plainMask(map, 128, width, height, erodeKernel, blurKernel, blurSigma);
      const whole = new Float64Array(width * height);
      const shares = everyShare(mask);
      for (let y = 0; y < mask.height; y++) {
        for (let x = 0; x < mask.width; x++) {
          whole[(mask.y + y) * width + mask.x + x] = shares[y * mask.width + x];
        }
      }
      // A wide blur is interpolated, which may cost a level of 255; a narrow one is exact.
      close(whole, wanted, blurSigma < 6 ? 1e-6 : 0.0042);
    });
  }

  it('is inside what single precision leaves of white in OpenCV 4.6.0', () => {
    // Recorded from its GaussianBlur: how many times 2^-24 the share lies above 1, for each length of the kernel.
    const recorded = {
      ...{ 11: -3, 13: 2, 17: 0, 21: -2, 25: -1, 27: -3, 31: 2, 37: 4, 43: 2, 49: -3, 57: -2, 65: 2 },
      ...{ 73: -4, 79: 4, 85: 4, 93: 0, 99: -8, 105: -2 },
    };
    for (const [length, beyond] of Object.entries(recorded)) {
      const share = wholeShare(gaussianKernel(Number(length), 0.3 * ((Number(length) - 1) * 0.5 - 1) + 0.8));
      assert.equal((share - 1) * 2 ** 24, beyond, `kernel of ${length}`);
    }
  });

  it('is none where the face lies outside of the frame', () =>
    assert.equal(insightfaceMask(similarity(0, 1, 500, 500), 128, 200, 200), undefined));
});

describe('masks of a crop', () => {
  it('blur the box like any mask', () => {
    const size = 64;
    const box = new Float32Array(size * size);
    for (let y = 4; y < size - 4; y++) box.fill(1, y * size + 4, (y + 1) * size - 4);
    close(boxMask(size).data, gaussianBlur({ size, data: box }, 9 * 0.25).data, 1e-6);
  });

  it('are inside what single precision leaves of ones in OpenCV 4.6.0, but never above 1', () => {
    // Recorded from its GaussianBlur of a box of ones, for a blur of 0.3: how many times 2^-24 the middle lies above 1.
    const recorded = { 64: -1, 128: 0, 192: 0, 224: 2, 256: -2, 384: 2, 512: -4, 768: -3, 1024: 2 };
    for (const [side, beyond] of Object.entries(recorded)) {
      const size = Number(side);
      const middle = boxMask(size).data[(size / 2) * size + size / 2];
      assert.equal((middle - 1) * 2 ** 24, Math.min(0, beyond), `${side} pixels`);
    }
  });

  it('give way to the padding on their side alone', () => {
    const { data } = boxMask(100, 0.1, [0, 30, 0, 0]);
    assert.ok(data[50 * 100 + 10] > 0.99 && data[50 * 100 + 60] > 0.99);
    assert.equal(data[50 * 100 + 80], 0);
  });

  it('are carried into the frame as OpenCV warps them', () => {
    const map = similarity(23, 0.2, 100, 60);
    const rect = pasteBox(map, 128, 900, 900);
    const { data } = boxMask(128);
    const shares = everyShare(warpMask(boxMask(128), map, rect));
    const value = (x: number, y: number) => (x < 0 || y < 0 || x > 127 || y > 127 ? 0 : data[y * 128 + x]);
    const place = (row: number, along: number) =>
      Math.floor((Math.round(row * 1024) + Math.round(along * 1024) + 16) / 32) / 32;
    const [cx, cy] = applyAffine(map, rect.x, rect.y);
    for (let i = 0; i < shares.length; i += 7) {
      const [x, y] = [i % rect.width, Math.floor(i / rect.width)];
      const [u, v] = [place(map[1] * y + cx, map[0] * x), place(map[4] * y + cy, map[3] * x)];
      const [px, py] = [Math.floor(u), Math.floor(v)];
      const row = (line: number) => value(px, line) * (1 - u + px) + value(px + 1, line) * (u - px);
      const wanted = row(py) * (1 - v + py) + row(py + 1) * (v - py);
      assert.ok(Math.abs(shares[i] - wanted) < 1e-6, `${x} ${y}: ${shares[i]} for ${wanted}`);
    }
  });

  it('may be coarser than the crop', () => {
    const map = similarity(0, 1, 20, 20);
    const rect = { x: 20, y: 20, width: 128, height: 128 };
    const steps = (side: number) =>
      Float32Array.from({ length: side * side }, (_, i) => ((i % side) + 0.5) / side);
    const coarse = everyShare(warpMask({ size: 32, data: steps(32) }, map, rect, 128));
    for (let x = 8; x < 120; x++) assert.ok(Math.abs(coarse[64 * 128 + x] - (x + 0.5) / 128) < 1e-6);
  });
});

describe('pixel boost', () => {
  it('weaves back what it took apart, row offset before column offset', () => {
    const crop = { width: 8, height: 8, data: Uint8Array.from({ length: 192 }, (_, i) => i) };
    const whole: NewFace = { size: 8, data: new Float32Array(192) };
    for (const [dy, dx] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const part = unweave(crop, 2, dx, dy);
      assert.equal(part.data[0], (dy * 8 + dx) * 3);
      const data = Float32Array.from({ length: 48 }, (_, i) => part.data[(i % 16) * 3 + Math.floor(i / 16)]);
      weave(whole, { size: 4, data }, dx, dy);
    }
    for (let i = 0; i < 192; i++) assert.equal(whole.data[i], crop.data[(i % 64) * 3 + Math.floor(i / 64)]);
  });
});

const formats: FrameFormat[] = (['420', '422', '444'] as const).flatMap((sampling) =>
  (['limited', 'full'] as const).map((range): FrameFormat => {
    return { width: 161, height: 121, sampling, matrix: 'bt709', range };
  }),
);

describe('pasting into a frame', () => {
  it("comes out a level lower where insightface's mask falls a rounding error short of 1", () => {
    const format: FrameFormat = { width: 200, height: 200, sampling: 'rgb', matrix: 'rgb', range: 'full' };
    const map = similarity(0, 1, 30, 30);
    const middleOf = (old: number, size: number) => {
      const frame = createFrame(format);
      frame.data.fill(old);
      const { mask, blurKernel } = insightfaceMask(map, size, 200, 200)!;
      const face = { size, data: new Float32Array(3 * size * size).fill(200) };
      pasteFace(frame, face, map, mask, insightfacePaste);
      return [blurKernel, frame.data[(30 + size / 2) * 200 + 30 + size / 2]];
    };
    assert.deepEqual(middleOf(90, 96), [11, 199]);
    assert.deepEqual(middleOf(90, 128), [13, 200]);
  });

  const map = similarity(12, 0.9, 40.3, 20.8);
  /** A colour that is the same in all formats but for rounding. */
  const grey = (): NewFace => {
    const data = new Float32Array(3 * 64 * 64);
    return { size: 64, data: data.fill(200, 0, 4096).fill(120, 4096, 8192).fill(90, 8192) };
  };

  for (const format of formats) {
    it(`gives a face its colours and leaves every other byte, ${format.sampling} ${format.range}`, () => {
      const frame = createFrame(format);
      for (let i = 0; i < frame.data.length; i++) frame.data[i] = 40 + ((i * 31) % 150);
      const before = Uint8Array.from(frame.data);
      const mask = warpMask(boxMask(64), map, pasteBox(map, 64, format.width, format.height));
      const shares = everyShare(mask);
      pasteFace(frame, grey(), map, mask, facefusionPaste);
      // The middle of the crop shows the colour, to within the rounding of three planes.
      const [x, y] = applyAffine(invertAffine(map), 31.5, 31.5).map(Math.round);
      const { data } = cutFace(frame, [1, 0, -x, 0, 1, -y], 1, 1, 'replicate');
      close(data, [200, 120, 90], 3);
      const after = frame;
      const old = createFrame(format, before);
      const shift = { x: format.sampling === '444' ? 0 : 1, y: format.sampling === '420' ? 1 : 0 };
      const share = (px: number, py: number) => {
        const [u, v] = [px - mask.x, py - mask.y];
        return u >= 0 && v >= 0 && u < mask.width && v < mask.height ? shares[v * mask.width + u] : 0;
      };
      after.planes.forEach((plane, p) => {
        const s = p === 0 ? { x: 0, y: 0 } : shift;
        const width = (format.width + s.x) >> s.x;
        plane.forEach((value, i) => {
          if (value === old.planes[p][i]) return;
          const [cx, cy] = [(i % width) << s.x, Math.floor(i / width) << s.y];
          const shares = [share(cx, cy), share(cx + s.x, cy), share(cx, cy + s.y), share(cx + s.x, cy + s.y)];
          assert.ok(Math.max(...shares) > 0, `plane ${p}, ${cx} ${cy}`);
        });
      });
    });
  }

  it('is the same picture in YUV without subsampling as in RGB', () => {
    const rgb = createFrame({ width: 90, height: 80, sampling: 'rgb', matrix: 'rgb', range: 'full' });
    const yuv = createFrame({ width: 90, height: 80, sampling: '444', matrix: 'bt601', range: 'full' });
    rgb.data.fill(100);
    yuv.data.fill(100, 0, 7200).fill(128, 7200);
    const near = similarity(20, 1, 20, 10);
    const mask = insightfaceMask(near, 64, 90, 80)?.mask;
    assert.ok(mask);
    for (const frame of [rgb, yuv]) pasteFace(frame, grey(), near, mask, { ...insightfacePaste, blend: 0.7 });
    const whole: Affine = [1, 0, 0, 0, 1, 0];
    close(cutFace(yuv, whole, 90, 80, 'black').data, cutFace(rgb, whole, 90, 80, 'black').data, 3);
  });

  it('reads black or the nearest pixels beyond the frame', () => {
    const frame = createFrame({ width: 20, height: 20, sampling: '420', matrix: 'bt601', range: 'limited' });
    frame.planes[0].fill(235);
    frame.planes[1].fill(128);
    frame.planes[2].fill(128);
    const beyond: Affine = [1, 0, 5, 0, 1, 5];
    assert.deepEqual([...cutFace(frame, beyond, 2, 2, 'black').data.subarray(0, 3)], [0, 0, 0]);
    assert.deepEqual([...cutFace(frame, beyond, 2, 2, 'replicate').data.subarray(0, 3)], [255, 255, 255]);
  });
});
