import type { ColourMatrix } from '../../image/frame';
import {
  averageDown,
  boxBlur,
  cells,
  fillPolygon,
  smoothstep,
  upsampleRow,
  weightedBlur,
  type Grid,
} from '../../image/grid';
import type { RgbImage } from '../../image/region';
import type { Texture } from '../../image/warpMesh';
import { lumaWeights } from '../../image/ycc';
import { landmarkCount, type Landmarks, type Pose } from '../../faces/face';
import { faceOval, smileFolds, upperLids } from './meshTopology';
import { colourSplitRadius, faceHeight, splitRadius } from './measures';
import { bareSkin, featureMap, skinMap, type GridColours } from './skin';
import {
  averageCells,
  distrustDarkSide,
  evenOut,
  frontalLayout,
  fuseSides,
  layOut,
  ownShare,
  visibility,
} from './symmetry';

/** A source photo's face. */
export interface MeshSource {
  /** sRGB. */
  image: RgbImage;
  /** In pixels of `image`. */
  landmarks: Landmarks;
  pose: Pose;
}

/** One size of the source's detail: what is left of its face without its light. */
export interface DetailLevel {
  luma: Texture;
  /** Interleaved Cb, Cr. */
  chroma: Texture;
  /** Landmarks in texels of `luma` and of `chroma` (the same size). */
  points: Float32Array;
  /** Face height in texels. */
  height: number;
}

/** A source prepared for drawing. */
export interface SourceTexture {
  source: MeshSource;
  /** Each half as large as the one before. */
  levels: DetailLevel[];
  /** Broad light (luma) and how much a spot shows skin, interleaved, on a small grid. */
  light: Texture;
  lightPoints: Float32Array;
}

/** How much of a smile fold is taken away: of its broad shade and of its fine lines, which also belong to the person. */
const FOLD_SHARE = 0.85;
const FOLD_LINES = 0.4;
/** How much of the dark of an upper lid is taken away: the target keeps its own lashes, and two rows look drawn on. */
const LASHES = 0.4;

/** Finer than this no target shows it, and preparing it costs time. */
const largestHeight = 900;

/** Splits a source face into light and detail, in the luma and chroma of `matrix`, full range. */
export function prepareSource(source: MeshSource, matrix: ColourMatrix): SourceTexture {
  const { image, landmarks } = source;
  const height = faceHeight(landmarks);
  const factor = Math.max(1, Math.ceil(height / largestHeight));
  const margin = Math.round(height * 0.12);
  const xs = Array.from({ length: landmarkCount }, (_, i) => landmarks[i * 3]);
  const ys = Array.from({ length: landmarkCount }, (_, i) => landmarks[i * 3 + 1]);
  const x0 = Math.max(0, Math.floor(Math.min(...xs)) - margin);
  const y0 = Math.max(0, Math.floor(Math.min(...ys)) - margin);
  const x1 = Math.min(image.width, Math.ceil(Math.max(...xs)) + margin);
  const y1 = Math.min(image.height, Math.ceil(Math.max(...ys)) + margin);
  const width = Math.floor((x1 - x0) / factor);
  const rows = Math.floor((y1 - y0) / factor);
  const planes = toYcc(image, x0, y0, width, rows, factor, matrix);
  const points = new Float32Array(landmarkCount * 2);
  for (let i = 0; i < landmarkCount; i++) {
    points[i * 2] = (landmarks[i * 3] - x0) / factor;
    points[i * 2 + 1] = (landmarks[i * 3 + 1] - y0) / factor;
  }
  const size = height / factor;
  const step = Math.max(1, Math.round(size / 100));
  const grid: Grid = { width: Math.ceil(width / step), height: Math.ceil(rows / step), step };
  const [y, cb, cr] = planes.map((plane) => averageFloat(plane, width, rows, grid));
  const gridPoints = points.map((value) => value / step);
  const skin = skinMap({ y, cb, cr }, grid, gridPoints, size / step);
  const light = removeLight(
    { y, cb, cr },
    grid,
    gridPoints,
    bareSkin(skin, grid, gridPoints, size / step),
    size / step,
  );
  const folds = areaMap(smileFolds, grid, gridPoints, size / step);
  const lashes = areaMap(upperLids, grid, gridPoints, size / step);
  addFolds(light.y, y, folds, grid);
  subtract(planes, light, folds, lashes, grid, width, rows);
  const first = level(planes, width, rows, points, size);
  const lightTexture = new Float32Array(cells(grid) * 2);
  for (let i = 0; i < cells(grid); i++) {
    lightTexture[i * 2] = light.y[i];
    lightTexture[i * 2 + 1] = skin[i];
  }
  return bothSides(
    {
      source,
      levels: [first],
      light: { data: lightTexture, width: grid.width, height: grid.height, channels: 2 },
      lightPoints: gridPoints,
    },
    step,
  );
}

