import { landmarkCount, type TrackedFace } from '../../faces/face';
import type { ColourMatrix, Frame } from '../../image/frame';
import { displace } from '../../image/displace';
import { averageDown, cells, type Grid, type PlaneView } from '../../image/grid';
import { pixelMemory } from '../../image/kernels/pixelMemory';
import { copyMap, newMap, sharingMaps } from '../../image/maps';
import { paintMesh } from '../../image/paintMesh';
import { warpMesh, type Texture } from '../../image/warpMesh';
import { openYcc, type YccView } from '../../image/ycc';
import type { FrameProcessor } from '../processor';
import { blendChroma, blendLuma, uncovered, type Layer } from './blend';
import { broadLight, colourStrength, rimOf, tintOf } from './broadLight';
import { carryField, partShifts } from './carry';
import type { DetailLevel } from './detailLevels';
import { besideHands, handMap, hideFeatures } from './handsOver';
import { lidMoves, lidStretches, type LidStretch } from './lids';
import { faceMask, guidedMask, partHoles, product } from './maskGrid';
import { faceHeight } from './measures';
import { triangles } from './meshTopology';
import { SecondLook, type Correction, type Look } from './secondLook';
import { blendShape } from './shape';
import { bareSkin, skinMap, type GridColours } from './skin';
import { sourcesFor } from './sourceChoice';
import { prepareSource, type MeshSource, type SourceTexture } from './sourceTexture';

export type { MeshSource } from './sourceTexture';

export interface MeshOptions {
  /** Looks at what was drawn, so that lids and features are seen where they belong. Without it nothing is corrected. */
  look?: Look;
}

/** Drawn a little stronger than the photo shows it, a face is known again better, and brows do not look hard yet. */
const CONTRAST = 1.06;

/** Least and most that the target's light counts by the photo's. */
const LIGHTS = [0.36, 1.5] as const;

/**
 * The built-in face_swapper: draws the source's detail over the target's light, following the target's landmarks.
 * Eyes and the inside of the mouth stay the target's. No neural network is involved.
 */
export function createMeshSwapper(
  sources: readonly MeshSource[],
  { look }: MeshOptions = {},
): FrameProcessor {
  return new MeshSwapper(sources, look);
}

class MeshSwapper implements FrameProcessor {
  readonly name = 'face_swapper';
  private prepared: SourceTexture[] = [];
  private preparedFor: ColourMatrix | undefined;
  private readonly second: SecondLook | undefined;

  constructor(
    private readonly sources: readonly MeshSource[],
    look: Look | undefined,
  ) {
    this.second = look && new SecondLook(look);
  }

  async process(frame: Frame, faces: readonly TrackedFace[]): Promise<void> {
    this.prepare(frame.format.matrix);
    for (const face of faces) {
      const correction = this.second?.correctionOf(face);
      for (const { index, share } of sourcesFor(face.pose, this.sources)) {
        const part = { ...face, strength: face.strength * share };
        sharingMaps(() => swapFace(frame, part, this.prepared[index], correction));
      }
      if (!hideFeatures(face.hands, face.landmarks)) await this.second?.learn(frame, face, correction);
    }
  }

  snapshot(): string | undefined {
    return this.second?.snapshot();
  }

  restore(snapshot: string): void {
    this.second?.restore(snapshot);
  }

  close(): Promise<void> {
    this.prepared = [];
    this.preparedFor = undefined;
    return Promise.resolve();
  }

  private prepare(matrix: ColourMatrix): void {
    if (this.preparedFor === matrix) return;
    this.prepared = this.sources.map((source) => prepareSource(source, matrix));
    this.preparedFor = matrix;
  }
}

