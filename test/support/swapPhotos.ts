import type { TrackedFace } from '../../src/pipeline/faces/face';
import { identifySource } from '../../src/pipeline/faces/identify';
import { createFrame, type Frame } from '../../src/pipeline/image/frame';
import type { RgbImage } from '../../src/pipeline/image/region';
import type { MeshSource } from '../../src/pipeline/processors/faceSwapper/meshSwapper';
import { faceModels } from './faceModels';

/** A photo with its faces, largest first, ready to be source or target. */
export interface PhotoWithFaces {
  image: RgbImage;
  faces: TrackedFace[];
}

export async function findPhotoFaces(image: RgbImage): Promise<PhotoWithFaces> {
  const found = await identifySource(await faceModels(), image, 'photo');
  return { image, faces: found.map(({ face }, trackId) => ({ ...face, trackId, strength: 1 })) };
}

export function asSource({ image, faces }: PhotoWithFaces, face = 0): MeshSource {
  return { image, landmarks: faces[face].landmarks, pose: faces[face].pose };
}

/** Planes R, G, B of a picture. */
export function rgbFrame({ width, height, data }: RgbImage): Frame {
  const frame = createFrame({ width, height, sampling: 'rgb', matrix: 'rgb', range: 'full' });
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) frame.planes[c][i] = data[i * 3 + c];
  }
  return frame;
}

export function copyFrame(frame: Frame): Frame {
  return createFrame(frame.format, frame.data.slice(), frame.index);
}

/** Interleaved pixels of an RGB frame. */
export function rgbImage({ format: { width, height }, planes }: Frame): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) data[i * 3 + c] = planes[c][i];
  }
  return { width, height, data };
}

/** Pixels of the first plane whose centre lies in the polygon of these landmarks. */
export function pixelsInside(face: TrackedFace, outline: readonly number[], { format }: Frame): number[] {
  const points = outline.map((p) => [face.landmarks[p * 3], face.landmarks[p * 3 + 1]]);
  const ys = points.map(([, y]) => y);
  const inside: number[] = [];
  for (let y = Math.max(0, Math.floor(Math.min(...ys))); y < Math.min(format.height, Math.max(...ys)); y++) {
    for (let x = 0; x < format.width; x++) {
      const crossed = points.filter(([ax, ay], i) => {
        const [bx, by] = points[(i + 1) % points.length];
        if (ay > y + 0.5 === by > y + 0.5) return false;
        return x + 0.5 < ax + ((y + 0.5 - ay) / (by - ay)) * (bx - ax);
      });
      if (crossed.length % 2 === 1) inside.push(y * format.width + x);
    }
  }
  return inside;
}

/** Mean absolute difference of the given samples in all planes of two RGB frames. */
export function difference(a: Frame, b: Frame, pixels: readonly number[]): number {
  let sum = 0;
  for (const p of pixels) {
    for (let c = 0; c < 3; c++) sum += Math.abs(a.planes[c][p] - b.planes[c][p]);
  }
  return sum / (3 * pixels.length);
}
