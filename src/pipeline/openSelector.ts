import { FaceSwapError } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import { FaceSelector, findReference, onlyLike, type ReferenceFace } from './faces/select';
import { firstWithFace } from './firstFace';
import { frameAt } from './frameAt';
import { openPeople } from './openPeople';
import type { MediaInfo } from './media/mediaInfo';
import type { MediaTools } from './media/tools';

/**
 * Who is to be swapped: finds the people of the face map, or else the reference face when not everybody is. Throws
 * `no-face-at-place` or `no-reference-face`.
 */
export async function openSelector(
  job: SwapJob,
  info: MediaInfo,
  tools: MediaTools,
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<FaceSelector> {
  const { selection } = job;
  const { recognizer } = models;
  if (job.faceMap) {
    const people = await openPeople(job, info, tools, models, context);
    return new FaceSelector(recognizer, people, selection.similarFaceDistance, job.sources.length > 0);
  }
  if (selection.manyFaces) return new FaceSelector(recognizer, [], 0, true);
  if (selection.referenceFrameNumber >= info.frames) {
    const { referenceFrameNumber: frame } = selection;
    throw new FaceSwapError('no-reference-face', { file: job.target, frame, frames: info.frames });
  }
  const reference = await openReference(job, info, tools, models, context);
  return new FaceSelector(recognizer, onlyLike(reference), selection.similarFaceDistance, false);
}

/** The reference face. A video that opens with nobody in view, such as a title, is looked through for the first face. */
async function openReference(
  job: SwapJob,
  info: MediaInfo,
  tools: MediaTools,
  models: OpenFaceModels,
  { signal, onLog }: PipelineContext,
): Promise<ReferenceFace> {
  const { selection, smallFaces, target: file } = job;
  const { referenceFrameNumber: number, referenceFacePosition: wanted } = selection;
  const isVideo = info.kind === 'video';
  let frame = await frameAt(info, number, tools, signal);
  let reference = await findReference(models, frame, wanted, smallFaces);
  if (!reference && isVideo && number === 0) {
    const later = await firstWithFace(info, tools, models, smallFaces, signal);
    if (!later) throw new FaceSwapError('no-reference-face', { file });
    frame = later;
    reference = await findReference(models, frame, wanted, smallFaces);
    onLog(
      'info',
      `Frame 0 of the target shows no face: the reference face is looked for in frame ${frame.index}`,
    );
  }
  if (!reference) throw new FaceSwapError('no-reference-face', { file, ...(isVideo && { frame: number }) });
  const where = isVideo ? `Frame ${frame.index} of the target` : 'The target';
  if (reference.position < wanted) onLog('warn', describeFewer(reference, wanted, where));
  return reference;
}

function describeFewer({ faces, position }: ReferenceFace, wanted: number, where: string): string {
  const has = `${faces} ${faces === 1 ? 'face' : 'faces'}, counted from 0 from left to right`;
  return `${where} has ${has}, and none with the number ${wanted}; the rightmost one, number ${position}, is the reference face`;
}