function swapFace(
  frame: Frame,
  face: TrackedFace,
  source: SourceTexture,
  correction: Correction | undefined,
): void {
  const target = face.landmarks;
  const height = faceHeight(target);
  const drawn = blendShape(source.source.landmarks, target, face.neutral);
  const lids = correct(drawn, face, correction);
  const view = openYcc(frame, boundsOf(drawn, target, Math.ceil(height * 0.06)));
  if (!view) return;
  const order = farToNear(target);
  const layer = planLayer(view, face, drawn, lids, source, height, order);
  const level = pickLevel(source, height);
  const subsampling = { x: 1 << view.shift.x, y: 1 << view.shift.y };
  displace(view.luma, layer.grid, layer.carry, { x: 1, y: 1 });
  for (const plane of view.chroma) displace(plane, layer.grid, layer.carry, subsampling);
  const memory = pixelMemory();
  const paint = (texture: Texture, plane: PlaneView, divideX: number, divideY: number, empty: number) => {
    const to = shifted(drawn, view.x, view.y, divideX, divideY);
    const mesh = { from: level.points, to, triangles, order };
    return paintMesh(memory, texture, plane.width, plane.height, mesh, empty);
  };
  const [detail] = paint(level.luma, view.luma, 1, 1, uncovered);
  const shares = blendLuma(memory, view, layer, detail);
  const details = paint(level.chroma, view.chroma[0], subsampling.x, subsampling.y, 0);
  blendChroma(memory, view, layer, details, shares);
  view.commit();
}

/** Eyes that are opened or closed further, and by how much that moves landmarks. */
interface Lids {
  stretches: readonly LidStretch[];
  moves?: Float32Array;
}

/** Moves what is to be drawn by what was seen to be off before. */
function correct(
  drawn: Float32Array,
  { landmarks, neutral, strength }: TrackedFace,
  correction: Correction | undefined,
): Lids {
  if (!correction || !neutral) return { stretches: [] };
  for (let i = 0; i < drawn.length; i++) drawn[i] += correction.moves[i];
  const gain = 1 + strength * (correction.gain - 1);
  if (gain === 1) return { stretches: [] };
  const stretches = lidStretches(landmarks, neutral, gain);
  const moves = lidMoves(landmarks, stretches);
  for (let i = 0; i < drawn.length; i++) drawn[i] += moves[i];
  return { stretches, moves };
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

/**
 * Triangle numbers, the farthest first, so that what is nearer is drawn over it. Depth and number are sorted as one: V8 sorts plain numbers
 * by itself, and calls a function for every comparison of others.
 */
function farToNear(landmarks: Float32Array): Uint16Array {
  const count = triangles.length / 3;
  const depth = new Float32Array(count);
  for (let t = 0; t < count; t++) {
    for (let k = 0; k < 3; k++) depth[t] += landmarks[triangles[t * 3 + k] * 3 + 2];
  }
  // The bits of floats from 0 on are in the order of the floats.
  const bits = new Int32Array(depth.buffer);
  const keys = new Float64Array(count);
  for (let t = 0; t < count; t++) {
    const rank = bits[t] < 0 ? -(bits[t] & 0x7fffffff) : bits[t];
    keys[t] = t - rank * count;
  }
  keys.sort();
  const order = new Uint16Array(count);
  for (let i = 0; i < count; i++) order[i] = keys[i] - Math.floor(keys[i] / count) * count;
  return order;
}

/** The same points in the coordinates of a region, `x` and `y` divided for subsampled planes. */
function shifted(points: Float32Array, x: number, y: number, divideX: number, divideY: number): Float32Array {
  const moved = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    moved[i] = (points[i] - x) / divideX;
    moved[i + 1] = (points[i + 1] - y) / divideY;
  }
  return moved;
}

function pickLevel(source: SourceTexture, height: number): DetailLevel {
  const wanted = Math.round(Math.log2(Math.max(1, source.levels[0].height / height)));
  return source.levels[Math.min(wanted, source.levels.length - 1)];
}

