import { cropToPicture, cropToTensor, pictureSize, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ModelSession } from '../inference/session';
import { keepBest, mergeOverlapping } from './boxes';
import type { Box, DetectedFace } from './face';

/** Side of the model's input; its grid has one anchor every 4 pixels. */
const SIDE = 192;
const GRID = 48;
/** Values per anchor: box centre and size, then six points (eyes, nose tip, mouth centre, ears). */
const VALUES = 16;
/** The model sees RGB in [-1, 1]. */
const SCALE = { mul: 1 / 127.5, add: -1 };

/** One reading of the model, before the landmarks confirm or reject it. */
export interface Candidate extends DetectedFace {
  /** Roll in radians from the line between the eyes. */
  angle: number;
  /** Left and right ear (tragus). */
  ears: [[number, number], [number, number]];
}

/**
 * The built-in face_detector (MediaPipe full range, RGB 192² in [-1, 1]). Finds upright faces up to about 40° of
 * roll in the square it is given; faces under about 5 % of the square's side are beyond it.
 */
export class FaceDetector {
  private readonly input = new Float32Array(SIDE * SIDE * 3);

  constructor(private readonly session: ModelSession) {}

  /** Looks for faces in one square of the picture. Coordinates of the result are picture pixels. */
  async scan(picture: FrameSource, square: Square, threshold: number): Promise<Candidate[]> {
    cropToTensor(picture, square, SIDE, SCALE, this.input);
    const { regressors, classifiers } = await this.session.run({ input: this.input });
    const found: Candidate[] = [];
    // Compare logits, so that the sigmoid is computed for hits only.
    const limit = Math.log(threshold / (1 - threshold));
    for (let i = 0; i < classifiers.length; i++) {
      if (classifiers[i] >= limit)
        found.push(decode(regressors, i, 1 / (1 + Math.exp(-classifiers[i])), square));
    }
    return mergeOverlapping(found, 0.3);
  }

  /** One pass over the whole picture, turned by `angle` radians clockwise. */
  scanWhole(picture: FrameSource, threshold: number, angle = 0): Promise<Candidate[]> {
    const { width, height } = pictureSize(picture);
    return this.scan(picture, wholeSquare(width, height, angle), threshold);
  }

  /** Overlapping tiles, each `relativeSize` of the longer side. Faces cut by a tile's edge are left to its neighbour. */
  async scanTiles(picture: FrameSource, relativeSize: number, threshold: number): Promise<Candidate[]> {
    const { width, height } = pictureSize(picture);
    const size = Math.max(width, height) * relativeSize;
    const found: Candidate[] = [];
    for (const cy of tileCentres(height, size)) {
      for (const cx of tileCentres(width, size)) {
        for (const face of await this.scan(picture, { cx, cy, size, angle: 0 }, threshold)) {
          if (!isCut(face.box, { cx, cy, size, angle: 0 }, width, height) && face.box.width < size * 0.6) {
            found.push(face);
          }
        }
      }
    }
    return keepBest(found);
  }
}

/** The square around the whole picture whose axes are turned by `angle`. */
function wholeSquare(width: number, height: number, angle: number): Square {
  const cos = Math.abs(Math.cos(angle));
  const sin = Math.abs(Math.sin(angle));
  const size = Math.min(
    1.15 * Math.max(width, height),
    Math.max(width * cos + height * sin, width * sin + height * cos),
  );
  return { cx: width / 2, cy: height / 2, size, angle };
}

function tileCentres(length: number, size: number): number[] {
  if (length <= size) return [length / 2];
  const count = Math.ceil((length - size) / (size * 0.7)) + 1;
  return Array.from({ length: count }, (_, i) => size / 2 + ((length - size) * i) / (count - 1));
}

function isCut(box: Box, tile: Square, width: number, height: number): boolean {
  const margin = tile.size * 0.01;
  const left = tile.cx - tile.size / 2;
  const top = tile.cy - tile.size / 2;
  return (
    (box.x < left + margin && box.x > 2) ||
    (box.y < top + margin && box.y > 2) ||
    (box.x + box.width > left + tile.size - margin && box.x + box.width < width - 2) ||
    (box.y + box.height > top + tile.size - margin && box.y + box.height < height - 2)
  );
}

function decode(values: Float32Array, anchor: number, score: number, square: Square): Candidate {
  const at = anchor * VALUES;
  const ax = (((anchor % GRID) + 0.5) / GRID) * SIDE;
  const ay = ((Math.floor(anchor / GRID) + 0.5) / GRID) * SIDE;
  const point = (i: number) =>
    cropToPicture(square, SIDE, values[at + 2 * i] + ax, values[at + 2 * i + 1] + ay);
  const [cx, cy] = point(0);
  const k = square.size / SIDE;
  const width = values[at + 2] * k;
  const height = values[at + 3] * k;
  const leftEye = point(2);
  const rightEye = point(3);
  const mouth = point(5);
  // The model knows only the mouth's centre: its corners lie about 0.4 eye distances to either side.
  const dx = (rightEye[0] - leftEye[0]) * 0.4;
  const dy = (rightEye[1] - leftEye[1]) * 0.4;
  return {
    box: { x: cx - width / 2, y: cy - height / 2, width, height },
    points: [leftEye, rightEye, point(4), [mouth[0] - dx, mouth[1] - dy], [mouth[0] + dx, mouth[1] + dy]],
    score,
    angle: Math.atan2(rightEye[1] - leftEye[1], rightEye[0] - leftEye[0]),
    ears: [point(6), point(7)],
  };
}
