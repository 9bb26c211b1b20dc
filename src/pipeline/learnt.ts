import { readFile, writeFile } from 'node:fs/promises';
import type { Segment } from './media/segments';
import type { FrameProcessor } from './processors/processor';

/** What a processor that learns as it goes knows after a segment. */
const learntFile = (segment: Segment, name: string): string => `${segment.file}.${name}`;

/** Writes down what processors have learnt up to the end of a segment. They stay in the scratch folder. */
export async function remember(processors: readonly FrameProcessor[], segment: Segment): Promise<void> {
  for (const processor of processors) {
    const learnt = processor.snapshot?.();
    if (learnt !== undefined) await writeFile(learntFile(segment, processor.name), learnt);
  }
}

/** Gives processors that begin with a segment what was learnt before it, by whomever. */
export async function recall(
  processors: readonly FrameProcessor[],
  segments: readonly Segment[],
  first: number,
): Promise<void> {
  if (first === 0) return;
  for (const processor of processors) {
    if (!processor.restore) continue;
    const file = learntFile(segments[first - 1], processor.name);
    const learnt = await readFile(file, 'utf8').catch(() => undefined);
    if (learnt !== undefined) processor.restore(learnt);
  }
}
