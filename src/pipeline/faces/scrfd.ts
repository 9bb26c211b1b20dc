import type { RgbImage } from '../image/region';
import type { DetectedFace } from './face';
import type { DetectorNetwork } from './networkDetector';
import { suppressInsightface } from './suppress';

/** Every SCRFD network has three levels with two anchors per cell. */
export const scrfdStrides = [8, 16, 32] as const;
const ANCHORS = 2;
/** InsightFace's blob: (value − 127.5) / 128. */
const MEAN = 127.5;
const SPREAD = 128;

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

/** The network's input [1, 3, height, width]: RGB, (value − 127.5) / 128. */
export function scrfdBlob(
  { width, height, data }: RgbImage,
  out: Float32Array = new Float32Array(width * height * 3),
): Float32Array {
  const plane = width * height;
  for (let i = 0, at = 0; i < plane; i++, at += 3) {
    out[i] = (data[at] - MEAN) / SPREAD;
    out[plane + i] = (data[at + 1] - MEAN) / SPREAD;
    out[2 * plane + i] = (data[at + 2] - MEAN) / SPREAD;
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

/** InsightFace's overlap limit for this network. */
const OVERLAP_LIMIT = 0.4;

/**
 * Any SCRFD file of InsightFace (det_10g, det_500m, scrfd_…): three scores, three boxes, and three sets of keypoints or
 * none, told apart by their order alone, since their names are numbers.
 */
export const scrfdNetwork: DetectorNetwork = {
  blob: scrfdBlob,
  scales: 'one',
  decode: (outputs, width, threshold) => {
    const values = [...outputs.values()];
    const levels = scrfdStrides.map((stride, i) => ({
      stride,
      scores: values[i],
      boxes: values[i + 3],
      ...(values.length === 9 && { keypoints: values[i + 6] }),
    }));
    return decodeScrfd(levels, width, threshold);
  },
  suppress: (faces) => suppressInsightface(faces, OVERLAP_LIMIT),
};
