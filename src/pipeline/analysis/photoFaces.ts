import type { PhotoFace, PhotoHint, PhotoReport, PhotoRequest } from '../../protocol/analysis';
import type { PipelineContext } from '../context';
import { openFaceModels } from '../faceModels';
import { identifySource, type SourceFace } from '../faces/identify';
import type { RgbImage } from '../image/region';
import { readRgb } from '../media/images';
import { checkPhoto } from '../media/probe';
import { coveredForehead, eyeOpening } from './faceMeasures';
import { cutThumbnail, encodeThumbnail } from './thumbnail';

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

/** Every face of a source photo from left to right, and what may spoil it. Throws `no-source-face` and what reading a photo throws. */
export async function describePhoto(request: PhotoRequest, context: PipelineContext): Promise<PhotoReport> {
  const { file } = request;
  await checkPhoto(file);
  const image = await readRgb(file);
  const models = await openFaceModels(request.execution, context.onLog, request.models);
  try {
    const found = await identifySource(models, image, file, 'leftmost');
    const area = ({ face: { box } }: SourceFace) => box.width * box.height;
    const largest = found.reduce((best, one) => (area(one) > area(best) ? one : best));
    const faces: PhotoFace[] = [];
    for (const [face, one] of found.entries()) {
      faces.push({
        face,
        thumbnail: await encodeThumbnail(cutThumbnail(image, one.face.box)),
        box: one.face.box,
        yaw: one.face.pose.yaw,
        sharpness: shareOfSharp(one),
        hints: hintsFor(image, one),
        largest: one === largest,
      });
    }
    return { file, width: image.width, height: image.height, faces };
  } finally {
    await models.close();
  }
}

function shareOfSharp({ sharpness }: SourceFace): number {
  return Math.min(1, sharpness / SHARP);
}

function hintsFor(image: RgbImage, source: SourceFace): PhotoHint[] {
  const { box, pose, landmarks } = source.face;
  const hints: PhotoHint[] = [];
  if (Math.abs(pose.yaw) > TURNED) hints.push('turned-away');
  if (shareOfSharp(source) < SOFT) hints.push('blurred');
  if (Math.min(box.width, box.height) < SMALL) hints.push('small');
  if (coveredForehead(image, landmarks) > FRINGE) hints.push('fringe');
  if (eyeOpening(landmarks) < SHUT) hints.push('eyes-closed');
  return hints;
}