function planLayer(
  view: YccView,
  face: TrackedFace,
  drawn: Float32Array,
  lids: Lids,
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
  const points = inCells(face.landmarks, view.x, view.y, step);
  const warped = newMap(cells(grid) * 2, -1);
  const drawnPoints = shifted(drawn, view.x, view.y, step, step);
  const mesh = { from: source.lightPoints, to: drawnPoints, triangles, order, facing: 'front' } as const;
  warpMesh(source.light, warped, grid.width, grid.height, mesh);
  const covered = coveredCells(warped);
  const hands = handMap(face.hands, grid, view.x, view.y, size);
  const skin = skinMap(colours, grid, points, size, hands);
  const bare = besideHands(product(covered, bareSkin(skin, grid, points, size)), hands);
  const light = broadLight(colours, bare, rimOf(covered, grid, size), grid, size);
  const gain = gainOf(light.y, warped, covered);
  const [blue, red] = colourStrength(tintOf(light, bare), source.tint).map((most) =>
    atMost(gain, CONTRAST * most),
  );
  const shifts = partShifts(face.landmarks, drawn, face.strength);
  const stretches = lids.stretches.map((lid) => ({ ...lid, x: lid.x - view.x, y: lid.y - view.y }));
  const holes = partHoles(
    opened(points, lids, step),
    shifts.map(([x, y]): [number, number] => [x / step, y / step]),
    drawnPoints,
  );
  const mask = faceMask(grid, points, size, covered, holes);
  besideHands(mask, hands);
  scale(mask, face.strength);
  const carry = carryField(grid, holes, shifts, size, stretches);
  const both = skinOfBoth(skin, warped, covered);
  return {
    grid,
    light,
    gain,
    chromaGain: [blue, red],
    mask,
    carry: { x: besideHands(carry.x, hands), y: besideHands(carry.y, hands) },
    ...guidedMask(both, colours.y, grid, Math.max(1, size * 0.03)),
  };
}

/** Landmarks in cells with lids opened further. */
function opened(points: Float32Array, { moves }: Lids, step: number): Float32Array {
  return moves ? points.map((value, i) => value + moves[i] / step) : points;
}

// Each of these loops is a function of its own: V8 compiles what has loops anew for every loop and for every surprise in it, and with
// all that it calls.

/** Landmarks of the picture in cells of a grid whose corner lies at (x, y). */
function inCells(landmarks: Float32Array, x: number, y: number, step: number): Float32Array {
  const points = new Float32Array(landmarkCount * 2);
  for (let i = 0; i < landmarkCount; i++) {
    points[i * 2] = (landmarks[i * 3] - x) / step;
    points[i * 2 + 1] = (landmarks[i * 3 + 1] - y) / step;
  }
  return points;
}

/** 1 where the source's light and skin were drawn, which are below 0 elsewhere. */
function coveredCells(warped: Float32Array): Float32Array {
  const covered = newMap(warped.length / 2);
  for (let i = 0; i < covered.length; i++) covered[i] = warped[i * 2 + 1] >= 0 ? 1 : 0;
  return covered;
}

/** Factor for the source's detail: in proportion to the light but for very dim and very bright, because in dim light strong features look painted. */
function gainOf(light: Float32Array, warped: Float32Array, covered: Float32Array): Float32Array {
  const gain = newMap(covered.length);
  for (let i = 0; i < gain.length; i++) {
    const ratio = covered[i] > 0 ? (light[i] + 8) / (warped[i * 2] + 8) : 1;
    gain[i] = CONTRAST * Math.max(LIGHTS[0], Math.min(LIGHTS[1], ratio));
  }
  return gain;
}

/** Where the target and the source show skin. */
function skinOfBoth(skin: Float32Array, warped: Float32Array, covered: Float32Array): Float32Array {
  const both = newMap(covered.length);
  for (let i = 0; i < both.length; i++) both[i] = covered[i] > 0 ? skin[i] * warped[i * 2 + 1] : 0;
  return both;
}

function scale(map: Float32Array, factor: number): void {
  for (let i = 0; i < map.length; i++) map[i] *= factor;
}

/** The region's colours per cell, in full range. */
function readGrid(view: YccView, grid: Grid): GridColours {
  const y = averageDown(view.luma, grid, grid.step, grid.step);
  const [cb, cr] = view.chroma.map((plane) =>
    averageDown(plane, grid, grid.step / (1 << view.shift.x), grid.step / (1 << view.shift.y)),
  );
  widen(y, view.lumaOffset, view.lumaScale, 0);
  for (const chroma of [cb, cr]) widen(chroma, 128, view.chromaScale, 128);
  return { y, cb, cr };
}

/** Stored values as such of the full range. */
function widen(map: Float32Array, zero: number, scale: number, wanted: number): void {
  for (let i = 0; i < map.length; i++) map[i] = wanted + (map[i] - zero) / scale;
}

function atMost(map: Float32Array, limit: number): Float32Array {
  const out = copyMap(map);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(out[i], limit);
  return out;
}
