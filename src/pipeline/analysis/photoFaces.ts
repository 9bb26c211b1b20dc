import type { PhotoFace, PhotoReport, PhotoRequest } from '../../protocol/analysis';
import type { PipelineContext } from '../context';
import { openFaceModels } from '../faceModels';
import { identifySource, type SourceFace } from '../faces/identify';
import { readRgb } from '../media/images';
import { checkPhoto } from '../media/probe';
import { photoHints, shareOfSharp } from './photoHints';
import { cutThumbnail, encodeThumbnail } from './thumbnail';

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
        hints: photoHints(image, one),
        largest: one === largest,
      });
    }
    return { file, width: image.width, height: image.height, faces };
  } finally {
    await models.close();
  }
}
