import type { ContentCheck } from './content/contentCheck';
import type { TrackedFrame } from './faces/tracker';
import { secondsOf, type MediaInfo } from './media/mediaInfo';
import type { Stopwatch } from './progress';

/**
 * Lets the frames of a video pass that the content check has no objection to; throws `content-refused` at the first other one.
 * `earlier` is what the check has remembered of the frames before, where these are not all.
 */
export async function* checkedFrames(
  frames: AsyncIterable<TrackedFrame>,
  check: ContentCheck,
  info: MediaInfo,
  watch: Stopwatch,
  earlier?: string,
): AsyncGenerator<TrackedFrame, undefined> {
  if (earlier === undefined) check.begin();
  else check.restore(earlier);
  for await (const tracked of frames) {
    const { index } = tracked.frame;
    const now = secondsOf(info, index);
    const next = index + 1 < info.frames ? secondsOf(info, index + 1) : now;
    if (check.isDue(tracked, next)) await watch.time('content check', () => check.frame(tracked, now));
    yield tracked;
  }
}
