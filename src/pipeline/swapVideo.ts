import type { GpuRelease } from '../protocol/gpu';
import type { SwapJob } from '../protocol/job';
import type { MemoryLadder, PassState } from '../protocol/passes';
import type { JobProblem } from '../protocol/problems';
import { credentialsBeside } from '../protocol/provenance';
import type { JobReport, ProviderChoice } from '../protocol/report';
import type { ContentCheck } from './content/contentCheck';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import type { FaceSelector } from './faces/select';
import type { TrackedFrame } from './faces/tracker';
import { pinGpu } from './gpu/device';
import { VramWatcher } from './gpu/vramWatcher';
import { isNvidia, parseProviders } from './inference/providers';
import { JobFolder } from './jobFolder';
import { photoFilesOf } from './jobPhotos';
import { hasCredentialsBeside, openJobSigner } from './marking';
import { checkOutputFits } from './media/containers';
import { openLabel, type FrameLabel } from './media/label';
import type { MediaInfo } from './media/mediaInfo';
import { asDiskFull, checkFree, checkOutput, extensionOf } from './media/output';
import { checkPhoto, probeMedia } from './media/probe';
import { findMediaTools, type MediaTools } from './media/tools';
import { describeStep, stepDown, withLadder, worksOf } from './memoryLadder';
import { glanceAhead, openContentCheck } from './openContentCheck';
import type { JobRoad } from './passWork';
import type { ProblemFinder } from './problemFinder';
import { processFaces } from './processFaces';
import { checkProcessorFiles } from './processorFiles';
import type { FrameProcessor } from './processors/processor';
import type { Signer } from './provenance/cose';
import { Stopwatch } from './progress';
import { beginPasses, renderPasses } from './renderPasses';
import { swapTogether } from './swapTogether';
import { PeakMemory } from '../machine/treeMemory';

/** A job with everything open that its frames pass through. */
export interface OpenJob {
  job: SwapJob;
  info: MediaInfo;
  tools: MediaTools;
  models: OpenFaceModels;
  selector: FaceSelector;
  processors: FrameProcessor[];
  /** Goes over every frame when all processors are done with it. */
  label: FrameLabel | undefined;
  /** Sees every frame before it is changed. */
  content: ContentCheck;
  /** Signs what the output says about itself. */
  signer: Signer;
  /** Where its unfinished parts lie. */
  folder: JobFolder;
  context: PipelineContext;
  watch: Stopwatch;
  gpu: VramWatcher;
  memory: PeakMemory;
  /** Of a video: finds what may be wrong with stretches of it. */
  problems?: ProblemFinder;
}

/** What rendering tells; the rest of the report is known without it. */
export interface Rendered {
  framesWithSwap: number;
  facesSwapped: number;
  audio: string;
  warnings: string[];
  problems?: JobProblem[];
  credentials?: string;
}

/**
 * The road from a job to its output file. The output appears only when it is complete and verified; whatever is
 * thrown (`FaceSwapError`), no scratch file and no process is left behind.
 */
