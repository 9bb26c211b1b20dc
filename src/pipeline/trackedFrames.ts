import type { SwapJob } from '../protocol/job';
import { defaultProcessing } from '../protocol/processing';
import type { FaceModels } from './faces/models';
import type { FaceSelector } from './faces/select';
import { FaceTracker, type TrackedFrame } from './faces/tracker';
import type { FrameReader } from './media/frameReader';
import type { Stopwatch } from './progress';

/**
 * What follows the faces of a job's target. Those that nothing will change are looked at less often; who they are the selector
 * knows from the frames that have left the tracker, so that it comes out the same every time.
 */
export function trackerFor(
  {
    processors,
    processing = defaultProcessing,
    smallFaces,
  }: Pick<SwapJob, 'processors' | 'processing' | 'smallFaces'>,
  models: Pick<FaceModels, 'detector' | 'landmarker' | 'hands'>,
  selector: FaceSelector,
): FaceTracker {
  const changesAll = processors.includes('face_enhancer') && processing.enhancer.faces === 'all';
  const isBystander = (trackId: number) => !changesAll && selector.isBystander(trackId);
  return new FaceTracker({ models, smallFaces, isBystander });
}

/** Every frame of the reader, in order, with its faces. */
export async function* trackedFrames(
  reader: FrameReader,
  tracker: FaceTracker,
  watch: Stopwatch,
): AsyncGenerator<TrackedFrame, undefined> {
  for (;;) {
    const frame = await watch.time('waiting for the decoder', () => reader.read());
    if (frame) await watch.time('faces', () => tracker.push(frame));
    else tracker.flush();
    for (let tracked = tracker.next(); tracked; tracked = tracker.next()) yield tracked;
    if (!frame) return;
  }
}
