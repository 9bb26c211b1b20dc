import sharp from 'sharp';
import type { TrackedFace } from '../../src/pipeline/faces/face';
import type { RgbImage } from '../../src/pipeline/image/region';

/** The photo with a face in dark-rimmed or in wire glasses, with a moustache, or with that and a grey beard as bright as its skin drawn on it. */
export async function wearing(
  what: 'glasses' | 'wire' | 'moustache' | 'beard',
  { width, height, data }: RgbImage,
  { landmarks }: TrackedFace,
): Promise<RgbImage> {
  const at = (p: number) => [landmarks[p * 3], landmarks[p * 3 + 1]];
  const shape = { glasses, wire, moustache, beard }[what](at);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shape}</svg>`;
  const drawn = await sharp(Buffer.from(data), { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return { width, height, data: new Uint8Array(drawn) };
}

type At = (landmark: number) => number[];

const glasses = (at: At) => eyewear(at, 1, 1);
const wire = (at: At) => eyewear(at, 0.4, 0.5);

/** @param width,opacity of the rims, as shares of those that are plain to see */
function eyewear(at: At, width: number, opacity: number): string {
  const apart = Math.hypot(at(33)[0] - at(263)[0], at(33)[1] - at(263)[1]);
  const stroke = `fill="none" stroke="#15110f" stroke-width="${0.035 * apart}"`;
  const rims = [
    [33, 133],
    [362, 263],
  ].map(([from, to]) => {
    const [x, y] = [0, 1].map((k) => (at(from)[k] + at(to)[k]) / 2);
    return `<ellipse cx="${x}" cy="${y}" rx="${0.24 * apart}" ry="${0.19 * apart}" fill="none" stroke="#15110f" stroke-width="${0.035 * width * apart}" opacity="${opacity}"/>`;
  });
  // Over the ridge of the nose, between the rims.
  const [left, ridge, right] = [at(133), at(6), at(362)];
  return `${rims.join('')}<polyline points="${[left, ridge, right].join(' ')}" ${stroke}/>`;
}

function moustache(at: At): string {
  const outline = [2, 97, 165, 92, 61, 40, 37, 0, 267, 270, 291, 322, 391, 326].map(at);
  return `<polygon points="${outline.join(' ')}" fill="#1e140e"/>`;
}

function beard(at: At): string {
  const [left, right, bottom] = [at(57), at(287), at(152)];
  const [x0, y0, x1, y1] = [left[0], Math.max(at(17)[1], left[1]), right[0], bottom[1]];
  const tuft = (x1 - x0) / 24;
  const tufts = Array.from({ length: 12 }, (_, i) =>
    ['#fff', '#000'].map((colour, k) => {
      const x = x0 + (2 * i + k) * tuft;
      return `<rect x="${x}" y="${y0}" width="${tuft}" height="${y1 - y0}" fill="${colour}" opacity="0.2"/>`;
    }),
  );
  return moustache(at) + tufts.flat().join('');
}
