import { distance, outerEyes } from '../../faces/geometry';
import { landmarkCount, type Landmarks, type TrackedFace } from '../../faces/face';
import { estimatePose } from '../../faces/pose';
import type { Frame } from '../../image/frame';
import { eyeOpening, lidStretches } from './lids';
import { addNod, BY_NOD, nodBackOf } from './nod';
import { keepOpenings } from './openings';
import { movableShares } from './shapeShares';

/** Measures the landmarks of a face that was drawn, from about where it is. */
export type Look = (frame: Frame, face: TrackedFace) => Promise<Landmarks>;

/** What drawing a face takes into account of what was seen of it before. */
export interface Correction {
  /** What lids do beyond the face's mean is multiplied by this, from 1 on. */
  gain: number;
  /** Pixels by which landmarks are moved, x, y each. */
  moves: Float32Array;
  /** Degrees by which `moves` nods the face back. */
  nod: number;
}

/** What second looks at the drawn face of one track have shown: sums, and how often. */
interface Sight {
  count: number;
  /** Eye openings of the target (x) and as seen when drawn without any gain (y). */
  lids: { x: number; y: number; xx: number; xy: number };
  /** How far landmarks are off without any correction, x, y each along the face's axes by the distance of the outer eye corners. */
  off: number[];
  /** The mean length of that. */
  shift: number;
  /** By how many degrees the face looks down more without any correction. */
  tilt: number;
  /** Frame and eye opening of the last look, and the last frame with the face. */
  looked: number;
  opening: number;
  seen: number;
}

/** A gain of one more raises how far seen lids follow by so much (0.35–0.52 on six clips). */
const BY_GAIN = 0.45;
/** Lids are to be seen to follow the target's by this share, and never get more than this gain. */
const FOLLOWING = 0.95;
const MOST_GAIN = 1.8;
/** Sum of squares of eye openings that are supposed to have followed wholly, before anything was seen and with every look: its noise. */
const EXPECTED = 0.002;
const NOISE = 0.00003;

/** Landmarks that are seen to be off by more than this share of the distance of the outer eye corners are brought back to it. */
const OFF = 0.021;
/** Moving a landmark moves it by this share where it is seen. */
const BY_MOVE = 0.6;
/** A landmark is moved by this share of that distance at most. */
const MOST_MOVE = 0.03;
/** Looks that have found nothing off, before anything was seen: corrections come so slowly that nobody sees them. */
const BEFORE = 6;
/** Of the same for how a head seems tilted, which differs less from look to look. */
const BEFORE_TILT = 2;

/** A look at least every so many frames; earlier when an eye has opened or closed by this, and never in the first few. */
const LONGEST = 24;
const OPENED = 0.015;
const SHORTEST = 3;
/** After so many looks the next one waits for a frame more. */
const RARER = 4;
/** A face that is drawn less strongly shows the target's own features. */
const STRONG = 0.95;
/** Frames after which a track will not come back. */
const FORGOTTEN = 100;

/**
 * Another person's features mislead who measures a face: lids seem to move less, brows to lie elsewhere. Looks at some of the drawn
 * frames of a track tell how much, and later frames are drawn so that they are seen where the target's are. Only faces of tracks have
 * that. Same frames in, same corrections out.
 */
export class SecondLook {
  private sights = new Map<number, Sight>();

  constructor(private readonly look: Look) {}

  /** What has been learnt of a face's track; undefined when there is nothing yet. */
  correctionOf({ trackId, landmarks }: TrackedFace): Correction | undefined {
    const sight = this.sights.get(trackId);
    if (!sight) return undefined;
    const nod = nodBackOf(sight.tilt / (sight.count + BEFORE_TILT));
    return { gain: gainOf(sight), moves: movesOf(sight, landmarks, nod), nod };
  }

