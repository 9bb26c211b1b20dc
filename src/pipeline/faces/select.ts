import { FaceSwapError } from '../../protocol/errors';
import type { FaceSelection } from '../../protocol/job';
import type { FrameSource } from '../image/region';
import type { TrackedFace } from './face';
import { findFaces, type SmallFaces } from './find';
import type { FaceModels } from './models';
import { estimatePose } from './pose';
import { faceDistance, normalise, type FaceRecognizer } from './recognizer';
import type { TrackedFrame } from './tracker';

/** Frames after which a track's identity is measured once more. */
const RECHECK = 48;
/** Views that are measured when a track begins. */
const FIRST_VIEWS = 3;

interface Verdict {
  /** Sum of the unit embeddings measured so far. */
  sum: number[];
  lastCheck: number;
  wanted: boolean;
}

/**
 * Embedding of the reference face: the face number `referenceFacePosition` from left to right in the reference
 * frame; like roop, the rightmost one when there are fewer. Throws `no-reference-face` on a frame without a face.
 */
export async function findReference(
  models: FaceModels,
  picture: FrameSource,
  selection: FaceSelection,
  smallFaces: SmallFaces,
): Promise<Float32Array> {
  const found = await findFaces(models, picture, { smallFaces });
  found.sort((a, b) => a.box.x - b.box.x);
  const chosen = found.at(Math.min(selection.referenceFacePosition, found.length - 1));
  if (!chosen) {
    throw new FaceSwapError('no-reference-face', { frame: selection.referenceFrameNumber });
  }
  return (await models.recognizer.identify(picture, chosen.face.landmarks)).embedding;
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
    private readonly reference: Float32Array | undefined,
    private readonly similarFaceDistance: number,
  ) {}

  async select(tracked: TrackedFrame): Promise<TrackedFace[]> {
    if (!this.reference) return tracked.faces;
    const chosen: TrackedFace[] = [];
    for (const face of tracked.faces) {
      if (await this.isWanted(tracked, face.trackId, this.reference)) chosen.push(face);
    }
    return chosen;
  }

  private async isWanted(tracked: TrackedFrame, trackId: number, reference: Float32Array): Promise<boolean> {
    const index = tracked.frame.index;
    let verdict = this.verdicts.get(trackId);
    if (verdict && index - verdict.lastCheck < RECHECK) return verdict.wanted;
    const views = tracked
      .views(trackId)
      .map((view) => ({ ...view, yaw: Math.abs(estimatePose(view.landmarks).yaw) }))
      .sort((a, b) => a.yaw - b.yaw)
      .slice(0, verdict ? 1 : FIRST_VIEWS);
    verdict ??= { sum: [], lastCheck: index, wanted: false };
    for (const view of views) {
      const { embedding } = await this.recognizer.identify(view.frame, view.landmarks);
      embedding.forEach((value, i) => (verdict.sum[i] = (verdict.sum[i] ?? 0) + value));
    }
    verdict.lastCheck = index;
    const mean = normalise(Float32Array.from(verdict.sum));
    verdict.wanted = faceDistance(mean, reference) < this.similarFaceDistance;
    this.verdicts.set(trackId, verdict);
    return verdict.wanted;
  }

  /** State as JSON, to go on after an interruption; belongs to a tracker's snapshot. */
  snapshot(): string {
    return JSON.stringify([...this.verdicts]);
  }

  restore(snapshot: string): void {
    this.verdicts = new Map(JSON.parse(snapshot) as [number, Verdict][]);
  }
}
