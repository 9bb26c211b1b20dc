import type { TrackedFace } from './faces/face';
import type { Frame } from './image/frame';
import type { FrameProcessor } from './processors/processor';
import type { Stopwatch } from './progress';

/** Runs processors over the chosen faces of a frame; returns how many faces they were given. */
export async function processFaces(
  frame: Frame,
  all: readonly TrackedFace[],
  chosen: readonly TrackedFace[],
  processors: readonly FrameProcessor[],
  watch: Stopwatch,
): Promise<number> {
  const faces = chosen.filter((face) => face.strength > 0);
  for (const processor of processors) {
    const wanted = processor.allFaces ? all.filter((face) => face.strength > 0) : faces;
    if (wanted.length === 0) continue;
    await watch.time(processor.name, () => processor.process(frame, wanted));
  }
  return faces.length;
}
