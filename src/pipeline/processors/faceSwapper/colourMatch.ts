import type { FaceCrop } from '../../image/faceCrop';
import type { NewFace } from '../../image/paste';

/** The middle of the crop, as shares of its side: face and nothing else in every alignment. */
const MIDDLE = [0.25, 0.75] as const;
/** Contrast is changed within these limits only: a half-shaded face must not be stretched into a flat one. */
const CONTRAST = [0.7, 1.4] as const;

/** Gives the new face the mean and spread of the old one's colours, channel by channel, in place. */
export function matchColours(face: NewFace, crop: FaceCrop): void {
  const { size, data } = face;
  const area = size * size;
  for (let channel = 0; channel < 3; channel++) {
    const plane = data.subarray(channel * area, (channel + 1) * area);
    const target = spread(size, (i) => crop.data[i * 3 + channel]);
    const own = spread(size, (i) => plane[i]);
    const wanted = own.deviation > 0 ? target.deviation / own.deviation : 1;
    const gain = Math.max(CONTRAST[0], Math.min(CONTRAST[1], wanted));
    for (let i = 0; i < area; i++) {
      plane[i] = Math.max(0, Math.min(255, target.mean + gain * (plane[i] - own.mean)));
    }
  }
}

function spread(size: number, value: (i: number) => number): { mean: number; deviation: number } {
  const [from, to] = MIDDLE.map((share) => Math.round(share * size));
  let [sum, squares] = [0, 0];
  for (let y = from; y < to; y++) {
    for (let x = from; x < to; x++) {
      const v = value(y * size + x);
      sum += v;
      squares += v * v;
    }
  }
  const count = (to - from) ** 2;
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}