  /** Looks at a face that was just drawn with a correction, when it is time. */
  async learn(frame: Frame, face: TrackedFace, correction: Correction | undefined): Promise<void> {
    const { trackId, neutral, landmarks } = face;
    if (!neutral) return;
    const sight = this.sights.get(trackId) ?? unseen(frame.index);
    this.sights.set(trackId, sight);
    sight.seen = frame.index;
    for (const [id, { seen }] of this.sights) if (seen < frame.index - FORGOTTEN) this.sights.delete(id);
    if (face.strength < STRONG) return;
    const opening = eyeOpening(landmarks);
    const wait = frame.index - sight.looked;
    const isDue = Math.abs(opening - sight.opening) > OPENED || wait >= LONGEST;
    if (sight.count > 0 && !(isDue && wait >= SHORTEST + sight.count / RARER)) return;
    const drawn = await this.look(frame, face);
    const gain = correction?.gain ?? 1;
    const stretches = lidStretches(landmarks, neutral, gain);
    const stretched = stretches.reduce((sum, { factor }) => sum + factor / stretches.length, 0);
    addLids(sight, opening, eyeOpening(drawn) - BY_GAIN * opening * (stretched - 1));
    sight.tilt += estimatePose(drawn).pitch - estimatePose(landmarks).pitch + BY_NOD * (correction?.nod ?? 0);
    addOff(sight, landmarks, drawn, correction?.moves);
    Object.assign(sight, { count: sight.count + 1, looked: frame.index, opening });
  }

  /** Everything that was learnt: `restore` it, and what follows is drawn as without the interruption. */
  snapshot(): string {
    return JSON.stringify([...this.sights]);
  }

  restore(snapshot: string): void {
    this.sights = new Map(JSON.parse(snapshot) as [number, Sight][]);
  }
}

function unseen(index: number): Sight {
  const off = new Array<number>(landmarkCount * 2).fill(0);
  const lids = { x: 0, y: 0, xx: 0, xy: 0 };
  return { count: 0, lids, off, shift: 0, tilt: 0, looked: index, opening: 0, seen: index };
}

function addLids({ lids }: Sight, x: number, y: number): void {
  lids.x += x;
  lids.y += y;
  lids.xx += x * x;
  lids.xy += x * y;
}

/** The slope of what was seen by what was to be seen tells how much is missing. */
function gainOf({ count, lids: { x, y, xx, xy } }: Sight): number {
  if (count === 0) return 1;
  const expected = EXPECTED + NOISE * count;
  const slope = (xy - (x * y) / count + expected) / (xx - (x * x) / count + expected);
  return Math.max(1, Math.min(MOST_GAIN, 1 + (FOLLOWING - slope) / BY_GAIN));
}

function addOff(sight: Sight, target: Landmarks, drawn: Landmarks, moves?: Float32Array): void {
  const { cos, sin, width } = axesOf(target);
  for (let p = 0; p < landmarkCount; p++) {
    const dx = drawn[p * 3] - target[p * 3] - BY_MOVE * (moves?.[p * 2] ?? 0);
    const dy = drawn[p * 3 + 1] - target[p * 3 + 1] - BY_MOVE * (moves?.[p * 2 + 1] ?? 0);
    sight.off[p * 2] += (dx * cos + dy * sin) / width;
    sight.off[p * 2 + 1] += (dy * cos - dx * sin) / width;
    sight.shift += Math.hypot(dx, dy) / width / landmarkCount;
  }
}

/**
 * What takes landmarks back by as much as they are off too far on average, and nods the face back. Eyes and lips are not opened, and the
 * outline stays.
 */
function movesOf({ count, off, shift }: Sight, target: Landmarks, nod: number): Float32Array {
  const moves = new Float32Array(landmarkCount * 2);
  const share = count === 0 ? 0 : Math.max(0, 1 - (OFF * count) / shift) / BY_MOVE / (count + BEFORE);
  if (share === 0 && nod === 0) return moves;
  const { cos, sin, width } = axesOf(target);
  const along = new Float32Array(landmarkCount);
  const down = new Float32Array(landmarkCount);
  for (let p = 0; p < landmarkCount; p++) {
    const length = share * Math.hypot(off[p * 2], off[p * 2 + 1]);
    const back = -share * width * movableShares[p] * Math.min(1, MOST_MOVE / (length || 1));
    along[p] = back * off[p * 2];
    down[p] = back * off[p * 2 + 1];
  }
  addNod(down, target, nod);
  for (const axis of [along, down]) keepOpenings(axis);
  for (let p = 0; p < landmarkCount; p++) {
    moves[p * 2] = along[p] * cos - down[p] * sin;
    moves[p * 2 + 1] = along[p] * sin + down[p] * cos;
  }
  return moves;
}

/** The direction from the left outer eye corner to the right one, and their distance. */
function axesOf(face: Landmarks): { cos: number; sin: number; width: number } {
  const [a, b] = outerEyes;
  const width = distance(face, a, b) || 1;
  return {
    cos: (face[b * 3] - face[a * 3]) / width,
    sin: (face[b * 3 + 1] - face[a * 3 + 1]) / width,
    width,
  };
}
