import path from 'node:path';
import type { SwapJob } from '../protocol/job';
import { credentialsBeside } from '../protocol/provenance';
import type { ProviderChoice } from '../protocol/report';
import { factsOf, markResult, tagsOf } from './marking';
import type { MediaInfo } from './media/mediaInfo';
import { joinSegments } from './media/mux';
import { extensionOf, publish, publishBoth } from './media/output';
import { checkFreeSpace, estimateBytes, planSegments, type Segment } from './media/segments';
import { verifyResult } from './media/verify';
import type { JobRoad } from './passWork';
import type { Rendered } from './swapVideo';

/** About 20 seconds of film: long enough that the key frame at a joint costs nothing. */
const segmentFrames = 500;

/** Cuts the job into segments of `folder`. Throws `disk-full` when its disk cannot take them. */
export async function planJob(info: MediaInfo, job: SwapJob, folder: string): Promise<Segment[]> {
  await checkFreeSpace(folder, estimateBytes(info, job.encoding));
  return planSegments(info.frames, segmentFrames, folder);
}

/** Joins the segments, marks and verifies the result and publishes it; `meanwhile` takes no longer than that, as a rule. */
export async function finishVideo(
  road: JobRoad,
  segments: readonly Segment[],
  scratch: string,
  providers: readonly ProviderChoice[],
  meanwhile: () => Promise<unknown>,
): Promise<Pick<Rendered, 'audio' | 'warnings' | 'credentials'>> {
  const { job, info, tools, context, watch } = road;
  const extension = extensionOf(job.output);
  const facts = factsOf(job, providers);
  const joined = path.join(scratch, `joined${extension}`);
  const { skipAudio, encoder } = job.encoding;
  const { signal } = context;
  context.onProgress({ stage: 'join', frame: info.frames, total: info.frames, fps: 0 });
  const tags = await tagsOf(facts, job, extension, tools, signal);
  const options = { extension, encoder, skipAudio, tags, signal };
  const [{ audio, audioStreams, warnings }] = await Promise.all([
    watch.time('join', () => joinSegments(segments, info, joined, options, tools)),
    meanwhile(),
  ]);
  context.onProgress({ stage: 'verify', frame: info.frames, total: info.frames, fps: 0 });
  const marked = await watch.time('mark', () => markResult(road, facts, joined));
  await watch.time('verify', () => verifyResult(marked.file, info, audioStreams, tools, signal));
  if (marked.beside === undefined) {
    await publish(marked.file, job.output, job.overwrite);
    return { audio, warnings };
  }
  const credentials = credentialsBeside(job.output);
  await publishBoth(marked.file, job.output, { temporary: marked.beside, file: credentials }, job.overwrite);
  return { audio, warnings, credentials };
}
