import type { FrameSpan } from '../../protocol/analysis';
import type { FacePlace } from '../../protocol/faceMap';
import type { Face } from '../faces/face';
import { embeddingOf, type FaceEmbedding, type FaceRecognizer } from '../faces/recognizer';
import { fall } from '../faces/strength';
import type { Frame } from '../image/frame';
import { toUpright, type Rotation } from '../image/upright';
import { cutThumbnail } from './thumbnail';

/** A view is measured when it is this much better than the best one before: a face that turns towards us is measured a few times only. */
const BETTER = 1.15;
/** As many views make the embedding of a track. */
const MOST_VIEWS = 3;
/** Degrees of yaw up to which a view is as good as one from the front, and from which on it is worth nothing. */
const [FRONTAL, PROFILE] = [15, 75];
/** Pixels across a face beyond which more of them tell nothing new. */
const LARGE = 160;

/** One look at a face of a track. */
export interface TrackView {
  place: FacePlace;
  /** 0–1. */
  quality: number;
  identity: FaceEmbedding;
  /** RGB, 96 × 96. */
  thumbnail: Uint8Array;
}

/** A face from where it comes to where it goes, with its best views. */
export class SeenTrack {
  readonly span: FrameSpan;
  /** The best one first. */
  readonly views: TrackView[] = [];
  private scores = 0;

  constructor(
    readonly id: number,
    first: number,
  ) {
    this.span = [first, first];
  }

  /** Mean score of the landmarks, 0–1. */
  get confidence(): number {
    return this.scores / (this.span[1] - this.span[0] + 1);
  }

  get embedding(): FaceEmbedding {
    const sum = new Float32Array(this.views[0].identity.embedding.length);
    for (const { identity, quality } of this.views)
      identity.embedding.forEach((value, i) => (sum[i] += quality * value));
    return embeddingOf(this.views[0].identity.space, sum);
  }

  /** Takes the track's face in the next frame, before anybody changes the frame. */
  async add(frame: Frame, face: Face, rotation: Rotation, recognizer: FaceRecognizer): Promise<void> {
    this.span[1] = frame.index;
    this.scores += face.score;
    const quality = qualityOf(face);
    if (quality < BETTER * (this.views.at(0)?.quality ?? 0)) return;
    const { box } = face;
    const [x, y] = toUpright(box.x + box.width / 2, box.y + box.height / 2, frame.format, rotation);
    this.views.unshift({
      place: { frame: frame.index, x: Math.round(x), y: Math.round(y) },
      quality,
      identity: await recognizer.identify(frame, face),
      thumbnail: cutThumbnail(frame, box, rotation),
    });
    this.views.splice(MOST_VIEWS);
  }
}

/** How well a view shows who it is. */
function qualityOf({ box, pose, score }: Face): number {
  const size = Math.min(1, Math.sqrt(box.width * box.height) / LARGE);
  // Never nothing: a track that is only seen from aside has a best view as well.
  return Math.max(1e-3, size * score * fall(Math.hypot(pose.yaw, pose.pitch / 2), FRONTAL, PROFILE));
}
