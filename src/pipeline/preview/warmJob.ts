import { stat } from 'node:fs/promises';
import type { SwapJob } from '../../protocol/job';
import type { PipelineContext } from '../context';
import { openFaceModels, type OpenFaceModels } from '../faceModels';
import type { FaceSelector } from '../faces/select';
import { photoFilesOf } from '../jobPhotos';
import type { MediaInfo } from '../media/mediaInfo';
import { checkPhoto, probeMedia } from '../media/probe';
import { findMediaTools, type MediaTools } from '../media/tools';
import { openContentCheck, type OpenContentCheck } from '../openContentCheck';
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

interface Ready {
  content: OpenContentCheck;
  selector: FaceSelector;
  processors: FrameProcessor[];
}

/** What a preview needs of a job, open. */
export interface WarmJob extends Target, Ready {
  models: OpenFaceModels;
}

const targets = new Kept<Target>(({ cursor }) => cursor.close());
const networks = new Kept<OpenFaceModels>((models) => models.close());
const jobs = new Kept<Ready>(async ({ content, processors }) => {
  await content.close();
  for (const processor of processors) await processor.close();
});

/** Opens what a job needs, or what of it is not open from the last time. Throws what opening a job throws. */
export async function warmJob(job: SwapJob, context: PipelineContext): Promise<WarmJob> {
  const { execution, models: chosen } = job;
  const where = JSON.stringify([job.target, await stampOf(job.target), job.tools]);
  const how = JSON.stringify([execution, chosen]);
  const photos = photoFilesOf(job);
  const what = JSON.stringify([where, how, await Promise.all(photos.map(stampOf)), essenceOf(job)]);
  const target = await targets.get(where, async () => {
    const tools = await findMediaTools(job.tools);
    const info = await probeMedia(job.target, tools, context.signal);
    return { tools, info, cursor: new FrameCursor(info, tools) };
  });
  const models = await networks.get(how, async () => {
    // What was made with the old networks goes with them.
    await jobs.forget();
    return openFaceModels(execution, context.onLog, chosen);
  });
  const ready = await jobs.get(what, async () => {
    for (const photo of photos) await checkPhoto(photo);
    const content = await openContentCheck(job, target.info, context);
    let processors: FrameProcessor[] = [];
    try {
      processors = await openProcessors(job, models, context);
      const selector = await openSelector(job, target.info, target.tools, models, context);
      return { content, processors, selector };
    } catch (error) {
      await content.close();
      for (const processor of processors) await processor.close();
      throw error;
    }
  });
  return { ...target, ...ready, models };
}

/** Gives back everything that is open. */
export async function forgetAll(): Promise<void> {
  await jobs.forget();
  await networks.forget();
  await targets.forget();
}

/** What of a job decides how a frame looks. */
function essenceOf(job: SwapJob): unknown {
  const { sources, sourceFaces, faceMap, processors, selection, smallFaces, processing } = job;
  const { contentSensitivity } = job;
  return [sources, sourceFaces, faceMap, processors, selection, smallFaces, processing, contentSensitivity];
}

/** Changes when a file does. */
async function stampOf(file: string): Promise<number[]> {
  const found = await stat(file).catch(() => undefined);
  return found ? [found.size, found.mtimeMs] : [];
}
