import { FaceSwapError } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import { FaceSelector, findReference, onlyLike, type ReferenceFace } from './faces/select';
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
  const { selection, smallFaces } = job;
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
  const frame = await frameAt(info, selection.referenceFrameNumber, tools, context.signal);
  const place = { file: job.target, ...(info.kind === 'video' && { frame: selection.referenceFrameNumber }) };
  const reference = await findReference(models, frame, selection, smallFaces, place);
  if (reference.position < selection.referenceFacePosition)
    context.onLog('warn', describeFewer(reference, job, info));
  return new FaceSelector(recognizer, onlyLike(reference), selection.similarFaceDistance, false);
}

function describeFewer({ faces, position }: ReferenceFace, { selection }: SwapJob, info: MediaInfo): string {
  const { referenceFacePosition: wanted, referenceFrameNumber: frame } = selection;
  const where = info.kind === 'video' ? `Frame ${frame} of the target` : 'The target';
  const has = `${faces} ${faces === 1 ? 'face' : 'faces'}, counted from 0 from left to right`;
  return `${where} has ${has}, and none with the number ${wanted}; the rightmost one, number ${position}, is the reference face`;
}
