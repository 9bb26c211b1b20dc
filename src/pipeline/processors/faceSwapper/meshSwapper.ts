import { landmarkCount, type TrackedFace } from '../../faces/face';
import type { ColourMatrix, Frame } from '../../image/frame';
import { averageDown, boxBlur, cells, upsampleRow, weightedBlur, type Grid } from '../../image/grid';
import { warpMesh } from '../../image/warpMesh';
import { openYcc, type YccView } from '../../image/ycc';
import type { FrameProcessor } from '../processor';
import { SourceChooser } from './chooseSource';
import { faceMask, guidedMask } from './maskGrid';
import { faceHeight, splitRadius } from './measures';
import { triangles } from './meshTopology';
import { blendShape } from './shape';
import { bareSkin, skinMap, type GridColours } from './skin';
import { mean, prepareSource, type DetailLevel, type MeshSource, type SourceTexture } from './sourceTexture';

export type { MeshSource } from './sourceTexture';

export interface MeshOptions {
  /** How far the face takes the source's proportions, 0–1. */
  shape: number;
}

const defaults: MeshOptions = { shape: 0.5 };

/**
 * The built-in face_swapper: draws the source's detail over the target's light, following the target's landmarks.
 * Eyes and the inside of the mouth stay the target's. No neural network is involved.
 */
export function createMeshSwapper(
  sources: readonly MeshSource[],
  options: Partial<MeshOptions> = {},
): FrameProcessor {
  return new MeshSwapper(sources, { ...defaults, ...options });
}

class MeshSwapper implements FrameProcessor {
  readonly name = 'face_swapper';
  private prepared: SourceTexture[] = [];
  private preparedFor: ColourMatrix | undefined;
  private readonly scratch = new Scratch();
  private readonly chooser: SourceChooser;

  constructor(
    private readonly sources: readonly MeshSource[],
    private readonly options: MeshOptions,
  ) {
    this.chooser = new SourceChooser(sources.map(({ pose }) => pose));
  }

  process(frame: Frame, faces: readonly TrackedFace[]): Promise<void> {
    this.prepare(frame.format.matrix);
    for (const face of faces) this.swap(frame, face);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.prepared = [];
    this.preparedFor = undefined;
    return Promise.resolve();
  }

  private swap(frame: Frame, face: TrackedFace): void {
    const { source, previous, share } = this.chooser.choose(face);
    const draw = (n: number) => swapFace(frame, face, this.prepared[n], this.options, this.scratch);
    if (previous === undefined) {
      draw(source);
      return;
    }
    const { data } = frame;
    const before = data.slice();
    draw(previous);
    const fading = data.slice();
    data.set(before);
    draw(source);
    for (let i = 0; i < data.length; i++) data[i] = Math.round(fading[i] + share * (data[i] - fading[i]));
  }

  private prepare(matrix: ColourMatrix): void {
    if (this.preparedFor === matrix) return;
    this.prepared = this.sources.map((source) => prepareSource(source, matrix));
    this.preparedFor = matrix;
  }
}

/** Share of the source's colour detail that is taken: all of it makes brows and folds look painted. */
const CHROMA = 0.5;
/** Contrast of the detail: photos are crisper than film. */
const CONTRAST = 0.9;

/** Shares below this change nothing that can be seen; such pixels are left untouched. */
const LEAST = 0.004;

/** Marks pixels that no triangle covers, such as the line between closed lips: they stay the target's. */
const UNCOVERED = 1e6;

/** Buffers that grow to the largest face and are used again for every face. */
class Scratch {
  private readonly buffers = new Map<string, Float32Array>();

  take(name: string, length: number): Float32Array {
    let buffer = this.buffers.get(name);
    if (!buffer || buffer.length < length) {
      buffer = new Float32Array(Math.ceil(length * 1.2));
      this.buffers.set(name, buffer);
    }
    return buffer;
  }
}

function swapFace(
  frame: Frame,
  face: TrackedFace,
  source: SourceTexture,
  options: MeshOptions,
  scratch: Scratch,
): void {
  const target = face.landmarks;
  const height = faceHeight(target);
  const drawn = blendShape(source.source.landmarks, target, options.shape);
  const view = openYcc(frame, boundsOf(drawn, target, Math.ceil(height * 0.06)));
  if (!view) return;
  const order = farToNear(target);
  const layer = planLayer(view, face, drawn, source, height, order);
  const { width, height: rows } = view.luma;
  const level = pickLevel(source, height);
  const warped = scratch.take('luma', width * rows).fill(UNCOVERED, 0, width * rows);
  const corners = shifted(drawn, view.x, view.y, 1, 1);
  // Where the mesh folds, as at the wings of the nose, its back closes the gap.
  for (const facing of ['back', 'front'] as const)
    warpMesh(level.luma, level.points, warped, width, rows, corners, triangles, order, facing);
  const alpha = scratch.take('alpha', width * rows);
  blendLuma(view, layer, warped, alpha);
  blendChroma(view, layer, level, alpha, drawn, order, scratch);
  view.commit();
}

