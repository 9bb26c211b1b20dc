/**
 * What insightface and facefusion do around their networks, written down once more as plainly as possible: whole frames, plain
 * loops, nothing shared with the product. Pictures are interleaved RGB as numbers, pixel centres at whole numbers.
 */
export interface Picture {
  width: number;
  height: number;
  /** Channels per pixel. */
  depth: number;
  data: Float64Array;
}

export type Point = [number, number];
/** Rows of a 2 × 3 matrix. */
export type Matrix = [[number, number, number], [number, number, number]];

export function picture(width: number, height: number, depth = 3, fill = 0): Picture {
  return { width, height, depth, data: new Float64Array(width * height * depth).fill(fill) };
}

export const mapped = (a: Picture, change: (value: number, i: number) => number): Picture => {
  return { ...a, data: a.data.map(change) };
};

/** The similarity that brings `from` nearest to `to`, by solving the normal equations for (a, b, tx, ty). */
export function similarity(from: readonly Point[], to: readonly Point[]): Matrix {
  const rows = from.flatMap(([x, y], i) => [
    [x, -y, 1, 0, to[i][0]],
    [y, x, 0, 1, to[i][1]],
  ]);
  const m = [0, 1, 2, 3].map((i) =>
    [0, 1, 2, 3, 4].map((j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
  );
  for (let i = 0; i < 4; i++) {
    const pivot = m.slice(i).reduce((best, row) => (Math.abs(row[i]) > Math.abs(best[i]) ? row : best));
    m[m.indexOf(pivot)] = m[i];
    m[i] = pivot;
    for (let k = 0; k < 4; k++) {
      if (k === i) continue;
      const factor = m[k][i] / pivot[i];
      for (let j = i; j < 5; j++) m[k][j] -= factor * pivot[j];
    }
  }
  const [a, b, tx, ty] = m.map((row, i) => row[4] / row[i]);
  return [
    [a, -b, tx],
    [b, a, ty],
  ];
}

export function inverse([[a, b, c], [d, e, f]]: Matrix): Matrix {
  const det = a * e - b * d;
  return [
    [e / det, -b / det, (b * f - c * e) / det],
    [-d / det, a / det, (c * d - a * f) / det],
  ];
}

/** Every pixel of the result fetched from `back` of its place, bilinear; beyond the border zeros or the edge again. */
export function warp(
  from: Picture,
  back: Matrix,
  width: number,
  height: number,
  border: 'zero' | 'edge',
): Picture {
  const out = picture(width, height, from.depth);
  const at = (x: number, y: number, c: number): number => {
    const [cx, cy] = [clamp(x, from.width - 1), clamp(y, from.height - 1)];
    if (border === 'zero' && (cx !== x || cy !== y)) return 0;
    return from.data[(cy * from.width + cx) * from.depth + c];
  };
  const [[a, b, c], [d, e, f]] = back;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [a * x + b * y + c, d * x + e * y + f];
      const [x0, y0] = [Math.floor(u), Math.floor(v)];
      const [s, t] = [u - x0, v - y0];
      for (let k = 0; k < from.depth; k++) {
        const top = at(x0, y0, k) * (1 - s) + at(x0 + 1, y0, k) * s;
        const bottom = at(x0, y0 + 1, k) * (1 - s) + at(x0 + 1, y0 + 1, k) * s;
        out.data[(y * width + x) * from.depth + k] = top * (1 - t) + bottom * t;
      }
    }
  }
  return out;
}

const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));
const reflect = (i: number, size: number): number =>
  i < 0 ? reflect(-i, size) : i >= size ? reflect(2 * (size - 1) - i, size) : i;

