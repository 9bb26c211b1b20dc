import type { RgbImage } from '../image/region';
import type { DetectedFace } from './face';
import { suppressFacefusion } from './suppress';
import type { DetectorNetwork } from './networkDetector';

/** The output names end in these strides; one anchor per cell. */
const STRIDES = [8, 16, 32];
/** OpenCV's and libfacedetection's overlap limit for this network. */
const OVERLAP_LIMIT = 0.3;

/** The network's input [1, 3, height, width]: BGR, 0–255. */
export function yunetBlob(
  { width, height, data }: RgbImage,
  out: Float32Array = new Float32Array(width * height * 3),
): Float32Array {
  const plane = width * height;
  for (let i = 0, at = 0; i < plane; i++, at += 3) {
    out[i] = data[at + 2];
    out[plane + i] = data[at + 1];
    out[2 * plane + i] = data[at];
  }
  return out;
}

/**
 * Faces that reach the threshold, in pixels of an input of `width` pixels. For each stride S: `cls_S` and `obj_S` [n]
 * (the score is the root of their product), `bbox_S` [n × 4] (centre from the cell's corner, logarithm of the size) and
 * `kps_S` [n × 10], all in units of the stride, order row, column.
 */
export function decodeYunet(
  outputs: ReadonlyMap<string, Float32Array>,
  width: number,
  threshold: number,
): DetectedFace[] {
  const found: DetectedFace[] = [];
  for (const stride of STRIDES) {
    const [cls, obj, boxes, points] = ['cls', 'obj', 'bbox', 'kps'].map((name) =>
      outputs.get(`${name}_${stride}`)!,
    );
    const columns = Math.floor(width / stride);
    for (let i = 0; i < cls.length; i++) {
      const score = Math.sqrt(share(cls[i]) * share(obj[i]));
      if (score < threshold) continue;
      const x = i % columns;
      const y = Math.floor(i / columns);
      const place = (at: number, k: number): [number, number] => [
        (x + points[at + k]) * stride,
        (y + points[at + k + 1]) * stride,
      ];
      const [dx, dy, logWidth, logHeight] = boxes.subarray(i * 4, i * 4 + 4);
      const w = Math.exp(logWidth) * stride;
      const h = Math.exp(logHeight) * stride;
      found.push({
        box: { x: (x + dx) * stride - w / 2, y: (y + dy) * stride - h / 2, width: w, height: h },
        points: [0, 2, 4, 6, 8].map((k) => place(i * 10, k)),
        score,
      });
    }
  }
  return found;
}

function share(value: number): number {
  return Math.max(0, Math.min(1, value));
}

/** YuNet (face_detection_yunet of OpenCV's model zoo), with the twelve outputs it has had since 2022. */
export const yunetNetwork: DetectorNetwork = {
  blob: yunetBlob,
  scales: 'each',
  decode: decodeYunet,
  suppress: (faces) => suppressFacefusion(faces, OVERLAP_LIMIT),
};
