import type { Landmarks } from '../../src/pipeline/faces/face';
import type { RgbImage } from '../../src/pipeline/image/region';

/** Lid edges from corner to corner, upper and lower, and a point on the brow above. */
const lids = [
  {
    upper: [33, 246, 161, 160, 159, 158, 157, 173, 133],
    lower: [33, 7, 163, 144, 145, 153, 154, 155, 133],
    brow: 105,
  },
  {
    upper: [263, 466, 388, 387, 386, 385, 384, 398, 362],
    lower: [263, 249, 390, 373, 374, 380, 381, 382, 362],
    brow: 334,
  },
];

/**
 * The photo with the skin between brow and lid pulled down over the eyes, as a blink does.
 * @param amount 0 leaves the eyes as they are, 1 closes them
 */
export function closeLids(photo: RgbImage, face: Landmarks, amount: number): RgbImage {
  const data = photo.data.slice();
  for (const { upper, lower, brow } of lids) {
    const corners = [upper[0], upper[8]].map((p) => face[p * 3]).sort((a, b) => a - b);
    for (let x = Math.floor(corners[0]); x <= Math.ceil(corners[1]); x++) {
      const [lid, floor] = [heightAt(face, upper, x), heightAt(face, lower, x)];
      const top = Math.min(face[brow * 3 + 1], lid - 6);
      const closed = lid + amount * (floor - lid);
      for (let y = Math.ceil(top); y <= Math.floor(floor); y++) {
        const from =
          y < closed
            ? top + ((y - top) * (lid - top)) / (closed - top)
            : lid + ((y - closed) * (floor - lid)) / Math.max(0.5, floor - closed);
        copyPixel(photo, data, x, from, y);
      }
    }
  }
  return { ...photo, data };
}

/** The height of a line of points at `x`. */
function heightAt(face: Landmarks, line: readonly number[], x: number): number {
  const points = line.map((p) => [face[p * 3], face[p * 3 + 1]]).sort(([a], [b]) => a - b);
  const next = points.findIndex(([px]) => px >= x);
  if (next <= 0) return points[next === 0 ? 0 : points.length - 1][1];
  const [[ax, ay], [bx, by]] = [points[next - 1], points[next]];
  return ay + ((x - ax) / (bx - ax)) * (by - ay);
}

function copyPixel(
  { data, width }: RgbImage,
  out: RgbImage['data'],
  x: number,
  from: number,
  to: number,
): void {
  const row = Math.floor(from);
  for (let c = 0; c < 3; c++) {
    const [a, b] = [data[(row * width + x) * 3 + c], data[((row + 1) * width + x) * 3 + c]];
    out[(to * width + x) * 3 + c] = a + (b - a) * (from - row);
  }
}
