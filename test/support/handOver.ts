import sharp from 'sharp';
import type { RgbImage } from '../../src/pipeline/image/region';
import { groupPhoto } from './facePhotos';

/** A hand that lies on a lap in the second group photo, back of the hand and four fingers: its outline in pixels of the photo. */
const outline =
  '870,1043 836,1084 820,1112 809,1137 808,1154 813,1178 811,1215 818,1225 826,1218 831,1190 840,1168 836,1209 837,1226 ' +
  '845,1234 856,1226 864,1199 874,1162 890,1135 892,1171 886,1212 892,1222 901,1217 911,1196 917,1171 917,1122 923,1124 ' +
  '931,1140 939,1171 947,1181 954,1172 952,1146 946,1115 937,1084 931,1064 936,1052';
const place = { left: 790, top: 1030, width: 180, height: 220 };

/**
 * A picture with that hand laid over it, fingers up.
 * @param x,y where the middle of the hand comes to lie
 * @param size its length in pixels
 */
export async function handOver(
  { width, height, data }: RgbImage,
  x: number,
  y: number,
  size: number,
): Promise<{ image: RgbImage; hand: Uint8Array }> {
  const shape =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${place.width}" height="${place.height}" ` +
    `viewBox="${place.left} ${place.top} ${place.width} ${place.height}"><polygon points="${outline}"/></svg>`;
  const cut = await sharp(groupPhoto(2))
    .extract(place)
    .composite([{ input: Buffer.from(shape), blend: 'dest-in' }])
    .png()
    .toBuffer();
  const input = await sharp(cut)
    .rotate(180)
    .resize({ height: Math.round(size) })
    .png()
    .toBuffer();
  const { width: across, height: down } = await sharp(input).metadata();
  const at = { left: Math.round(x - across / 2), top: Math.round(y - down / 2) };
  const raw = { width, height, channels: 3 } as const;
  const laid = await sharp(Buffer.from(data), { raw })
    .composite([{ input, ...at }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const black = sharp({ create: { ...raw, background: 'black' } });
  const white = await sharp(input)
    .ensureAlpha()
    .extractChannel('alpha')
    .toColourspace('b-w')
    .png()
    .toBuffer();
  const hand = await black
    .composite([{ input: white, ...at }])
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { image: { width, height, data: new Uint8Array(laid) }, hand: new Uint8Array(hand) };
}
