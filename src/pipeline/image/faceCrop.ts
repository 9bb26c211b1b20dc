import { composeAffine, invertAffine, type Affine } from './affine';
import { chromaShift, chromaSize, type Frame } from './frame';
import type { FrameSource, RgbImage } from './region';
import { sampleBytes, type Raster } from './sample';
import { lumaWeights } from './ycc';

/** What lies beyond the frame's border: black, or its edge pixels again and again. */
export type Border = 'black' | 'replicate';

/** Interleaved RGB, 8 bits: what the originals hand to their networks before scaling. */
export interface FaceCrop extends RgbImage {
  data: Uint8Array;
}

/** The map from luma (or RGB) pixels to the chroma samples of a frame, whose samples lie between their luma pixels. */
export function lumaToChroma(shift: { x: number; y: number }): Affine {
  const [sx, sy] = [1 / (1 << shift.x), 1 / (1 << shift.y)];
  return [sx, 0, sx / 2 - 0.5, 0, sy, sy / 2 - 0.5];
}

/**
 * Cuts `width` × `height` pixels of RGB out of a picture by exact bilinear interpolation, rounded to whole levels.
 * `toCrop` carries picture to crop, pixel centres at whole numbers. Of a YUV frame only the pixels under the crop
 * are read and converted.
 */
export function cutFace(
  picture: FrameSource,
  toCrop: Affine,
  width: number,
  height: number,
  border: Border,
): FaceCrop {
  const toPicture = invertAffine(toCrop);
  const crop = { width, height, data: new Uint8Array(width * height * 3) };
  if ('format' in picture && picture.format.sampling !== 'rgb') cutYuv(picture, toPicture, crop, border);
  else cutRgb(rgbRasters(picture, border), toPicture, crop);
  return crop;
}

function rgbRasters(picture: FrameSource, border: Border): Raster<Uint8Array>[] {
  const outside = border === 'black' ? { outside: 0 } : {};
  if ('format' in picture) {
    const { width, height } = picture.format;
    return picture.planes.map((data) => {
      return { data: plainBytes(data), width, height, step: 1, offset: 0, ...outside };
    });
  }
  const { width, height } = picture;
  const data = plainBytes(picture.data);
  return [0, 1, 2].map((offset) => ({ data, width, height, step: 3, offset, ...outside }));
}

/** The same memory as a plain Uint8Array: samplers that see one kind of array only are several times faster. */
export function plainBytes(data: Uint8Array | Uint8ClampedArray): Uint8Array {
  return data.constructor === Uint8Array
    ? data
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function cutRgb(rasters: Raster<Uint8Array>[], map: Affine, { width, height, data }: FaceCrop): void {
  const row = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    rasters.forEach((raster, channel) => {
      sampleBytes(raster, map, y, 0, width, row, 0);
      for (let x = 0, at = y * width * 3 + channel; x < width; x++, at += 3) data[at] = row[x] + 0.5;
    });
  }
}

function cutYuv(frame: Frame, map: Affine, { width, height, data }: FaceCrop, border: Border): void {
  const { format, planes } = frame;
  const black = border === 'black';
  const limited = format.range === 'limited';
  const chroma = chromaSize(format);
  const chromaMap = composeAffine(lumaToChroma(chromaShift(format.sampling)), map);
  const raster = (plane: number, size: { width: number; height: number }, outside: number) => {
    const { width: w, height: h } = size;
    const bytes = plainBytes(planes[plane]);
    return { data: bytes, width: w, height: h, step: 1, offset: 0, ...(black && { outside }) };
  };
  const luma = raster(0, format, limited ? 16 : 0);
  const [blue, red] = [raster(1, chroma, 128), raster(2, chroma, 128)];
  const { red: kr, blue: kb } = lumaWeights(format.matrix);
  const lumaScale = limited ? 255 / 219 : 1;
  const chromaScale = limited ? 255 / 224 : 1;
  const toRed = 2 * (1 - kr) * chromaScale;
  const toBlue = 2 * (1 - kb) * chromaScale;
  const redToGreen = (toRed * kr) / (1 - kr - kb);
  const blueToGreen = (toBlue * kb) / (1 - kr - kb);
  const lumaOffset = limited ? 16 : 0;
  const [ys, us, vs] = [new Float32Array(width), new Float32Array(width), new Float32Array(width)];
  for (let y = 0, at = 0; y < height; y++) {
    sampleBytes(luma, map, y, 0, width, ys, 0);
    sampleBytes(blue, chromaMap, y, 0, width, us, 0);
    sampleBytes(red, chromaMap, y, 0, width, vs, 0);
    for (let x = 0; x < width; x++, at += 3) {
      const value = (ys[x] - lumaOffset) * lumaScale;
      const u = us[x] - 128;
      const v = vs[x] - 128;
      data[at] = level(value + toRed * v);
      data[at + 1] = level(value - redToGreen * v - blueToGreen * u);
      data[at + 2] = level(value + toBlue * u);
    }
  }
}

function level(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}
