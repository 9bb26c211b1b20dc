import type { Landmarks } from './face';

/** x' = a·x − b·y + tx, y' = b·x + a·y + ty: rotation, uniform scale and shift of the picture plane. */
export interface Similarity {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

/** The similarity that maps one set of landmarks best onto another, by least squares over x and y. */
export function fitSimilarity(from: Landmarks, to: Landmarks): Similarity {
  const count = from.length / 3;
  let fx = 0;
  let fy = 0;
  let gx = 0;
  let gy = 0;
  for (let i = 0; i < from.length; i += 3) {
    fx += from[i];
    fy += from[i + 1];
    gx += to[i];
    gy += to[i + 1];
  }
  fx /= count;
  fy /= count;
  gx /= count;
  gy /= count;
  let a = 0;
  let b = 0;
  let squares = 0;
  for (let i = 0; i < from.length; i += 3) {
    const x = from[i] - fx;
    const y = from[i + 1] - fy;
    const u = to[i] - gx;
    const v = to[i + 1] - gy;
    a += x * u + y * v;
    b += x * v - y * u;
    squares += x * x + y * y;
  }
  a /= squares || 1;
  b /= squares || 1;
  return { a, b, tx: gx - a * fx + b * fy, ty: gy - b * fx - a * fy };
}

/** Moves landmarks; z grows with the scale. */
export function applySimilarity({ a, b, tx, ty }: Similarity, landmarks: Landmarks): Landmarks {
  const scale = Math.hypot(a, b);
  const moved = new Float32Array(landmarks.length);
  for (let i = 0; i < landmarks.length; i += 3) {
    const x = landmarks[i];
    const y = landmarks[i + 1];
    moved[i] = a * x - b * y + tx;
    moved[i + 1] = b * x + a * y + ty;
    moved[i + 2] = landmarks[i + 2] * scale;
  }
  return moved;
}