export async function swapVideo(job: SwapJob, outer: PipelineContext): Promise<JobReport> {
  const providers = parseProviders(job.execution.providers);
  const gpuForCuda = providers.some(isNvidia) ? await pinGpu(job.resume?.gpu?.uuid) : undefined;
  if (gpuForCuda !== undefined) outer.onLog('info', gpuForCuda.text);
  const [gpu, memory] = [VramWatcher.open(gpuForCuda?.uuid), new PeakMemory()];
  try {
    return await swapWatched(job, watched(outer, gpu), { gpu, memory });
  } catch (error) {
    throw asDiskFull(error, job.output);
  } finally {
    gpu.close();
    memory.close();
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

async function swapWatched(
  job: SwapJob,
  context: PipelineContext,
  watches: Pick<OpenJob, 'gpu' | 'memory'>,
): Promise<JobReport> {
  const watch = new Stopwatch(context.gate?.now);
  context.onProgress({ stage: 'probe', frame: 0, total: 0, fps: 0 });
  const { tools, info } = await watch.time('probe', () => openTarget(job, context));
  if (!job.resume) await watch.time('models', () => checkProcessorFiles(job, context));
  const label = await openLabel(job.label, info);
  const signer = await watch.time('mark', () => openJobSigner(job, context));
  const content = await watch.time('content check', () => openContentCheck(job, info, context));
  try {
    const { check } = content;
    await watch.time('content check', () => glanceAhead(check, info, tools, context.signal));
    const folder = await JobFolder.find(job, info, tools, context);
    const noted = noting(context, folder);
    const report = await swapChecked({
      job,
      info,
      tools,
      label,
      signer,
      folder,
      content: check,
      context: noted,
      watch,
      ...watches,
    });
    context.onLog('info', check.summary);
    return report;
  } finally {
    await content.close();
  }
}

async function swapChecked(road: JobRoad): Promise<JobReport> {
  const { job, info, context } = road;
  if (job.resume) return inPasses(road, job.resume);
  const { passes } = road.folder.saved;
  if (passes) return inPasses({ ...road, job: { ...job, resume: passes } }, passes);
  if (info.kind === 'video' && job.execution.memoryStrategy === 'sequential') {
    return inPasses(road, await beginPasses(road));
  }
  let ladder: MemoryLadder | undefined;
  for (;;) {
    const works = worksOf(job.processors);
    const { report, pending, full } = await swapTogether({ ...road, job: withLadder(job, ladder, 'faces') });
    if (report) return report;
    if (info.kind === 'video') return inPasses(road, await beginPasses(road, pending, full));
    const step = stepDown(job, ladder, works, full!.error);
    context.onLog('warn', describeStep(full!.error, step.told));
    ladder = step.ladder;
  }
}

/** Adds to every checkpoint a note in the job's folder. */
function noting(context: PipelineContext, folder: JobFolder): PipelineContext {
  const { onCheckpoint } = context;
  if (!onCheckpoint) return context;
  return {
    ...context,
    onCheckpoint(state) {
      folder.save({ passes: state });
      onCheckpoint(state);
    },
  };
}

async function inPasses(road: JobRoad, state: PassState): Promise<JobReport> {
  const rendered = await renderPasses(road, state);
  const { peakMemoryMb, gpu } = state;
  return {
    ...finishReport(road, rendered, state.providers, state.releases, state.seconds),
    peakMemoryMb,
    ...(gpu && { gpu }),
  };
}

/** Finds ffmpeg, looks at the inputs and makes sure before any work that the result can be written. */
async function openTarget(job: SwapJob, context: PipelineContext) {
  const tools = await findMediaTools(job.tools);
  for (const [name, tool] of Object.entries(tools) as [string, MediaTools['ffprobe']][]) {
    context.onLog('info', `${name} ${tool.version} (${tool.from}): ${tool.path}`);
  }
  const photos = photoFilesOf(job);
  for (const photo of photos) await checkPhoto(photo);
  const info = await probeMedia(job.target, tools, context.signal);
  context.onLog('info', describeMedia(info));
  const inputs = [job.target, ...photos];
  await checkOutput(job.output, inputs, info.kind, job.overwrite);
  const { output } = job;
  if (hasCredentialsBeside(extensionOf(output)))
    await checkFree(credentialsBeside(output), inputs, job.overwrite);
  if (info.kind === 'video') checkOutputFits(info, extensionOf(job.output), job.encoding.encoder);
  return { tools, info };
}

/** Runs the processors over the chosen faces of a frame; returns how many faces they were given. */
export async function processFrame(
  tracked: TrackedFrame,
  { selector, processors, label, watch, problems }: OpenJob,
): Promise<number> {
  const chosen = await watch.time('selection', () => selector.select(tracked));
  problems?.add(tracked, chosen);
  return processFaces(tracked.frame, tracked.faces, chosen, processors, watch, label);
}

/** What is told of a job that has succeeded. */
export function finishReport(
  { job, info, watch, gpu, memory }: JobRoad,
  rendered: Rendered,
  providers: ProviderChoice[],
  releases: GpuRelease[],
  seconds: number,
): JobReport {
  const swapSeconds = (watch.totals['swap'] ?? 0) / 1000;
  const warnings = [...info.conversions, ...rendered.warnings];
  if (rendered.facesSwapped === 0) warnings.push(`no face was swapped: ${whyNone(job)}`);
  return {
    output: job.output,
    frames: info.frames,
    framesWithSwap: rendered.framesWithSwap,
    facesSwapped: rendered.facesSwapped,
    seconds,
    fps: swapSeconds > 0 ? info.frames / swapSeconds : 0,
    width: info.displayWidth,
    height: info.displayHeight,
    providers,
    peakMemoryMb: memory.mb,
    ...(gpu.use && { gpu: gpu.use }),
    releases,
    timings: watch.totals,
    audio: rendered.audio,
    warnings,
    ...(rendered.problems && { problems: rendered.problems }),
    ...(rendered.credentials !== undefined && { credentials: rendered.credentials }),
  };
}

function whyNone({ faceMap, selection }: SwapJob): string {
  if (selection.manyFaces && !faceMap) return 'the target shows none';
  const who = faceMap ? 'the people of the face map' : 'the reference face';
  return `none in the target is like ${who}; allow a larger distance (--similar-face-distance, faceSwap.similarFaceDistance), or swap all faces (--many-faces, faceSwap.manyFaces)`;
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
