import type { FrameSource } from '../image/region';
import type { TrackedFace } from './face';
import { findFaces, type SmallFaces } from './find';
import type { FaceModels } from './models';
import { estimatePose } from './pose';
import {
  embeddingOf,
  faceDistance,
  type AlignedFace,
  type EmbeddingSpace,
  type FaceEmbedding,
  type FaceRecognizer,
} from './recognizer';
import type { TrackedFrame } from './tracker';

/** Frames after which a track's identity is measured once more: soon while it is in doubt, then now and then, and less often when it has been confirmed. */
const RECHECK_DOUBTFUL = 12;
const RECHECK = 48;
const RECHECK_CONFIRMED = 96;
/** Distances this close to the limit, and views turned further than this (degrees), leave a doubt. */
const MARGIN = 0.25;
const TURNED = 35;
/** Views that are measured when a track begins. */
const FIRST_VIEWS = 3;
/** Share by which the strength follows, per frame, when a track's verdict changes in mid-view. */
const LEVEL_STEP = 0.2;

/** Somebody whom faces are compared with. */
export interface KnownPerson {
  /** Index in the job's face map, where there is one. */
  person?: number;
  /** Whether faces of this person are swapped. */
  isWanted: boolean;
  /** Faces of this person as a recogniser sees them; the nearest one counts. */
  embeddings: (recognizer: FaceRecognizer) => Promise<FaceEmbedding[]>;
}

/** In place of an index: none of the people. */
const NOBODY = -1;

interface Verdict {
  /** Sum of the unit embeddings measured so far. */
  sum: number[];
  nextCheck: number;
  /** Index of the person whose face it is. */
  who: number;
  /** The next measurement may well decide otherwise. */
  inDoubt: boolean;
  /** Index of the person as whom it is drawn, and how strongly, 0–1; they follow `who` in small steps. */
  drawn: number;
  level: number;
}

/**
 * The face that others are compared with, as it is in the picture. Its embedding is made by whichever recogniser asks,
 * so a reference never meets embeddings of another network.
 */
export class ReferenceFace {
  private readonly known = new Map<string, FaceEmbedding>();

  /**
   * @param position which face of the picture it is, from left to right, from 0
   * @param faces how many faces the picture has
   */
  constructor(
    private readonly picture: FrameSource,
    private readonly face: AlignedFace,
    readonly position: number,
    readonly faces: number,
  ) {}

  async embeddingBy(recognizer: FaceRecognizer): Promise<FaceEmbedding> {
    const known = this.known.get(recognizer.model);
    if (known) return known;
    const identity = await recognizer.identify(this.picture, this.face);
    this.known.set(recognizer.model, identity);
    return identity;
  }
}

/**
 * The reference face: the face number `wanted` from left to right in the reference frame; like roop, the rightmost one when there are fewer,
 * as its `position` tells. Undefined in a frame without a face.
 */
export async function findReference(
  models: Pick<FaceModels, 'detector' | 'landmarker'>,
  picture: FrameSource,
  wanted: number,
  smallFaces: SmallFaces,
): Promise<ReferenceFace | undefined> {
  const found = await findFaces(models, picture, { smallFaces });
  found.sort((a, b) => a.box.x - b.box.x);
  const position = Math.min(wanted, found.length - 1);
  if (position < 0) return undefined;
  return new ReferenceFace(picture, found[position].face, position, found.length);
}

/** Those who are like the reference face, and nobody else. */
export function onlyLike(reference: ReferenceFace): KnownPerson[] {
  return [{ isWanted: true, embeddings: async (recognizer) => [await reference.embeddingBy(recognizer)] }];
}

/**
 * Chooses the faces to swap, and says whose they are. Where people are known, a track is decided as a whole from its best views
 * before its first frame leaves, and checked again now and then; single frames never flip it.
 */
export class FaceSelector {
  private verdicts = new Map<number, Verdict>();

  /**
   * @param people whom faces are compared with
   * @param similarFaceDistance from which on a face belongs to none of them
   * @param othersWanted whether faces of nobody known are swapped
   */
  constructor(
    private readonly recognizer: FaceRecognizer,
    private readonly people: readonly KnownPerson[],
    private readonly similarFaceDistance: number,
    private readonly othersWanted: boolean,
  ) {}

  /** One that has decided nothing yet, with the same people. */
  fresh(): FaceSelector {
    return new FaceSelector(this.recognizer, this.people, this.similarFaceDistance, this.othersWanted);
  }

