import path from 'node:path';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { FaceSwapError } from '../../protocol/errors';
import { createFrame, type Frame, type FrameFormat } from '../image/frame';
import type { Rect, RgbImage } from '../image/region';
import type { MediaInfo } from './mediaInfo';
import { isAnimatedPng } from './otherPictures';

const signatures: [offset: number, bytes: string][] = [
  [0, '\x89PNG\r\n'],
  [0, '\xff\xd8\xff'],
  [8, 'WEBP'],
  [0, 'II*\0'],
  [0, 'MM\0*'],
  [0, 'GIF8'],
  [4, 'ftypavif'],
];

/** Image formats that can be written, by extension. */
export const imageExtensions = ['.png', '.jpg', '.jpeg', '.webp'] as const;

/** Tells by its first bytes whether a file is an image, whatever it is called. */
export function isImage(head: string): boolean {
  return signatures.some(([offset, bytes]) => head.startsWith(bytes, offset));
}

/** @throws media-truncated, media-unsupported, not-media */
export async function probeImage(file: string, bytes: number): Promise<MediaInfo> {
  const metadata = await attempt(file, () => sharp(file).metadata());
  const moves = (metadata.pages ?? 1) > 1 || (metadata.format === 'png' && (await isAnimatedPng(file)));
  if (moves) throw new FaceSwapError('media-unsupported', { file, feature: 'animation' });
  const { width, height } = metadata.autoOrient;
  const format: FrameFormat = { width, height, sampling: 'rgb', matrix: 'rgb', range: 'full' };
  return {
    file,
    kind: 'image',
    container: metadata.format,
    codec: metadata.format,
    pixelFormat: `${metadata.space} ${metadata.depth}`,
    format,
    displayWidth: width,
    displayHeight: height,
    rotation: 0,
    colour: {},
    frameRate: { num: 0, den: 1 },
    frames: 1,
    timeBase: { num: 1, den: 1 },
    timestamps: new Float64Array(1),
    keyFrames: [0],
    leading: 0,
    variableFrameRate: false,
    fileStartSeconds: 0,
    startSeconds: 0,
    durationSeconds: 0,
    streamIndex: 0,
    seekable: true,
    audio: [],
    subtitles: [],
    leftOut: [],
    chapters: 0,
    bytes,
    conversions: conversionsOf(metadata),
  };
}

function conversionsOf(metadata: Metadata): string[] {
  const conversions: string[] = [];
  if (metadata.space === 'cmyk') conversions.push('CMYK converted to sRGB');
  if (metadata.depth !== 'uchar') conversions.push('deep samples reduced to 8 bits');
  if (metadata.channels < 3) conversions.push('grey turned into RGB');
  return conversions;
}

/** Upright pixels in the file's own colour space: a profile is carried along, never applied, save for CMYK. */
async function openUpright(file: string): Promise<Sharp> {
  const { space } = await sharp(file).metadata();
  return sharp(file, { ignoreIcc: space !== 'cmyk' })
    .autoOrient()
    .toColourspace('srgb');
}

/**
 * An image as one frame of planes R, G, B, upright.
 * @throws media-truncated, not-media
 */