function boundsOf(drawn: Float32Array, target: Float32Array, margin: number) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < landmarkCount; i++) {
    x0 = Math.min(x0, drawn[i * 2], target[i * 3]);
    x1 = Math.max(x1, drawn[i * 2], target[i * 3]);
    y0 = Math.min(y0, drawn[i * 2 + 1], target[i * 3 + 1]);
    y1 = Math.max(y1, drawn[i * 2 + 1], target[i * 3 + 1]);
  }
  const x = Math.floor(x0) - margin;
  const y = Math.floor(y0) - margin;
  return { x, y, width: Math.ceil(x1) + margin - x, height: Math.ceil(y1) + margin - y };
}

/** Triangle numbers, the farthest first, so that what is nearer is drawn over it. */
function farToNear(landmarks: Float32Array): Uint16Array {
  const count = triangles.length / 3;
  const depth = new Float32Array(count);
  for (let t = 0; t < count; t++) {
    for (let k = 0; k < 3; k++) depth[t] += landmarks[triangles[t * 3 + k] * 3 + 2];
  }
  return Uint16Array.from({ length: count }, (_, t) => t).sort((a, b) => depth[b] - depth[a]);
}

/** The same points in the coordinates of a region, `x` and `y` divided for subsampled planes. */
function shifted(points: Float32Array, x: number, y: number, divideX: number, divideY: number): Float32Array {
  return points.map((value, i) => (i % 2 === 0 ? (value - x) / divideX : (value - y) / divideY));
}

function pickLevel(source: SourceTexture, height: number): DetailLevel {
  const wanted = Math.round(Math.log2(Math.max(1, source.levels[0].height / height)));
  return source.levels[Math.min(wanted, source.levels.length - 1)];
}

/** Everything about one face that is smooth enough to be kept on a small grid. */
interface Layer {
  grid: Grid;
  /** The target's broad light: luma 0–255 full range, chroma around 128. */
  light: GridColours;
  /** Factor for the source's detail. */
  gain: Float32Array;
  /** Share of the source, without and with the picture's own edges. */
  mask: Float32Array;
  slope: Float32Array;
  base: Float32Array;
}

function planLayer(
  view: YccView,
  face: TrackedFace,
  drawn: Float32Array,
  source: SourceTexture,
  height: number,
  order: Uint16Array,
): Layer {
  const step = Math.max(1, Math.round(height / 100));
  const grid: Grid = {
    width: Math.ceil(view.luma.width / step),
    height: Math.ceil(view.luma.height / step),
    step,
  };
  const size = height / step;
  const colours = readGrid(view, grid);
  const points = new Float32Array(landmarkCount * 2);
  for (let i = 0; i < landmarkCount; i++) {
    points[i * 2] = (face.landmarks[i * 3] - view.x) / step;
    points[i * 2 + 1] = (face.landmarks[i * 3 + 1] - view.y) / step;
  }
  const warped = new Float32Array(cells(grid) * 2).fill(-1);
  const drawnPoints = shifted(drawn, view.x, view.y, step, step);
  warpMesh(source.light, source.lightPoints, warped, grid.width, grid.height, drawnPoints, triangles, order);
  const covered = new Float32Array(cells(grid));
  for (let i = 0; i < covered.length; i++) covered[i] = warped[i * 2 + 1] >= 0 ? 1 : 0;
  const skin = skinMap(colours, grid, points, size);
  const light = targetLight(colours, grid, covered, bareSkin(skin, grid, points, size), size);
  const gain = new Float32Array(cells(grid));
  const both = new Float32Array(cells(grid));
  for (let i = 0; i < gain.length; i++) {
    const ratio = covered[i] > 0 ? (light.y[i] + 8) / (warped[i * 2] + 8) : 1;
    gain[i] = CONTRAST * (0.35 + 0.65 * Math.max(0.35, Math.min(1.6, ratio)));
    both[i] = covered[i] > 0 ? skin[i] * warped[i * 2 + 1] : 0;
  }
  const mask = faceMask(grid, points, size, covered);
  for (let i = 0; i < mask.length; i++) mask[i] *= face.strength;
  return { grid, light, gain, mask, ...guidedMask(both, colours.y, grid, Math.max(1, size * 0.03)) };
}

