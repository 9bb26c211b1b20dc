import { pictureSize, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import { keepBest } from './boxes';
import type { Box, DetectedFace } from './face';

/** One reading of a detector, before the landmarks confirm or reject it. */
export interface Candidate extends DetectedFace {
  /** Roll in radians from the line between the eyes, or as the network was shown the picture. */
  angle: number;
  /** All five points come from the network, good enough to align crops to. */
  isMeasured: boolean;
}

/** A face_detector: the built-in one or a file of the user's. Coordinates of the results are picture pixels. */
export interface FaceDetector {
  /** Names the network. */
  readonly model: string;
  /** Faces smaller than this share of the longer side are near the limit of a pass over the whole picture. */
  readonly nearLimit: number;
  /** Looks for faces in one square of the picture. Faces whose score reaches `threshold` (0–1). */
  scan(picture: FrameSource, square: Square, threshold: number): Promise<Candidate[]>;
  /** One pass over the whole picture, turned by `angle` radians clockwise. */
  scanWhole(picture: FrameSource, threshold: number, angle?: number): Promise<Candidate[]>;
}

/** Overlapping tiles, each `relativeSize` of the longer side. Faces cut by a tile's edge are left to its neighbour. */
export async function scanTiles(
  detector: FaceDetector,
  picture: FrameSource,
  relativeSize: number,
  threshold: number,
): Promise<Candidate[]> {
  const { width, height } = pictureSize(picture);
  const size = Math.max(width, height) * relativeSize;
  const found: Candidate[] = [];
  for (const cy of tileCentres(height, size)) {
    for (const cx of tileCentres(width, size)) {
      for (const face of await detector.scan(picture, { cx, cy, size, angle: 0 }, threshold)) {
        if (!isCut(face.box, { cx, cy, size, angle: 0 }, width, height) && face.box.width < size * 0.6) {
          found.push(face);
        }
      }
    }
  }
  return keepBest(found);
}

/** The square around the whole picture whose axes are turned by `angle`. */
export function wholeSquare(width: number, height: number, angle: number): Square {
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