export async function readImage(info: MediaInfo): Promise<Frame> {
  const { data } = await attempt(info.file, async () =>
    (await openUpright(info.file))
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  const frame = createFrame(info.format);
  const [red, green, blue] = frame.planes;
  for (let i = 0, p = 0; i < red.length; i++, p += 3) {
    red[i] = data[p]!;
    green[i] = data[p + 1]!;
    blue[i] = data[p + 2]!;
  }
  return frame;
}

/**
 * A photo as upright interleaved RGB in sRGB, for looking at faces.
 * @throws media-truncated, not-media
 */
export async function readRgb(file: string): Promise<RgbImage> {
  const { data, info } = await attempt(file, () =>
    sharp(file)
      .autoOrient()
      .toColourspace('srgb')
      .flatten({ background: '#808080' })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  return { width: info.width, height: info.height, data };
}

/** How an image is written. */
export interface ImageWriting {
  /** roop's scale, 0–100; PNG is always lossless, 100 makes WebP lossless. */
  quality: number;
  /** Makes the result's XMP packet of the original's, if it has one. */
  xmp?: (original: string | undefined) => string;
  /** What is seen whatever the original's transparency says. */
  solid?: Rect | undefined;
}

/**
 * Writes a frame from `readImage` back under a name that says the format. Colour profile, EXIF and transparency
 * come from the original; orientation is already applied. Gives what did not come along, in words.
 */
export async function writeImage(
  frame: Frame,
  original: MediaInfo,
  file: string,
  extension: string,
  { quality, xmp, solid }: ImageWriting,
): Promise<string[]> {
  const { width, height } = frame.format;
  const metadata = await sharp(original.file).metadata();
  const pixels = interleave(frame);
  // Laid over the original, because that is the one way to keep its metadata without a colour conversion.
  const opaque = await attempt(original.file, async () =>
    (await openUpright(original.file))
      .ensureAlpha()
      .composite([{ input: pixels, raw: { width, height, channels: 3 }, blend: 'source' }])
      .keepMetadata()
      .png({ compressionLevel: 0 })
      .toBuffer(),
  );
  let image = sharp(opaque, { ignoreIcc: true }).removeAlpha().keepMetadata();
  const isJpeg = extension === '.jpg' || extension === '.jpeg';
  if (metadata.hasAlpha && !isJpeg) {
    const alpha = await sharp(original.file, { ignoreIcc: true })
      .autoOrient()
      .extractChannel('alpha')
      .raw({ depth: 'uchar' })
      .toBuffer();
    if (solid) fill(alpha, width, solid);
    // In one go sharp would add the channel first and then remove it.
    const bare = await image.png({ compressionLevel: 0 }).toBuffer();
    image = sharp(bare, { ignoreIcc: true })
      .joinChannel(alpha, { raw: { width, height, channels: 1 } })
      .keepMetadata();
  }
  if (xmp) image = image.withXmp(xmp(metadata.xmp?.toString('utf8')));
  await attempt(original.file, () => encode(image, extension, quality).toFile(file));
  const isLost = metadata.hasAlpha && isJpeg && !(await sharp(original.file).stats()).isOpaque;
  return isLost ? [`transparency does not go into ${extension} and is left out`] : [];
}

function fill(alpha: Buffer, stride: number, { x, y, width, height }: Rect): void {
  for (let row = y; row < y + height; row++) alpha.fill(255, row * stride + x, row * stride + x + width);
}

function encode(image: Sharp, extension: string, quality: number): Sharp {
  switch (extension) {
    case '.png':
      return image.png();
    case '.webp':
      return quality >= 100
        ? image.webp({ lossless: true, exact: true })
        : image.webp({ quality: Math.max(1, quality) });
    default:
      return image.jpeg({ quality: Math.max(1, quality), chromaSubsampling: '4:4:4' });
  }
}

function interleave(frame: Frame): Buffer {
  const [red, green, blue] = frame.planes;
  const pixels = Buffer.allocUnsafe(red.length * 3);
  for (let i = 0, p = 0; i < red.length; i++, p += 3) {
    pixels[p] = red[i];
    pixels[p + 1] = green[i];
    pixels[p + 2] = blue[i];
  }
  return pixels;
}

/** What sharp reads at most, in millions of pixels: 16383 × 16383. */
const megapixels = 268;

async function attempt<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    if (/exceeds pixel limit/.test(reason))
      throw new FaceSwapError('media-unsupported', { file: path.resolve(file), megapixels }, { cause });
    const truncated = /premature|truncated|end of (file|stream)|read error|not enough/i.test(reason);
    throw new FaceSwapError(
      truncated ? 'media-truncated' : 'not-media',
      { file: path.resolve(file), reason },
      { cause },
    );
  }
}