/** The region's colours per cell, in full range. */
function readGrid(view: YccView, grid: Grid): GridColours {
  const y = averageDown(view.luma, grid, grid.step, grid.step);
  const [cb, cr] = view.chroma.map((plane) =>
    averageDown(plane, grid, grid.step / (1 << view.shift.x), grid.step / (1 << view.shift.y)),
  );
  for (let i = 0; i < y.length; i++) {
    y[i] = (y[i] - view.lumaOffset) / view.lumaScale;
    cb[i] = 128 + (cb[i] - 128) / view.chromaScale;
    cr[i] = 128 + (cr[i] - 128) / view.chromaScale;
  }
  return { y, cb, cr };
}

function targetLight(
  colours: GridColours,
  grid: Grid,
  covered: Float32Array,
  skin: Float32Array,
  size: number,
): GridColours {
  const weight = covered.map((value, i) => value * skin[i]);
  const blurred = boxBlur(weight.slice(), grid, splitRadius(size));
  const blur = (map: Float32Array) =>
    weightedBlur(map, weight, blurred, grid, splitRadius(size), mean(map, weight));
  return { y: blur(colours.y), cb: blur(colours.cb), cr: blur(colours.cr) };
}

/** Blends the luma plane and notes how much of the source each pixel took. */
function blendLuma(view: YccView, layer: Layer, warped: Float32Array, alpha: Float32Array): void {
  const { data, offset, stride, width, height } = view.luma;
  const { grid } = layer;
  const [mask, slope, base, light, gain] = Array.from({ length: 5 }, () => new Float32Array(width));
  const { lumaScale, lumaOffset } = view;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    upsampleRow(layer.mask, grid, grid.step, grid.step, y, mask, 0, width);
    let from = 0;
    let to = width;
    while (from < to && mask[from] < LEAST) from++;
    while (to > from && mask[to - 1] < LEAST) to--;
    alpha.fill(0, row, row + width);
    if (from === to) continue;
    const up = (map: Float32Array, out: Float32Array) =>
      upsampleRow(map, grid, grid.step, grid.step, y, out, from, to);
    up(layer.slope, slope);
    up(layer.base, base);
    up(layer.light.y, light);
    up(layer.gain, gain);
    for (let x = from, at = row + from, p = offset + y * stride + from; x < to; x++, at++, p++) {
      if (mask[x] < LEAST || warped[at] === UNCOVERED) continue;
      const before = data[p];
      const edge = slope[x] * ((before - lumaOffset) / lumaScale) + base[x];
      const share = mask[x] * (edge < 0 ? 0 : edge > 1 ? 1 : edge);
      alpha[at] = share;
      const wanted = lumaOffset + lumaScale * (light[x] + gain[x] * warped[at]);
      const value = before + share * (wanted - before) + 0.5;
      data[p] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

function blendChroma(
  view: YccView,
  layer: Layer,
  level: DetailLevel,
  alpha: Float32Array,
  drawn: Float32Array,
  order: Uint16Array,
  scratch: Scratch,
): void {
  const [{ width, height, stride }] = view.chroma;
  const { grid } = layer;
  const sx = 1 << view.shift.x;
  const sy = 1 << view.shift.y;
  const warped = scratch.take('chroma', width * height * 2).fill(0, 0, width * height * 2);
  const corners = shifted(drawn, view.x, view.y, sx, sy);
  for (const facing of ['back', 'front'] as const)
    warpMesh(level.chroma, level.points, warped, width, height, corners, triangles, order, facing);
  const [cb, cr] = view.chroma;
  const lightB = new Float32Array(width);
  const lightR = new Float32Array(width);
  const lumaWidth = view.luma.width;
  const lumaHeight = view.luma.height;
  const { chromaScale } = view;
  for (let y = 0; y < height; y++) {
    upsampleRow(layer.light.cb, grid, grid.step / sx, grid.step / sy, y, lightB, 0, width);
    upsampleRow(layer.light.cr, grid, grid.step / sx, grid.step / sy, y, lightR, 0, width);
    for (let x = 0; x < width; x++) {
      let share = 0;
      for (let j = 0; j < sy; j++) {
        const row = Math.min(lumaHeight - 1, y * sy + j) * lumaWidth;
        for (let i = 0; i < sx; i++) share += alpha[row + Math.min(lumaWidth - 1, x * sx + i)];
      }
      if (share === 0) continue;
      share /= sx * sy;
      const at = (y * width + x) * 2;
      const b = cb.offset + y * stride + x;
      const r = cr.offset + y * stride + x;
      const wantedB = 128 + chromaScale * (lightB[x] - 128 + CHROMA * warped[at]);
      const wantedR = 128 + chromaScale * (lightR[x] - 128 + CHROMA * warped[at + 1]);
      cb.data[b] = clamp(cb.data[b] + share * (wantedB - cb.data[b]));
      cr.data[r] = clamp(cr.data[r] + share * (wantedR - cr.data[r]));
    }
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}
