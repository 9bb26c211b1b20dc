import type { PhotoHint } from '../../protocol/analysis';
import type { SourceFace } from '../faces/identify';
import type { FrameSource } from '../image/region';
import { coveredForehead, eyeOpening } from './faceMeasures';

/**
 * Measured on 22 faces of group photos, 160–230 px wide, as they are and blurred: in focus they score 0.017–0.13, blurred by two
 * pixels 0.004–0.02. Full marks begin here, and 0.3 of them lies between the two.
 */
const SHARP = 0.04;
const SOFT = 0.3;
/** Degrees. A face at 31 still shows both cheeks, one at 58 does not. */
const TURNED = 35;
/** Pixels across; networks look at faces of 112 to 128. */
const SMALL = 112;
/** Of the forehead. Bare ones measure up to 0.10, hair across one side 0.29, a fringe 0.64. */
const FRINGE = 0.2;
/** Lids that are down or nearly so measure 0.10–0.17, a look down 0.28, open eyes 0.27–0.49. */
const SHUT = 0.2;

/** 0–1: how near a face is to being as sharp as a swap can use. */
export function shareOfSharp({ sharpness }: SourceFace): number {
  return Math.min(1, sharpness / SHARP);
}

/** What may spoil a source photo, in the face that is meant. */
export function photoHints(image: FrameSource, source: SourceFace): PhotoHint[] {
  const { box, pose, landmarks } = source.face;
  const hints: PhotoHint[] = [];
  if (Math.abs(pose.yaw) > TURNED) hints.push('turned-away');
  if (shareOfSharp(source) < SOFT) hints.push('blurred');
  if (Math.min(box.width, box.height) < SMALL) hints.push('small');
  if (coveredForehead(image, landmarks) > FRINGE) hints.push('fringe');
  if (eyeOpening(landmarks) < SHUT) hints.push('eyes-closed');
  return hints;
}
