import type { TrackedFace } from './faces/face';
import type { Frame } from './image/frame';
import type { FrameLabel } from './media/label';
import type { FrameProcessor } from './processors/processor';
import type { Stopwatch } from './progress';

/**
 * Runs processors over the chosen faces of a frame, and puts the label over what comes of it: with the last processors only, or it
 * would be there twice. Returns how many faces they were given.
 */
export async function processFaces(
  frame: Frame,
  all: readonly TrackedFace[],
  chosen: readonly TrackedFace[],
  processors: readonly FrameProcessor[],
  watch: Stopwatch,
  label?: FrameLabel,
): Promise<number> {
  const faces = chosen.filter((face) => face.strength > 0);
  for (const processor of processors) {
    const wanted = processor.allFaces ? all.filter((face) => face.strength > 0) : faces;
    if (wanted.length === 0) continue;
    await watch.time(processor.name, () => processor.process(frame, wanted));
  }
  label?.draw(frame);
  return faces.length;
}