/** Gaussian blur of one channel, mirrored at the edges without repeating them. */
export function blur(a: Picture, length: number, sigma: number): Picture {
  const reach = length >> 1;
  const kernel = Array.from({ length }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const sum = kernel.reduce((x, y) => x + y);
  const pass = (from: Picture, dx: number, dy: number) =>
    mapped(from, (_, i) => {
      const [x, y] = [i % a.width, Math.floor(i / a.width)];
      return kernel.reduce((total, weight, k) => {
        const [u, v] = [reflect(x + dx * (k - reach), a.width), reflect(y + dy * (k - reach), a.height)];
        return total + (weight / sum) * from.data[v * a.width + u];
      }, 0);
    });
  return pass(pass(a, 1, 0), 0, 1);
}

/** The darkest pixel of each k × k window that begins k/2 before the pixel; what lies outside takes no part. */
function erode(a: Picture, k: number): Picture {
  const before = Math.floor(k / 2);
  const pass = (from: Picture, dx: number, dy: number) =>
    mapped(from, (_, i) => {
      const [x, y] = [i % a.width, Math.floor(i / a.width)];
      let least = Infinity;
      for (let n = -before; n < k - before; n++) {
        const [u, v] = [x + dx * n, y + dy * n];
        if (u >= 0 && v >= 0 && u < a.width && v < a.height)
          least = Math.min(least, from.data[v * a.width + u]);
      }
      return least;
    });
  return pass(pass(a, 1, 0), 0, 1);
}

/** insightface's mask, 0–255, and the sizes it was made with. */
export function insightfaceMask(M: Matrix, size: number, width: number, height: number) {
  const white = mapped(warp(picture(size, size, 1, 255), M, width, height, 'zero'), (v) =>
    v > 20 ? 255 : 0,
  );
  const set = [...white.data.keys()].filter((i) => white.data[i] > 0);
  const span = (values: number[]) =>
    values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
  const bboxHeight = span(set.map((i) => Math.floor(i / width)));
  const bboxWidth = span(set.map((i) => i % width));
  const maskSize = Math.floor(Math.sqrt(bboxHeight * bboxWidth));
  const erodeKernel = Math.max(Math.floor(maskSize / 10), 10);
  const blurKernel = 2 * Math.max(Math.floor(maskSize / 20), 5) + 1;
  const blurSigma = 0.3 * ((blurKernel - 1) * 0.5 - 1) + 0.8;
  const mask = blur(erode(white, erodeKernel), blurKernel, blurSigma);
  return { mask, numbers: { bboxHeight, bboxWidth, maskSize, erodeKernel, blurKernel, blurSigma } };
}

/** The pasted frame: `face` over `frame` by `share` (0–1), fractions cut off. */
export function blendOver(frame: Picture, face: Picture, share: Picture): Picture {
  return mapped(frame, (old, i) => {
    const part = share.data[Math.floor(i / 3)];
    return Math.floor(face.data[i] * part + old * (1 - part) + 1e-9);
  });
}

/** facefusion's box mask for a crop, 0–1. */
export function boxMask(size: number): Picture {
  const amount = Math.floor(size * 0.5 * 0.3);
  const border = Math.max(Math.floor(amount / 2), 1);
  const sigma = amount * 0.25;
  const box = mapped(picture(size, size, 1), (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    return Math.min(x, y, size - 1 - x, size - 1 - y) >= border ? 1 : 0;
  });
  return blur(box, Math.round(8 * sigma + 1) | 1, sigma);
}

/** The part of the frame that facefusion rewrites: [x1, y1, x2, y2]. */
export function pasteBox(M: Matrix, size: number, { width, height }: Picture): number[] {
  const [[a, b, c], [d, e, f]] = inverse(M);
  const corners = [
    [0, 0],
    [size, 0],
    [0, size],
    [size, size],
  ].map(([x, y]) => [a * x + b * y + c, d * x + e * y + f]);
  const [xs, ys] = [0, 1].map((k) => corners.map((corner) => corner[k]));
  return [
    clamp(Math.round(Math.min(...xs)), width),
    clamp(Math.round(Math.min(...ys)), height),
    clamp(Math.round(Math.max(...xs)), width),
    clamp(Math.round(Math.max(...ys)), height),
  ];
}

/** Pastes a face in crop space the facefusion way. */
export function facefusionPaste(frame: Picture, face: Picture, M: Matrix, mask: Picture): Picture {
  const { width, height } = frame;
  const share = warp(mask, M, width, height, 'zero');
  const [x1, y1, x2, y2] = pasteBox(M, face.width, frame);
  const inside = mapped(share, (value, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= x1 && x < x2 && y >= y1 && y < y2 ? clamp(value, 1) : 0;
  });
  return blendOver(frame, warp(face, M, width, height, 'edge'), inside);
}
