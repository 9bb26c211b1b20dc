import { stat } from 'node:fs/promises';
import type { SwapJob } from '../../protocol/job';
import type { FrameHint, PreviewRequest } from '../../protocol/preview';
import type { PipelineContext } from '../context';
import type { OpenFaceModels } from '../faceModels';
import type { FaceSelector } from '../faces/select';
import { photoFilesOf } from '../jobPhotos';
import type { MediaInfo } from '../media/mediaInfo';
import { checkPhoto, probeMedia } from '../media/probe';
import { findMediaTools, type MediaTools } from '../media/tools';
import { openContentCheck, type OpenContentCheck } from '../openContentCheck';
import { openFaceModelsFor } from '../openModelsFor';
import { openProcessors } from '../openProcessors';
import { openSelector } from '../openSelector';
import type { FrameProcessor } from '../processors/processor';
import { FrameCursor } from './frameCursor';
import { Kept } from './kept';

interface Target {
  info: MediaInfo;
  tools: MediaTools;
  cursor: FrameCursor;
}

interface Looked {
  content: OpenContentCheck;
  /** Frames of the target that it has let pass. */
  passed: Set<number>;
}

interface Ready {
  selector: FaceSelector;
  processors: FrameProcessor[];
}

/** What a preview needs of a job, open. */
export interface WarmJob extends Target, Looked, Ready {
  models: OpenFaceModels;
}

const targets = new Kept<Target>(({ cursor }) => cursor.close());
const networks = new Kept<OpenFaceModels>((models) => models.close());
/** Outlives changes of everything that is no matter of content. */
const checks = new Kept<Looked>(({ content }) => content.close());
const jobs = new Kept<Ready>(async ({ processors }) => {
  for (const processor of processors) await processor.close();
});

/** Opens what a job needs for a preview, or what of it is not open from the last time. Throws what opening a job throws. */
export async function warmJob(
  { job, frame, perPixel }: PreviewRequest,
  context: PipelineContext,
): Promise<WarmJob> {
  const { execution, models: chosen } = job;
  const where = JSON.stringify([job.target, await stampOf(job.target), job.tools]);
  const how = JSON.stringify([execution, chosen, job.processors, job.processing?.swapper.model]);
  const photos = photoFilesOf(job);
  const stamps = await Promise.all(photos.map(stampOf));
  const what = JSON.stringify([where, how, stamps, essenceOf(job)]);
  const { sources, faceMap, smallFaces, contentSensitivity } = job;
  const shown = JSON.stringify([where, how, stamps, sources, faceMap, smallFaces, contentSensitivity]);
  const target = await targets.get(where, async () => {
    const tools = await findMediaTools(job.tools);
    const info = await probeMedia(job.target, tools, context.signal);
    const cursor = new FrameCursor(info, tools);
    // Networks take longer to open than a copy needs for its first seconds.
    cursor.stockCopy(frame, perPixel);
    return { tools, info, cursor };
  });
  const models = await networks.get(how, async () => {
    // What was made with the old networks goes with them.
    await jobs.forget();
    return openFaceModelsFor(job, context);
  });
  // Before anything is made of the sources.
  const looked = await checks.get(shown, async () => {
    for (const photo of photos) await checkPhoto(photo);
    return { content: await openContentCheck(job, target.info, context), passed: new Set<number>() };
  });
  const ready = await jobs.get(what, async () => {
    let processors: FrameProcessor[] = [];
    try {
      processors = await openProcessors(job, models, context);
      const selector = await openSelector(job, target.info, target.tools, models, context);
      return { processors, selector };
    } catch (error) {
      for (const processor of processors) await processor.close();
      throw error;
    }
  });
  return { ...target, ...looked, ...ready, models };
}

/** Decodes what somebody may want next, where the target is open. */
export function expectOf({ file, frame, perPixel }: FrameHint): void {
  const { value } = targets;
  if (value?.info.file === file) value.cursor.expect(frame, perPixel);
}

/** Ends what is done ahead of time for the target that is open. */
export async function restTarget(): Promise<void> {
  await targets.value?.cursor.rest();
}

/** Gives back everything that is open. */
export async function forgetAll(): Promise<void> {
  await jobs.forget();
  await checks.forget();
  await networks.forget();
  await targets.forget();
}

/** What of a job decides how a frame looks. */
function essenceOf(job: SwapJob): unknown {
  const { sources, sourceFaces, faceMap, processors, selection, smallFaces, processing } = job;
  return [sources, sourceFaces, faceMap, processors, selection, smallFaces, processing];
}

/** Changes when a file does. */
async function stampOf(file: string): Promise<number[]> {
  const found = await stat(file).catch(() => undefined);
  return found ? [found.size, found.mtimeMs] : [];
}
