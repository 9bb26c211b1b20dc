import { FaceSwapError, type ErrorFacts } from '../../protocol/errors';
import type { FaceSelection } from '../../protocol/job';
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

/** Frames after which a track's identity is measured once more: soon while it is in doubt, then now and then. */
const RECHECK_DOUBTFUL = 12;
const RECHECK = 48;
/** Distances this close to the limit, and views turned further than this (degrees), leave a doubt. */
const MARGIN = 0.25;
const TURNED = 35;
/** Views that are measured when a track begins. */
const FIRST_VIEWS = 3;
/** Share by which the strength follows, per frame, when a track's verdict changes in mid-view. */
const LEVEL_STEP = 0.2;

interface Verdict {
  /** Sum of the unit embeddings measured so far. */
  sum: number[];
  nextCheck: number;
  wanted: boolean;
  /** The next measurement may well decide otherwise. */
  inDoubt: boolean;
  /** 0–1; follows `wanted` in small steps. */
  level: number;
}

/**
 * The face that others are compared with, as it is in the picture. Its embedding is made by whichever recogniser asks,
 * so a reference never meets embeddings of another network.
 */
export class ReferenceFace {
  private readonly known = new Map<string, FaceEmbedding>();

  constructor(
    private readonly picture: FrameSource,
    private readonly face: AlignedFace,
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
 * The reference face: the face number `referenceFacePosition` from left to right in the reference
 * frame; like roop, the rightmost one when there are fewer. Throws `no-reference-face` with `place` on a frame
 * without a face.
 */
export async function findReference(
  models: Pick<FaceModels, 'detector' | 'landmarker'>,
  picture: FrameSource,
  selection: FaceSelection,
  smallFaces: SmallFaces,
  place: ErrorFacts = { frame: selection.referenceFrameNumber },
): Promise<ReferenceFace> {
  const found = await findFaces(models, picture, { smallFaces });
  found.sort((a, b) => a.box.x - b.box.x);
  const chosen = found.at(Math.min(selection.referenceFacePosition, found.length - 1));
  if (!chosen) {
    throw new FaceSwapError('no-reference-face', place);
  }
  return new ReferenceFace(picture, chosen.face);
}

/**
 * Chooses the faces to swap. With a reference, a track is decided as a whole from its best views before its first
 * frame leaves, and checked again now and then; single frames never flip it.
 */
export class FaceSelector {
  private verdicts = new Map<number, Verdict>();

  /** `reference` undefined means: every face. */
  constructor(
    private readonly recognizer: FaceRecognizer,
    private readonly reference: ReferenceFace | undefined,
    private readonly similarFaceDistance: number,
  ) {}

  /** The faces of a frame to swap. Call it for every frame in order, before the frame is altered. */
  async select(tracked: TrackedFrame): Promise<TrackedFace[]> {
    if (!this.reference) return tracked.faces;
    const reference = await this.reference.embeddingBy(this.recognizer);
    const chosen: TrackedFace[] = [];
    for (const face of tracked.faces) {
      const { level } = await this.judge(tracked, face.trackId, reference);
      if (level > 0) chosen.push({ ...face, strength: face.strength * level });
    }
    return chosen;
  }

  /** Whether a track is surely none of the faces to swap. */
  isBystander(trackId: number): boolean {
    const verdict = this.verdicts.get(trackId);
    return verdict !== undefined && !verdict.wanted && !verdict.inDoubt && verdict.level === 0;
  }

  private async judge(tracked: TrackedFrame, trackId: number, reference: FaceEmbedding): Promise<Verdict> {
    const { index } = tracked.frame;
    const known = this.verdicts.get(trackId);
    const verdict = known ?? { sum: [], nextCheck: index, wanted: false, inDoubt: true, level: 0 };
    if (index >= verdict.nextCheck) {
      await this.measure(verdict, tracked, trackId, reference);
      this.verdicts.set(trackId, verdict);
    }
    const level = verdict.level + (verdict.wanted ? LEVEL_STEP : -LEVEL_STEP);
    verdict.level = known ? Math.max(0, Math.min(1, level)) : Number(verdict.wanted);
    return verdict;
  }

  /** Adds the best views of a track to its embedding and decides again. */
  private async measure(
    verdict: Verdict,
    tracked: TrackedFrame,
    trackId: number,
    reference: FaceEmbedding,
  ): Promise<void> {
    const views = tracked
      .views(trackId)
      .map((view) => ({ ...view, yaw: Math.abs(estimatePose(view.landmarks).yaw) }))
      .sort((a, b) => a.yaw - b.yaw)
      .slice(0, verdict.sum.length === 0 ? FIRST_VIEWS : 1);
    let space: EmbeddingSpace = reference.space;
    for (const view of views) {
      const identity = await this.recognizer.identify(view.frame, view);
      ({ space } = identity);
      identity.embedding.forEach((value, i) => (verdict.sum[i] = (verdict.sum[i] ?? 0) + value));
    }
    const distance = faceDistance(embeddingOf(space, Float32Array.from(verdict.sum)), reference);
    verdict.wanted = distance < this.similarFaceDistance;
    verdict.inDoubt = Math.abs(distance - this.similarFaceDistance) < MARGIN || views[0].yaw > TURNED;
    verdict.nextCheck = tracked.frame.index + (verdict.inDoubt ? RECHECK_DOUBTFUL : RECHECK);
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
