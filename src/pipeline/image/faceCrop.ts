import { composeAffine, invertAffine, type Affine } from './affine';
import { chromaShift, chromaSize, type Frame, type FrameFormat } from './frame';
import { pixelMemory, SPARE } from './kernels/pixelMemory';
import type { FrameSource, RgbImage } from './region';
import { planesReader } from './rowReader';
import type { Raster } from './sample';
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
 * Cuts `width` × `height` pixels of RGB out of a picture by bilinear interpolation, rounded to whole levels.
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
  const memory = pixelMemory();
  const rowsApart = 4 * (width + SPARE);
  const rows = memory.take(3 * rowsApart);
  const crop = memory.take(width * height * 3 + 16);
  const [first, ...others] = planesOf(picture, toPicture, border);
  // Chroma lies at places of its own.
  const groups = isYuv(picture) ? [[first], others] : [[first, ...others]];
  const readers = groups.map((planes) => {
    const rasters = planes.map(({ raster }) => raster);
    return planesReader(memory, rasters, planes[0].map, width, height, rowsApart);
  });
  const [a, b, c] = isYuv(picture) ? matrixOf(picture.format) : unchanged;
  const [red, green, blue] = [0, 1, 2].map((plane) => rows + plane * rowsApart);
  for (let y = 0; y < height; y++) {
    for (let group = 0; group < readers.length; group++) readers[group](y, rows + group * rowsApart);
    memory.run.matrixToBytes(red, green, blue, width, ...a, ...b, ...c, crop + y * width * 3);
  }
  return { width, height, data: memory.bytes.slice(crop, crop + width * height * 3) };
}

/** A plane and the map from the crop to it. */
interface CutPlane {
  raster: Raster;
  map: Affine;
}

export function isYuv(picture: FrameSource): picture is Frame {
  return 'format' in picture && picture.format.sampling !== 'rgb';
}

/** The three planes of a picture, or its interleaved colours; `map` carries the crop's pixels to the picture's. */
export function planesOf(picture: FrameSource, map: Affine, border: Border): CutPlane[] {
  return isYuv(picture) ? yuvPlanes(picture, map, border) : rgbPlanes(picture, map, border);
}

function rgbPlanes(picture: FrameSource, map: Affine, border: Border): CutPlane[] {
  const outside = border === 'black' ? { outside: 0 } : {};
  if ('format' in picture) {
    const { width, height } = picture.format;
    return picture.planes.map((plane) => {
      return { raster: { data: plainBytes(plane), width, height, step: 1, offset: 0, ...outside }, map };
    });
  }
  const { width, height } = picture;
  const data = plainBytes(picture.data);
  return [0, 1, 2].map((offset) => {
    return { raster: { data, width, height, step: 3, offset, ...outside }, map };
  });
}

function yuvPlanes({ format, planes }: Frame, map: Affine, border: Border): CutPlane[] {
  const chroma = chromaSize(format);
  const chromaMap = composeAffine(lumaToChroma(chromaShift(format.sampling)), map);
  const black = format.range === 'limited' ? 16 : 0;
  return planes.map((plane, c) => {
    const { width, height } = c === 0 ? format : chroma;
    const outside = border === 'black' ? { outside: c === 0 ? black : 128 } : {};
    const raster = { data: plainBytes(plane), width, height, step: 1, offset: 0, ...outside };
    return { raster, map: c === 0 ? map : chromaMap };
  });
}

/** A colour by three others: their factors and what is added. */
type MatrixRow = [number, number, number, number];

const unchanged: MatrixRow[] = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
];

/** Factors to R, G, B (0–255) from Y, U, V as stored, of which `black` and 128 are taken first: luma for all, V for red and so on. */
export function yuvFactors({ matrix, range }: FrameFormat) {
  const { red, blue } = lumaWeights(matrix);
  const limited = range === 'limited';
  const chroma = limited ? 255 / 224 : 1;
  const rv = 2 * (1 - red) * chroma;
  const bu = 2 * (1 - blue) * chroma;
  const green = 1 - red - blue;
  const [gu, gv] = [(-bu * blue) / green, (-rv * red) / green];
  return { black: limited ? 16 : 0, luma: limited ? 255 / 219 : 1, rv, gu, gv, bu };
}

function matrixOf(format: FrameFormat): MatrixRow[] {
  const { black, luma, rv, gu, gv, bu } = yuvFactors(format);
  const row = (u: number, v: number): MatrixRow => [luma, u, v, -luma * black - 128 * (u + v)];
  return [row(0, rv), row(gu, gv), row(bu, 0)];
}

/** The same memory as a plain Uint8Array: samplers that see one kind of array only are several times faster. */
export function plainBytes(data: Uint8Array | Uint8ClampedArray): Uint8Array {
  return data.constructor === Uint8Array
    ? data
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
