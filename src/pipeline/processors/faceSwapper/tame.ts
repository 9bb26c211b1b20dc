import {
  boxBlur,
  cells,
  fillPolygon,
  smoothstep,
  upsampleRow,
  weightedBlur,
  type Grid,
} from '../../image/grid';
import { eyeSockets, innerLips, mouthCorners, nose, noseSides, outerLips, smileFolds } from './meshTopology';
import { convexHull, featureHull, featureMap, type GridColours } from './skin';
import { averageFloat } from './sourcePlanes';

/**
 * How much of a smile fold is taken away: of its broad shade and of its fine lines, which also belong to the person. These are drawn no darker
 * than those around features are, or a laughing source would put its folds on every face.
 */
const FOLD_SHARE = 0.85;
const FOLD_LINES = 0.1;
/**
 * In a photo of a turned face, from so many degrees on to so many, broad shade on the side of its nose is drawn up to this share of the
 * light: it mostly lies in shade, and the other side, which is not seen, would get the same.
 */
const TURNED = [10, 24] as const;
const NOSE_SHADE = 0.06;
/**
 * In one turned further, from so many degrees on to so many, skin is brighter than the light up to about this share of it, but for the nose's,
 * whose shine tells who it is: light from the side lies on the one cheek that is seen, and on both it was pale blots and tracks between them.
 */
const FAR_TURNED = [18, 28] as const;
const LIT = 0.06;
/** How softly the nose ends there, by the face's height, and from which share of it on to which. */
const BESIDE_NOSE = 0.05;
const NOSE_ENDS = [0.15, 0.85] as const;
/**
 * Shade of eye sockets is what is dark on average over so much of the face's height, brows, eyes and lashes left out: so creases of lids
 * stay. It is drawn up to this share of the light, because a photo lit from above would put rings around every eye, darker yet where the
 * target has its own.
 */
const SOCKET = 0.03;
const SOCKET_SHADE = 0.15;
/** How softly brows and eyes go over into sockets, by the face's height, and from which share of them on to which nothing counts as socket. */
const BESIDE_EYES = 0.02;
const BESIDE_ENDS = [0.01, 0.12] as const;

/**
 * Lips are drawn darker than the light by this share of it on average and no more: as dark as lipstick may make them in a photo, they hide
 * from who measures the result that a small mouth opens.
 */
const LIPS_SHADE = 0.16;
/** From which share of them on, where they end softly, to which lips count. */
const LIPS = [0, 0.6] as const;

/**
 * How dark detail may be by the light, as it is up to the first and at the utmost the sum: of brows, eyes, nose and mouth, where the very
 * dark looks drawn on in softer light, and of what surrounds them, where it is strands of hair or the photo's shade.
 */
const DARK = { features: [0.66, 0.33], around: [0.06, 0.08] } as const;

/**
 * Around features shade is what is dark on average over so much of the face's height, and is tamed as a whole: pores and grain lie on it
 * as they lie on lit skin. Pixel by pixel it would be smooth patches with rough shores.
 */
const SHADE = 0.012;

/**
 * By how much less the dark beside brows counts as theirs where it is hair, and how much of what is fine of it is taken away: it came out
 * as hooks at the brows' ends and as blocks above them.
 */
const STRANDS = { dark: 0.9, fine: 0.7 } as const;

/** By how much less the edge of hair on the forehead may be darker or brighter than what else surrounds features: it came out as lines. */
const FRINGE = 0.8;

/**
 * How bright detail may be by the light, up to which it is as it is and as much beyond: of features and of what surrounds them, where it
 * is mostly shine or a second light on the photo's cheek, and would be a pale blot on another. A turned face's features lie half in that
 * light, and were pale at the tip of the nose and in strips beside it.
 */
const BRIGHT = { features: 0.24, turned: 0.14, around: 0.06 } as const;
/**
 * How softly what lies between features goes over into what surrounds them where it is bright, by the face's height, and from which share of
 * them, blurred, on to which: a bright cheek ended in a line from the eye's corner to the mouth's.
 */
const SHINE = { reach: 0.06, ends: [0.4, 0.9] } as const;

/**
 * By how much less features count at the corners of the mouth, which are black in a smile and would be dots on lips that do not: by the
 * share of the corners (`mouthCorners`), which blurring leaves a tenth of.
 */
const CORNERS = 1.4;
/**
 * Up to which difference from the light's colour lips have their own, and how much beyond. Shade loses its colour, but the dark of lips is
 * no shade: lipstick tells who it is, and a mouth whose colour stays is seen to open however little of its dark is drawn.
 */
