import type { FaceTracker, TrackedFrame } from './faces/tracker';
import type { FrameReader } from './media/frameReader';
import type { Stopwatch } from './progress';

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
