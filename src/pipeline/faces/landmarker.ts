import { cropToTensor, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ModelSession } from '../inference/session';
import type { Candidate } from './detector';
import { landmarkCount, type Face, type Landmarks } from './face';
import { boxOfLandmarks, isNearlySame, meanDistance, squareAroundLandmarks, steadySquare } from './geometry';
import { estimatePose } from './pose';
import { fall } from './strength';

const SIDE = 192;
/** The model sees RGB in [0, 1]. */
const SCALE = { mul: 1 / 255, add: 0 };
/** How much larger than the face the crop is: what the model was trained with. */
const MARGIN = 1.5;
/** Looks after which a crop that still moves is taken as it is. */
const MOST_LOOKS = 5;
/** Looks after which a followed face no longer drifts by itself. */
const SETTLING_LOOKS = 6;
/** Yaw in degrees from which the mesh may have lost the far side of the face. */
const DOUBTFUL_YAW = 30;
/**
 * Mean distance of landmarks from different crops as a share of the box's diagonal: up to 1.6 % is seen on good
 * faces turned by 25–30 degrees, 4.2 % and more on a profile.
 */
const STEADY_LIMIT = 0.023;
const DRIFT_LIMIT = 0.04;

/** Score from which the refined network's landmarks are taken. */
const REFINED_LIMIT = 0.5;

/** A face together with the square of the picture it was measured in. */
export interface MeasuredFace extends Face {
  square: Square;
}

/** Turned so far that the landmarks need a second look. */
export function isDoubtful({ pose }: Face): boolean {
  return Math.abs(pose.yaw) >= DOUBTFUL_YAW;
}

/**
 * The built-in face_landmarker: 468 points of the MediaPipe face mesh (RGB 192² in [0, 1]). The plain network finds and
 * judges faces, turned ones too; the refined one, which sees closed lids and lips, gives the landmarks in the end.
 */
export class FaceLandmarker {
  private readonly input = new Float32Array(SIDE * SIDE * 3);

  constructor(
    private readonly plain: ModelSession,
    private readonly refined: ModelSession,
  ) {}

  /**
   * Landmarks of a detected face. The detector's box is rough, above all on turned faces: the crop is corrected by
   * the landmarks until it stays, usually at the second look.
   */
  async fromDetection(picture: FrameSource, { box, angle }: Candidate): Promise<MeasuredFace> {
    let square: Square = {
      cx: box.x + box.width / 2,
      cy: box.y + box.height / 2,
      size: Math.max(box.width, box.height) * MARGIN,
      angle,
    };
    for (let look = 1; ; look++) {
      const face = await this.inSquare(picture, square);
      const next = squareAroundLandmarks(face.landmarks, MARGIN);
      if (look === MOST_LOOKS || (look > 1 && isNearlySame(square, next))) return this.refine(picture, face);
      square = next;
    }
  }

  /** Landmarks of a face that was measured in the frame before or after. */
  async follow(
    picture: FrameSource,
    neighbour: Pick<MeasuredFace, 'landmarks' | 'square'>,
  ): Promise<MeasuredFace> {
    const square = steadySquare(neighbour.square, neighbour.landmarks, MARGIN);
    const face = await this.look(this.refined, picture, square);
    return face.score >= REFINED_LIMIT ? face : this.inSquare(picture, square);
  }

  /** The same for a face that has only to be kept apart from others: the plain network is the cheaper one. */
  followRoughly(
    picture: FrameSource,
    neighbour: Pick<MeasuredFace, 'landmarks' | 'square'>,
  ): Promise<MeasuredFace> {
    return this.inSquare(picture, steadySquare(neighbour.square, neighbour.landmarks, MARGIN));
  }

  /** Landmarks of a face that lies about where these do, however sure they are. */
  async again(picture: FrameSource, landmarks: Landmarks): Promise<Landmarks> {
    return (await this.look(this.refined, picture, squareAroundLandmarks(landmarks, MARGIN))).landmarks;
  }

  /** The refined network's landmarks, where it recognises a face at all: it gives up on profiles earlier. */
  private async refine(picture: FrameSource, face: MeasuredFace): Promise<MeasuredFace> {
    const fine = await this.look(this.refined, picture, face.square);
    return fine.score >= REFINED_LIMIT ? { ...fine, score: face.score } : face;
  }

  /**
   * Looks again at the same picture until crop and landmarks agree as closely as they will in the frames to come,
   * so that a new track does not begin with a shift.
   */
  async settle(picture: FrameSource, face: MeasuredFace): Promise<MeasuredFace> {
    let settled = face;
    for (let look = 0; look < SETTLING_LOOKS; look++) settled = await this.follow(picture, settled);
    return settled;
  }

  /**
   * How far landmarks of a turned face can be trusted, 0–1. On a true profile they drift off while their score
   * stays near 1, but then they also depend on the crop: looks at a wider and at a turned one tell.
   */
  async trust(picture: FrameSource, face: MeasuredFace): Promise<number> {
    const { square, pose, box } = face;
    if (!isDoubtful(face)) return 1;
    const looks = [
      { ...square, size: square.size * 1.25 },
      { ...square, angle: square.angle - 0.25 * Math.sign(pose.yaw) },
    ];
    const { landmarks } = await this.inSquare(picture, square);
    let off = 0;
    for (const look of looks) {
      const again = await this.inSquare(picture, look);
      off += meanDistance(again.landmarks, landmarks) / Math.hypot(box.width, box.height) / looks.length;
    }
    return fall(off, STEADY_LIMIT, DRIFT_LIMIT);
  }

  /** The plain network's landmarks of the face that fills a square of the picture. */
  inSquare(picture: FrameSource, square: Square): Promise<MeasuredFace> {
    return this.look(this.plain, picture, square);
  }

  private async look(session: ModelSession, picture: FrameSource, square: Square): Promise<MeasuredFace> {
    cropToTensor(picture, square, SIDE, SCALE, this.input);
    const outputs = await session.run({ input: this.input });
    const landmarks = new Float32Array(landmarkCount * 3);
    const k = square.size / SIDE;
    const cos = Math.cos(square.angle) * k;
    const sin = Math.sin(square.angle) * k;
    for (let i = 0; i < landmarks.length; i += 3) {
      const x = outputs['landmarks'][i] - SIDE / 2;
      const y = outputs['landmarks'][i + 1] - SIDE / 2;
      landmarks[i] = square.cx + cos * x - sin * y;
      landmarks[i + 1] = square.cy + sin * x + cos * y;
      landmarks[i + 2] = outputs['landmarks'][i + 2] * k;
    }
    return {
      box: boxOfLandmarks(landmarks),
      landmarks,
      score: 1 / (1 + Math.exp(-outputs['score'][0])),
      pose: estimatePose(landmarks),
      square,
    };
  }
}