const LIPS_COLOUR = [15, 30] as const;
/** In shade, colours lose this share of the light's at most, as brows do. */
const LEAST_COLOURED = 0.5;
/**
 * So do hair, eyes and lips: how softly they end, by the face's height, and up to which share of them. Skin beside them keeps its colours in
 * shade but for this share of that, or there were grey triangles between eyes and nose.
 */
const FADING = { reach: 0.03, ends: [0, 0.3], skin: 0.3 } as const;

/**
 * Counts shade that is not to be drawn on another face as light, in place: of smile folds, of eye sockets, of very dark lips, and of the
 * nose's sides in a turned face. So does what is bright of a face turned further.
 * @param light,luma per cell
 * @param size face height in cells
 * @param yaw of the face in the photo, degrees
 */
export function countShadeAsLight(
  light: Float32Array,
  luma: Float32Array,
  grid: Grid,
  points: Float32Array,
  size: number,
  yaw: number,
): void {
  const folds = areaMap(smileFolds, grid, points, size);
  const sides = areaMap(noseSides, grid, points, size);
  const turned = turnedBy(yaw);
  const dark = luma.map((value, i) => Math.min(0, value - light[i]));
  const shade = boxBlur(dark.slice(), grid, 1, 1);
  const sockets = areaMap(eyeSockets, grid, points, size);
  const skin = besideEyes(grid, points, size);
  const radius = SOCKET * size;
  const broad = weightedBlur(dark, skin, boxBlur(skin.slice(), grid, radius), grid, radius, 0);
  const lips = lipsMap(grid, points, size);
  const opening = areaMap([innerLips], grid, points, size);
  const paler = Math.max(0, 1 - LIPS_SHADE / lipsDarkness(dark, light, lips, opening));
  const farTurned = smoothstep(...FAR_TURNED, Math.abs(yaw));
  const noses = noseMap(grid, points, size);
  const beyond = (value: number, limit: number) => value - soften(value, limit, limit);
  const deep = (value: number, share: number, i: number) => Math.min(0, value + share * light[i]);
  for (let i = 0; i < light.length; i++) {
    light[i] += Math.min(
      FOLD_SHARE * folds[i] * shade[i],
      turned * sides[i] * deep(shade[i], NOSE_SHADE, i),
      sockets[i] * skin[i] * deep(broad[i], SOCKET_SHADE, i),
      lips[i] * paler * dark[i],
    );
    const bright = beyond(Math.max(0, luma[i] - light[i]), LIT * light[i]);
    light[i] += farTurned * skin[i] * (1 - noses[i]) * bright;
  }
}

/** 0 for a face that looks ahead, 1 for a turned one. @param yaw degrees */
function turnedBy(yaw: number): number {
  return smoothstep(...TURNED, Math.abs(yaw));
}

/** 1 on lips, the mouth's opening included. */
function lipsMap(grid: Grid, points: Float32Array, size: number): Float32Array {
  return areaMap([outerLips], grid, points, size).map((share) => smoothstep(...LIPS, share));
}

/** Mean share of the light by which lips are darker, their opening left out. */
function lipsDarkness(
  dark: Float32Array,
  light: Float32Array,
  lips: Float32Array,
  opening: Float32Array,
): number {
  let [sum, weights] = [0, 0];
  for (let i = 0; i < lips.length; i++) {
    const weight = lips[i] * (1 - opening[i]);
    sum -= (weight * dark[i]) / (light[i] + 8);
    weights += weight;
  }
  return sum / Math.max(1e-6, weights);
}

/** 1 on the nose and its sides, fading to 0. */
function noseMap(grid: Grid, points: Float32Array, size: number): Float32Array {
  const map = new Float32Array(cells(grid));
  fillPolygon(map, grid, convexHull(points, [...nose, ...noseSides.flat()]));
  return boxBlur(map, grid, BESIDE_NOSE * size, 2).map((share) => smoothstep(...NOSE_ENDS, share));
}

/** 1 away from brows, eyes and lips. */
function besideEyes(grid: Grid, points: Float32Array, size: number): Float32Array {
  return featureMap(grid, points, BESIDE_EYES * size).map((share) => 1 - smoothstep(...BESIDE_ENDS, share));
}

/** Shares of each cell of the source's hair and of what is worn. */
export interface Hidden {
  /** Hair over brows, and what is worn: nothing is drawn of it. */
  covered: Float32Array;
  /** Hair beside brows: no feature. */
  strands: Float32Array;
  /** The edge of hair on the forehead. */
  fringe: Float32Array;
}

/**
 * Turns planes of luma, Cb and Cr, `width` × `height`, into what is left of them without the light, tamed, in place.
 * @param points landmarks in cells
 * @param size face height in cells
 * @param yaw of the face in the photo, degrees
 */