  /** The faces of a frame to swap. Call it for every frame in order, before the frame is altered. */
  async select(tracked: TrackedFrame): Promise<TrackedFace[]> {
    if (this.people.length === 0) return this.othersWanted ? tracked.faces : [];
    const chosen: TrackedFace[] = [];
    for (const face of tracked.faces) {
      const { level, drawn } = await this.judge(tracked, face.trackId);
      if (level > 0) chosen.push({ ...face, ...this.nameOf(drawn), strength: face.strength * level });
    }
    return chosen;
  }

  /** Index in the face map of the person to whom a track that has been selected from belongs. */
  personOf(trackId: number): number | undefined {
    return this.nameOf(this.verdicts.get(trackId)?.who ?? NOBODY).person;
  }

  /** Whether a track is surely none of the faces to swap. */
  isBystander(trackId: number): boolean {
    const verdict = this.verdicts.get(trackId);
    return verdict !== undefined && !this.isWanted(verdict.who) && !verdict.inDoubt && verdict.level === 0;
  }

  private isWanted(who: number): boolean {
    return who === NOBODY ? this.othersWanted : this.people[who].isWanted;
  }

  private nameOf(who: number): { person?: number } {
    const { person } = who === NOBODY ? {} : this.people[who];
    return person === undefined ? {} : { person };
  }

  private async judge(tracked: TrackedFrame, trackId: number): Promise<Verdict> {
    const { index } = tracked.frame;
    const known = this.verdicts.get(trackId);
    const verdict: Verdict = known ?? {
      sum: [],
      nextCheck: index,
      who: NOBODY,
      inDoubt: true,
      drawn: NOBODY,
      level: 0,
    };
    if (index >= verdict.nextCheck) {
      await this.measure(verdict, tracked, trackId);
      this.verdicts.set(trackId, verdict);
    }
    // One face gives way to another through nothing.
    if (verdict.level === 0) verdict.drawn = verdict.who;
    const rises = verdict.drawn === verdict.who && this.isWanted(verdict.who);
    const level = verdict.level + (rises ? LEVEL_STEP : -LEVEL_STEP);
    verdict.level = known ? Math.max(0, Math.min(1, level)) : Number(rises);
    return verdict;
  }

  /** Adds the best views of a track to its embedding and decides again. */
  private async measure(verdict: Verdict, tracked: TrackedFrame, trackId: number): Promise<void> {
    const views = tracked
      .views(trackId)
      .map((view) => ({ ...view, yaw: Math.abs(estimatePose(view.landmarks).yaw) }))
      .sort((a, b) => a.yaw - b.yaw)
      .slice(0, verdict.sum.length === 0 ? FIRST_VIEWS : 1);
    let space: EmbeddingSpace | undefined;
    for (const view of views) {
      const identity = await this.recognizer.identify(view.frame, view);
      ({ space } = identity);
      identity.embedding.forEach((value, i) => (verdict.sum[i] = (verdict.sum[i] ?? 0) + value));
    }
    const { who, margin } = await this.nearest(embeddingOf(space!, Float32Array.from(verdict.sum)));
    const pause = !verdict.inDoubt && who === verdict.who ? RECHECK_CONFIRMED : RECHECK;
    verdict.who = who;
    verdict.inDoubt = margin < MARGIN || views[0].yaw > TURNED;
    verdict.nextCheck = tracked.frame.index + (verdict.inDoubt ? RECHECK_DOUBTFUL : pause);
  }

  /** Who is nearest to a face, and by how much the face would have to change for another answer. */
  private async nearest(face: FaceEmbedding): Promise<{ who: number; margin: number }> {
    const distances: { who: number; distance: number }[] = [];
    for (const [who, { embeddings }] of this.people.entries()) {
      const all = (await embeddings(this.recognizer)).map((one) => faceDistance(face, one));
      distances.push({ who, distance: Math.min(...all) });
    }
    distances.sort((a, b) => a.distance - b.distance);
    const [{ who, distance }, second] = distances;
    const toLimit = this.similarFaceDistance - distance;
    if (toLimit <= 0) return { who: NOBODY, margin: -toLimit };
    const toSecond = (second as typeof second | undefined)?.distance ?? Infinity;
    return { who, margin: Math.min(toLimit, toSecond - distance) };
  }

  /** State as JSON, to go on after an interruption; belongs to a tracker's snapshot. */
  snapshot(): string {
    return JSON.stringify({ model: this.recognizer.model, verdicts: [...this.verdicts] });
  }

  /** Verdicts of another recogniser are left out: those tracks are measured again. */
  restore(snapshot: string): void {
    const { model, verdicts } = JSON.parse(snapshot) as { model: string; verdicts: [number, Verdict][] };
    this.verdicts = new Map(model === this.recognizer.model ? verdicts : []);
  }
}
