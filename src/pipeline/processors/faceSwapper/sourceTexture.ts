import type { ColourMatrix } from '../../image/frame';
import { boxBlur, cells, type Grid } from '../../image/grid';
import type { RgbImage } from '../../image/region';
import type { Texture } from '../../image/warpMesh';
import { landmarkCount, type Landmarks, type Pose } from '../../faces/face';
import { faceLight, photoTint, type PhotoTint } from './broadLight';
import { halvings, interleave, type DetailLevel } from './detailLevels';
import { edgeOfFringe } from './fringe';
import { calmGrain } from './grain';
import { faceHeight } from './measures';
import { hairOverBrows } from './hair';
import { countPatchesAsLight } from './patches';
import { bareSkin, featureMap, skinByColour, withFeatures } from './skin';
import { averageFloat, toYcc } from './sourcePlanes';
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
import { takeOutStrands } from './strands';
import { countShadeAsLight, leaveDetail } from './tame';
import { wornOver } from './worn';

/** A source photo's face. */
export interface MeshSource {
  /** sRGB. */
  image: RgbImage;
  /** In pixels of `image`. */
  landmarks: Landmarks;
  pose: Pose;
}

/** A source prepared for drawing. */
export interface SourceTexture {
  source: MeshSource;
  /** Each half as large as the one before. */
  levels: DetailLevel[];
  /** Broad light (luma) and how much a spot shows skin, interleaved, on a small grid. */
  light: Texture;
  lightPoints: Float32Array;
  /** The light's colour. */
  tint: PhotoTint;
}

/** Finer than this no target shows it, and preparing it costs time. */
const largestHeight = 900;

/** Under hair on both sides of a photo nothing is known of the brows' ends: drawn as bare skin, through which so much of the target's own shows. */
const BROWS_LEFT = 0.5;

/** The landmark on the bridge of the nose, between the eyes. */
const BETWEEN_EYES = 168;

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
  const byColour = skinByColour({ y, cb, cr }, grid, gridPoints, size / step);
  const worn = wornOver(byColour, y, grid, gridPoints, size / step);
  const skin = withFeatures(byColour, grid, gridPoints, size / step, worn);
  const bare = bareSkin(skin, grid, gridPoints, size / step);
  const light = faceLight({ y, cb, cr }, grid, gridPoints, bare, size / step);
  const hair = hairOverBrows(byColour, y, light.y, grid, gridPoints, size / step);
  const covered = worn ? hair.over.map((share, i) => Math.max(share, worn[i])) : hair.over;
  takeOutStrands(skin, y, light.y, grid, gridPoints, size / step);
  countShadeAsLight(light.y, y, grid, gridPoints, size / step, source.pose.yaw);
  countPatchesAsLight(light.y, y, bare, grid, gridPoints, size / step);
  calmGrain(planes[0], light.y, bare, grid, size / step, width, rows);
  const fringe = edgeOfFringe(skin, grid, gridPoints, size / step);
  const shares = { covered, strands: hair.beside, fringe };
  leaveDetail(planes, light, shares, grid, gridPoints, size / step, source.pose.yaw, width, rows);
  const lightTexture = new Float32Array(cells(grid) * 2);
  for (let i = 0; i < cells(grid); i++) {
    lightTexture[i * 2] = light.y[i];
    lightTexture[i * 2 + 1] = skin[i] * (1 - BROWS_LEFT * hair.over[i]);
  }
  return bothSides(
    {
      source,
      levels: [{ ...interleave(planes, width, rows), points, height: size }],
      light: { data: lightTexture, width: grid.width, height: grid.height, channels: 2 },
      lightPoints: gridPoints,
      tint: photoTint({ y, cb, cr }, light, bare),
    },
    { data: covered, width: grid.width, height: grid.height, channels: 1 },
    step,
  );
}

/** The source seen from the front, in which what the photo hides of one side is taken from the other. @param covered share that hair or what is worn hides, per cell of the light */
function bothSides(photo: SourceTexture, covered: Texture, step: number): SourceTexture {
  const [{ luma, chroma, points, height: size }] = photo.levels;
  const layout = frontalLayout(photo.source.landmarks, size, step);
  const grid: Grid = { width: layout.width / step, height: layout.height / step, step };
  const gridPoints = layout.points.map((value) => value / step);
  const light = layOut(photo.light, photo.lightPoints, grid, gridPoints, layout.order);
  const hidden = layOut(covered, photo.lightPoints, grid, gridPoints, layout.order);
  const shown = visibility(points, layout.points, gridPoints, grid, layout.order);
  for (let i = 0; i < shown.length; i++) shown[i] *= light.data[i * 2 + 1] * (1 - hidden.data[i]);
  const textures = [luma, chroma].map((texture) =>
    layOut(texture, points, layout, layout.points, layout.order),
  );
  const features = featureMap(grid, gridPoints, (size / step) * 0.02);
  const broad = boxBlur(averageCells(textures[0], 0, grid), grid, (size / step) * 0.012, 2);
  const photoLight = light.data.filter((_, i) => i % 2 === 0);
  distrustDarkSide(
    shown,
    broad,
    photoLight,
    features,
    grid.width,
    Math.round(gridPoints[BETWEEN_EYES * 2 + 1]),
  );
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
    tint: photo.tint,
  };
}