export function leaveDetail(
  [luma, cb, cr]: readonly Float32Array[],
  light: GridColours,
  { covered, strands, fringe }: Hidden,
  grid: Grid,
  points: Float32Array,
  size: number,
  yaw: number,
  width: number,
  height: number,
): void {
  const shine = BRIGHT.features + turnedBy(yaw) * (BRIGHT.turned - BRIGHT.features) - BRIGHT.around;
  const folds = areaMap(smileFolds, grid, points, size);
  const corners = areaMap(mouthCorners, grid, points, size);
  const hull = featureHull(grid, points, size);
  const features = hull.map(
    (share, i) => share * (1 - CORNERS * corners[i]) * (1 - folds[i]) * (1 - STRANDS.dark * strands[i]),
  );
  const fading = featureMap(grid, points, FADING.reach * size).map(
    (share, i) => features[i] * Math.max(FADING.skin, smoothstep(...FADING.ends, share)),
  );
  const inner = boxBlur(hull.slice(), grid, SHINE.reach * size, 2);
  const shining = features.map((share, i) => share * smoothstep(...SHINE.ends, inner[i]));
  const lips = lipsMap(grid, points, size);
  const means = boxBlur(averageFloat(luma, width, height, grid), grid, SHADE * size, 2);
  const colours = [light.y, light.cb, light.cr];
  const maps = [...colours, folds, features, shining, fading, covered, strands, fringe, means, lips];
  const rows = maps.map((map) => ({ map, row: new Float32Array(width) }));
  const [lightY, lightB, lightR, fold, feature, bright, fade, hidden, strand, edge, mean, lip] = rows.map(
    ({ row }) => row,
  );
  for (let y = 0; y < height; y++) {
    for (const { map, row } of rows) upsampleRow(map, grid, grid.step, grid.step, y, row, 0, width);
    for (let x = 0, at = y * width; x < width; x++, at++) {
      const grain = (1 - feature[x]) * (luma[at] - mean[x]);
      const shade = luma[at] - grain;
      const darkness = Math.max(0, 1 - shade / (lightY[x] + 8));
      const bare = 1 - hidden[x];
      const room = (lightY[x] + 8) * (1 - FRINGE * edge[x] * (1 - feature[x]));
      const tamed =
        tameLuma(shade - lightY[x], room, feature[x], bright[x] * shine) +
        (1 - STRANDS.fine * strand[x]) * tameLuma(grain, room, feature[x], bright[x] * shine);
      luma[at] = bare * (1 - FOLD_LINES * fold[x]) * tamed;
      cb[at] = bare * tameChroma(cb[at], lightB[x], darkness, fade[x], lip[x]);
      cr[at] = bare * tameChroma(cr[at], lightR[x], darkness, fade[x], lip[x]);
    }
  }
}

/**
 * Shine is the photo's light, not the face's.
 * @param unit what limits are shares of
 * @param feature 1 on features, 0 around them
 * @param shine by how much more than around features the bright may be so
 */
function tameLuma(detail: number, unit: number, feature: number, shine: number): number {
  if (detail > 0) {
    const most = unit * (BRIGHT.around + shine);
    return soften(detail, most, most);
  }
  const most = (k: 0 | 1) => unit * (DARK.around[k] + feature * (DARK.features[k] - DARK.around[k]));
  return -soften(-detail, most(0), most(1));
}

/**
 * Coloured light and make-up go only so far, and where the photo is dark as in brows or in the corner between eye and nose
 * (`darkness` 0–1), its colour is faint. There the light's colour is taken in proportion, up to half of it, or shade would glow in the
 * target. What has a colour between the light's and that of its shade has none of its own, or shade would lose its colour twice and be grey.
 * Around the features the dark is not drawn, and nothing of the light's colour taken. Lips (`lip` 1) have their own colour.
 * @param fade how much of the light's is taken: 1 on brows, eyes and lips, less on skin between them, 0 around them
 */
function tameChroma(chroma: number, light: number, darkness: number, fade: number, lip: number): number {
  const shade = darkness * (light - 128);
  const beside = chroma - Math.max(light - Math.max(0, shade), Math.min(light - Math.min(0, shade), chroma));
  const own = soften(beside * (1 - smoothstep(0.25, 0.5, darkness)), 4, 10);
  const tamed = own - fade * Math.min(LEAST_COLOURED, darkness) * (light - 128);
  return tamed + lip * (soften(chroma - light, ...LIPS_COLOUR) - tamed);
}

/** Leaves values up to `from` alone and lets those beyond approach `from + room`. */
function soften(value: number, from: number, room: number): number {
  const size = Math.abs(value);
  if (size <= from) return value;
  const over = size - from;
  return Math.sign(value) * (from + (room * over) / (over + room));
}

/** 1 inside outlines (landmarks by number), fading to 0. @param size face height in cells */
export function areaMap(
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