/** The source seen from the front, in which what the photo hides of one side is taken from the other. */
function bothSides(photo: SourceTexture, step: number): SourceTexture {
  const [{ luma, chroma, points, height: size }] = photo.levels;
  const layout = frontalLayout(photo.source.landmarks, size, step);
  const grid: Grid = { width: layout.width / step, height: layout.height / step, step };
  const gridPoints = layout.points.map((value) => value / step);
  const light = layOut(photo.light, photo.lightPoints, grid, gridPoints, layout.order);
  const shown = visibility(points, layout.points, gridPoints, grid, layout.order);
  for (let i = 0; i < shown.length; i++) shown[i] *= light.data[i * 2 + 1];
  const textures = [luma, chroma].map((texture) =>
    layOut(texture, points, layout, layout.points, layout.order),
  );
  const features = featureMap(grid, gridPoints, (size / step) * 0.02);
  const broad = boxBlur(averageCells(textures[0], 0, grid), grid, (size / step) * 0.012, 2);
  const photoLight = light.data.filter((_, i) => i % 2 === 0);
  distrustDarkSide(shown, broad, photoLight, features, grid.width);
  const own = ownShare(shown, grid, size / step);
  for (const texture of textures) {
    fuseSides(texture, own, grid);
    for (let k = 0; k < texture.channels; k++) evenOut(texture, k, features, grid, (size / step) * 0.02);
  }
  fuseSides(light, own, { ...grid, step: 1 });
  const [frontalLuma, frontalChroma] = textures;
  return {
    source: photo.source,
    levels: halvings({ luma: frontalLuma, chroma: frontalChroma, points: layout.points, height: size }),
    light,
    lightPoints: gridPoints,
  };
}

function toYcc(
  image: RgbImage,
  x0: number,
  y0: number,
  width: number,
  height: number,
  factor: number,
  matrix: ColourMatrix,
): [Float32Array, Float32Array, Float32Array] {
  const { red: kr, blue: kb } = lumaWeights(matrix);
  const planes: [Float32Array, Float32Array, Float32Array] = [
    new Float32Array(width * height),
    new Float32Array(width * height),
    new Float32Array(width * height),
  ];
  const share = 1 / (factor * factor);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let sy = 0; sy < factor; sy++) {
        let p = ((y0 + y * factor + sy) * image.width + x0 + x * factor) * 3;
        for (let sx = 0; sx < factor; sx++, p += 3) {
          red += image.data[p];
          green += image.data[p + 1];
          blue += image.data[p + 2];
        }
      }
      const luma = (kr * red + (1 - kr - kb) * green + kb * blue) * share;
      planes[0][at] = luma;
      planes[1][at] = 128 + (blue * share - luma) / (2 * (1 - kb));
      planes[2][at] = 128 + (red * share - luma) / (2 * (1 - kr));
    }
  }
  return planes;
}

function averageFloat(plane: Float32Array, width: number, height: number, grid: Grid): Float32Array {
  const view = { data: plane as unknown as Uint8Array, offset: 0, stride: width, width, height };
  return averageDown(view, grid, grid.step, grid.step);
}

/** The broad light on the face, from its skin only, so that hair and background do not shine in. */
function removeLight(
  colours: GridColours,
  grid: Grid,
  points: Float32Array,
  skin: Float32Array,
  size: number,
): GridColours {
  const weight = new Float32Array(cells(grid));
  fillPolygon(
    weight,
    grid,
    faceOval.map((p): [number, number] => [points[p * 2], points[p * 2 + 1]]),
  );
  for (let i = 0; i < weight.length; i++) weight[i] *= skin[i];
  return broadLight(colours, weight, grid, size);
}

/**
 * Counts the shade of smile folds as light, so that they are not drawn on a face that does not smile.
 */
function addFolds(light: Float32Array, luma: Float32Array, folds: Float32Array, grid: Grid): void {
  const shade = boxBlur(
    luma.map((value, i) => Math.min(0, value - light[i])),
    grid,
    1,
    1,
  );
  for (let i = 0; i < light.length; i++) light[i] += FOLD_SHARE * folds[i] * shade[i];
}

/** 1 inside the outlines, fading to 0. */
function areaMap(
  outlines: readonly (readonly number[])[],
  grid: Grid,
  points: Float32Array,
  size: number,
): Float32Array {
  const map = new Float32Array(cells(grid));
  for (const outline of outlines) {
    fillPolygon(
      map,
      grid,
      outline.map((p): [number, number] => [points[p * 2], points[p * 2 + 1]]),
    );
  }
  return boxBlur(map, grid, size * 0.02, 2);
}

