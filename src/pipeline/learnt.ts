import { readFile, writeFile } from 'node:fs/promises';
import type { PipelineContext } from './context';
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

/** Gives processors that begin with a segment what was learnt before it, by whomever. What cannot be read is logged. */
export async function recall(
  processors: readonly FrameProcessor[],
  segments: readonly Segment[],
  first: number,
  onLog: PipelineContext['onLog'],
): Promise<void> {
  if (first === 0) return;
  for (const processor of processors) {
    // Who has nothing to remember wrote nothing down.
    if (!processor.restore || processor.snapshot?.() === undefined) continue;
    try {
      processor.restore(await readFile(learntFile(segments[first - 1], processor.name), 'utf8'));
    } catch (error) {
      onLog(
        'warn',
        `What ${processor.name} had learnt of the faces so far cannot be read (${reasonOf(error)}); it begins anew, and the next seconds may look a little different`,
      );
    }
  }
}

const reasonOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
