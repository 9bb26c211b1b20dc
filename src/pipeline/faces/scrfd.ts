import type { RgbImage } from '../image/region';
import type { DetectedFace } from './face';

/** Every SCRFD network has three levels with two anchors per cell. */
export const scrfdStrides = [8, 16, 32] as const;
const ANCHORS = 2;
/** InsightFace's blob: (value − 127.5) / 128. */
const MEAN = 127.5;
const SPREAD = 128;

/** A picture in the top-left corner of a detector's black input. */
export interface Letterbox {
  /** Input size; RGB, 0–255. */
  pixels: RgbImage;
  /** Size of the picture in it. */
  width: number;
  height: number;
  /** Input pixels per picture pixel, for both axes: taken from the heights, as InsightFace does. */
  scale: number;
}

/** Outputs of one level. Distances and offsets are in units of the stride. */
export interface ScrfdLevel {
  stride: number;
  /** [n], 0–1, in the order row, column, anchor. */
  scores: Float32Array;
  /** [n × 4]: distances from the anchor to the left, top, right and bottom edge. */
  boxes: Float32Array;
  /** [n × 10]: x, y from the anchor to both eyes, nose and mouth corners; missing in networks with six outputs. */
  keypoints?: Float32Array;
}

/** Size of a picture inside a square of `side` pixels: the longer edge fills it, the other is cut to whole pixels. */
export function letterboxSize(
  picture: { width: number; height: number },
  side: number,
): { width: number; height: number; scale: number } {
  const ratio = picture.height / picture.width;
  const width = ratio > 1 ? Math.max(1, Math.trunc(side / ratio)) : side;
  const height = ratio > 1 ? side : Math.max(1, Math.trunc(side * ratio));
  return { width, height, scale: height / picture.height };
}

/**
 * Scales an RGB picture bilinearly (pixel centres at .5, no averaging, as OpenCV's resize does) into the top-left
 * corner of a black square of `side` pixels.
 */
export function letterbox(image: RgbImage, side: number): Letterbox {
  const size = letterboxSize(image, side);
  const data = new Uint8Array(side * side * 3);
  const columns = taps(image.width, size.width);
  const rows = taps(image.height, size.height);
  const from = image.data;
  for (let y = 0; y < size.height; y++) {
    const top = rows.first[y] * image.width * 3;
    const bottom = rows.second[y] * image.width * 3;
    const v = rows.weight[y];
    let at = y * side * 3;
    for (let x = 0; x < size.width; x++) {
      const left = columns.first[x] * 3;
      const right = columns.second[x] * 3;
      const u = columns.weight[x];
      for (let c = 0; c < 3; c++) {
        const above = from[top + left + c] * (1 - u) + from[top + right + c] * u;
        const below = from[bottom + left + c] * (1 - u) + from[bottom + right + c] * u;
        data[at++] = above + (below - above) * v + 0.5;
      }
    }
  }
  return { pixels: { width: side, height: side, data }, ...size };
}

/** For every output pixel of one axis the two source pixels it lies between, and the share of the second. */
function taps(from: number, to: number): { first: Int32Array; second: Int32Array; weight: Float64Array } {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const weight = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.max(0, Math.min(from - 1, ((i + 0.5) * from) / to - 0.5));
    first[i] = Math.floor(at);
    second[i] = Math.min(from - 1, first[i] + 1);
    weight[i] = at - first[i];
  }
  return { first, second, weight };
}

/** The network's input [1, 3, height, width]: RGB, (value − 127.5) / 128. */
export function scrfdBlob({ width, height, data }: RgbImage, out = new Float32Array(width * height * 3)) {
  const plane = width * height;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) out[c * plane + i] = (data[i * 3 + c] - MEAN) / SPREAD;
  }
  return out;
}

/**
 * Faces that reach the threshold, surest first, in pixels of the input of `width` × `height`. Anchors lie at the
 * corner of their cell, not in its middle. `points` is empty where the network has no keypoints.
 */
export function decodeScrfd(levels: readonly ScrfdLevel[], width: number, threshold: number): DetectedFace[] {
  const found: DetectedFace[] = [];
  for (const { stride, scores, boxes, keypoints } of levels) {
    const columns = Math.floor(width / stride);
    for (let i = 0; i < scores.length; i++) {
      if (scores[i] < threshold) continue;
      const cell = Math.floor(i / ANCHORS);
      const ax = (cell % columns) * stride;
      const ay = Math.floor(cell / columns) * stride;
      const [left, top, right, bottom] = boxes.subarray(i * 4, i * 4 + 4).map((value) => value * stride);
      const points: [number, number][] = [];
      for (let k = i * 10; keypoints && k < i * 10 + 10; k += 2) {
        points.push([ax + keypoints[k] * stride, ay + keypoints[k + 1] * stride]);
      }
      const box = { x: ax - left, y: ay - top, width: left + right, height: top + bottom };
      found.push({ box, points, score: scores[i] });
    }
  }
  return found.sort((a, b) => b.score - a.score);
}

/** Faces with both axes multiplied: from pixels of the input to those of the picture. */
export function scaleFaces(faces: readonly DetectedFace[], fx: number, fy: number): DetectedFace[] {
  return faces.map(({ box, points, score }) => ({
    box: { x: box.x * fx, y: box.y * fy, width: box.width * fx, height: box.height * fy },
    points: points.map(([x, y]) => [x * fx, y * fy]),
    score,
  }));
}
