import type { JobProblem } from '../protocol/problems';
import { checkedFrames } from './checkedFrames';
import { openFaceModelsFor } from './openModelsFor';
import { packFaces, facesFile } from './passFiles';
import { FaceTracker } from './faces/tracker';
import { FramePool } from './media/framePool';
import { openFrameReader } from './media/frameReader';
import { RecordWriter } from './media/records';
import type { Segment } from './media/segments';
import { openSelector } from './openSelector';
import type { PassProgress, PassWork } from './passWork';
import { ProblemFinder } from './problemFinder';
import { trackedFrames, trackerFor } from './trackedFrames';

/** Looks through the whole video once and writes down every frame's faces; loads the models that know faces, and no others. */
export async function facesPass(
  work: PassWork,
  segments: readonly Segment[],
  progress: PassProgress,
): Promise<{ framesWithSwap: number; facesSwapped: number; problems: JobProblem[] }> {
  const { job, info, tools, context, watch } = work;
  const models = await watch.time('models', () => openFaceModelsFor(job, context));
  const counts = { framesWithSwap: 0, facesSwapped: 0 };
  try {
    work.providers.push(...models.providers);
    const selector = await watch.time('source', () => openSelector(job, info, tools, models, context));
    const pool = new FramePool(info.format, FaceTracker.lookAhead + 2);
    const tracker = trackerFor(job, models, selector);
    const reader = openFrameReader(info, tools, { pool, signal: context.signal });
    const frames = checkedFrames(trackedFrames(reader, tracker, watch), work.content, info, watch);
    const problems = new ProblemFinder(info, context.onProblem);
    const write = async () => {
      for (const segment of segments) {
        const writer = await RecordWriter.open(facesFile(segment));
        try {
          for (let i = 0; i < segment.frames; i++) {
            const tracked = (await frames.next()).value!;
            const chosen = await watch.time('selection', () => selector.select(tracked));
            problems.add(tracked, chosen);
            await writer.write(packFaces({ all: tracked.faces, chosen }));
            pool.give(tracked.frame);
            const swapped = chosen.filter((face) => face.strength > 0).length;
            counts.facesSwapped += swapped;
            counts.framesWithSwap += swapped > 0 ? 1 : 0;
            progress(segment.firstFrame + i + 1, models.providers);
            await context.gate?.pass(context.signal);
          }
        } finally {
          await writer.close();
        }
      }
    };
    try {
      await watch.time('swap', write);
    } finally {
      await reader.close();
    }
    work.onLoaded();
    return { ...counts, problems: problems.finish() };
  } finally {
    await models.close();
  }
}