/** Luma and chroma of a face blurred over what counts by its weight. */
export function broadLight(
  colours: GridColours,
  weight: Float32Array,
  grid: Grid,
  size: number,
): GridColours {
  const blur = (radius: number, ...maps: Float32Array[]) => {
    const blurred = boxBlur(weight.slice(), grid, radius);
    return maps.map((map) => weightedBlur(map, weight, blurred, grid, radius, mean(map, weight)));
  };
  const [y] = blur(splitRadius(size), colours.y);
  const [cb, cr] = blur(colourSplitRadius(size), colours.cb, colours.cr);
  return { y, cb, cr };
}

function mean(map: Float32Array, weight: Float32Array): number {
  let sum = 0;
  let total = 1e-6;
  for (let i = 0; i < map.length; i++) {
    sum += map[i] * weight[i];
    total += weight[i];
  }
  return sum / total;
}

/** Turns luma and chroma into what is left of them without the light, tamed. */
function subtract(
  [luma, cb, cr]: readonly Float32Array[],
  light: GridColours,
  folds: Float32Array,
  lashes: Float32Array,
  grid: Grid,
  width: number,
  height: number,
): void {
  const rows = [light.y, light.cb, light.cr, folds, lashes].map((map) => ({
    map,
    row: new Float32Array(width),
  }));
  const [{ row: lightY }, { row: lightB }, { row: lightR }, { row: fold }, { row: lash }] = rows;
  for (let y = 0; y < height; y++) {
    for (const { map, row } of rows) upsampleRow(map, grid, grid.step, grid.step, y, row, 0, width);
    for (let x = 0, at = y * width; x < width; x++, at++) {
      const darkness = smoothstep(0.25, 0.5, 1 - luma[at] / (lightY[x] + 8));
      const detail = (1 - FOLD_LINES * fold[x]) * tameLuma(luma[at] - lightY[x], lightY[x]);
      luma[at] = detail < 0 ? (1 - LASHES * lash[x]) * detail : detail;
      cb[at] = tameChroma(cb[at], lightB[x], darkness);
      cr[at] = tameChroma(cr[at], lightR[x], darkness);
    }
  }
}

/** Shine is the photo's light, not the face's; and very dark brows and lashes look drawn on in softer light. */
function tameLuma(detail: number, light: number): number {
  const unit = light + 8;
  return detail > 0 ? soften(detail, 0.12 * unit, 0.12 * unit) : -soften(-detail, 0.5 * unit, 0.3 * unit);
}

/**
 * Coloured light and make-up go only so far, and where the photo is dark as in the corner between eye and nose
 * (`darkness` 0–1), its colour is faint: full colour over little luma would glow in the target.
 */
function tameChroma(chroma: number, light: number, darkness: number): number {
  const faint = light + (chroma - light) * (1 - darkness) - darkness * 0.5 * (light - 128);
  return soften(faint - light, 4, 10);
}

/** Leaves values up to `from` alone and lets those beyond approach `from + room`. */
function soften(value: number, from: number, room: number): number {
  const size = Math.abs(value);
  if (size <= from) return value;
  const over = size - from;
  return Math.sign(value) * (from + (room * over) / (over + room));
}

function level(
  planes: readonly Float32Array[],
  width: number,
  height: number,
  points: Float32Array,
  faceSize: number,
): DetailLevel {
  const chroma = new Float32Array(width * height * 2);
  for (let i = 0; i < width * height; i++) {
    chroma[i * 2] = planes[1][i];
    chroma[i * 2 + 1] = planes[2][i];
  }
  return {
    luma: { data: planes[0], width, height, channels: 1 },
    chroma: { data: chroma, width, height, channels: 2 },
    points,
    height: faceSize,
  };
}

function halvings(first: DetailLevel): DetailLevel[] {
  const levels = [first];
  for (let last = first; last.height > 48; last = levels.at(-1)!) {
    levels.push({
      luma: halve(last.luma),
      chroma: halve(last.chroma),
      points: last.points.map((value) => value / 2),
      height: last.height / 2,
    });
  }
  return levels;
}

function halve({ data, width, height, channels }: Texture): Texture {
  const w = width >> 1;
  const h = height >> 1;
  const out = new Float32Array(w * h * channels);
  const down = width * channels;
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let k = 0; k < channels; k++) {
        const p = (2 * y * width + 2 * x) * channels + k;
        out[at++] = (data[p] + data[p + channels] + data[p + down] + data[p + down + channels]) / 4;
      }
    }
  }
  return { data: out, width: w, height: h, channels };
}
