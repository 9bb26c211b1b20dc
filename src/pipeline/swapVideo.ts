import { FaceSwapError } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import type { JobReport, Stage } from '../protocol/report';
import type { PipelineContext } from './context';
import { openFaceModels, type OpenFaceModels } from './faceModels';
import { FaceSelector, findReference } from './faces/select';
import type { TrackedFrame } from './faces/tracker';
import { frameAt } from './frameAt';
import { VramWatcher } from './gpu/vramWatcher';
import { checkOutputFits } from './media/containers';
import type { MediaInfo } from './media/mediaInfo';
import { checkOutput, extensionOf } from './media/output';
import { checkPhoto, probeMedia } from './media/probe';
import { findMediaTools, type MediaTools } from './media/tools';
import { openProcessors } from './openProcessors';
import type { FrameProcessor } from './processors/processor';
import { Stopwatch } from './progress';
import { renderImage } from './renderImage';
import { renderVideo } from './renderVideo';

/** A job with everything open that its frames pass through. */
export interface OpenJob {
  job: SwapJob;
  info: MediaInfo;
  tools: MediaTools;
  models: OpenFaceModels;
  selector: FaceSelector;
  processors: FrameProcessor[];
  context: PipelineContext;
  watch: Stopwatch;
  gpu: VramWatcher;
}

/** What rendering tells; the rest of the report is known without it. */
export interface Rendered {
  framesWithSwap: number;
  facesSwapped: number;
  audio: string;
  warnings: string[];
}

/**
 * The road from a job to its output file. The output appears only when it is complete and verified; whatever is
 * thrown (`FaceSwapError`), no scratch file and no process is left behind.
 */
export async function swapVideo(job: SwapJob, outer: PipelineContext): Promise<JobReport> {
  const gpu = VramWatcher.open();
  try {
    return await swapWatched(job, watched(outer, gpu), gpu);
  } finally {
    gpu.close();
  }
}

/** Adds to every progress message how full the GPU is. */
function watched(context: PipelineContext, gpu: VramWatcher): PipelineContext {
  return {
    ...context,
    onProgress(progress) {
      const { latest } = gpu;
      const vram = latest && { usedMb: latest.usedMb, totalMb: latest.totalMb };
      context.onProgress(vram ? { ...progress, vram } : progress);
    },
  };
}

async function swapWatched(job: SwapJob, context: PipelineContext, gpu: VramWatcher): Promise<JobReport> {
  const started = performance.now();
  const watch = new Stopwatch();
  const enter = (stage: Stage) => context.onProgress({ stage, frame: 0, total: 0, fps: 0 });

  enter('probe');
  const { tools, info } = await watch.time('probe', () => openTarget(job, context));
  enter('models');
  const models = await watch.time('models', () => openFaceModels(job.execution, context.onLog, job.models));
  let processors: FrameProcessor[] = [];
  try {
    enter('source');
    const { selector } = await watch.time('source', async () => {
      processors = await openProcessors(job, models, context);
      return { selector: await openSelector(job, info, tools, models, context) };
    });
    const open: OpenJob = { job, info, tools, models, selector, processors, context, watch, gpu };
    const rendered = await (info.kind === 'image' ? renderImage(open) : renderVideo(open));
    return finishReport(open, rendered, (performance.now() - started) / 1000);
  } finally {
    for (const processor of processors) await processor.close();
    await models.close();
  }
}

/** Finds ffmpeg, looks at the inputs and makes sure before any work that the result can be written. */
async function openTarget(job: SwapJob, context: PipelineContext) {
  const tools = await findMediaTools(job.tools);
  for (const [name, tool] of Object.entries(tools) as [string, MediaTools['ffprobe']][]) {
    context.onLog('info', `${name} ${tool.version} (${tool.from}): ${tool.path}`);
  }
  for (const source of job.sources) await checkPhoto(source);
  const info = await probeMedia(job.target, tools, context.signal);
  context.onLog('info', describeMedia(info));
  await checkOutput(job.output, [job.target, ...job.sources], info.kind, job.overwrite);
  if (info.kind === 'video') checkOutputFits(info, extensionOf(job.output), job.encoding.encoder);
  return { tools, info };
}

async function openSelector(
  job: SwapJob,
  info: MediaInfo,
  tools: MediaTools,
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<FaceSelector> {
  const { selection, smallFaces } = job;
  if (selection.manyFaces) return new FaceSelector(models.recognizer, undefined, 0);
  if (selection.referenceFrameNumber >= info.frames) {
    const { referenceFrameNumber: frame } = selection;
    throw new FaceSwapError('no-reference-face', { file: job.target, frame, frames: info.frames });
  }
  const frame = await frameAt(info, selection.referenceFrameNumber, tools, context.signal);
  const place = { file: job.target, ...(info.kind === 'video' && { frame: selection.referenceFrameNumber }) };
  const reference = await findReference(models, frame, selection, smallFaces, place);
  return new FaceSelector(models.recognizer, reference, selection.similarFaceDistance);
}

/** Runs the processors over the chosen faces of a frame; returns how many faces they were given. */
export async function processFrame(
  tracked: TrackedFrame,
  { selector, processors, watch }: OpenJob,
): Promise<number> {
  const chosen = await watch.time('selection', () => selector.select(tracked));
  const faces = chosen.filter((face) => face.strength > 0);
  for (const processor of processors) {
    const wanted = processor.allFaces ? tracked.faces.filter((face) => face.strength > 0) : faces;
    if (wanted.length === 0) continue;
    await watch.time(processor.name, () => processor.process(tracked.frame, wanted));
  }
  return faces.length;
}

function finishReport(open: OpenJob, rendered: Rendered, seconds: number): JobReport {
  const { job, info, models, watch, gpu } = open;
  const swapSeconds = (watch.totals['swap'] ?? 0) / 1000;
  const warnings = [...info.conversions, ...rendered.warnings];
  if (rendered.facesSwapped === 0) warnings.push('no face was swapped: none in the target matched');
  return {
    output: job.output,
    frames: info.frames,
    framesWithSwap: rendered.framesWithSwap,
    facesSwapped: rendered.facesSwapped,
    seconds,
    fps: swapSeconds > 0 ? info.frames / swapSeconds : 0,
    width: info.displayWidth,
    height: info.displayHeight,
    providers: models.providers,
    peakMemoryMb: process.resourceUsage().maxRSS / 1024,
    ...(gpu.use && { gpu: gpu.use }),
    timings: watch.totals,
    audio: rendered.audio,
    warnings,
  };
}

function describeMedia(info: MediaInfo): string {
  const { displayWidth, displayHeight, codec, container } = info;
  if (info.kind === 'image') return `Target: ${codec} image, ${displayWidth}×${displayHeight}`;
  const rate = info.variableFrameRate
    ? 'variable frame rate'
    : `${(info.frameRate.num / info.frameRate.den).toFixed(3)} fps`;
  const audio = info.audio.map(({ codec: name }) => name).join(', ') || 'no audio';
  return `Target: ${codec} in ${container}, ${displayWidth}×${displayHeight}, ${rate}, ${info.frames} frames, ${info.pixelFormat}, ${audio}`;
}
