import type { AnalysisRequest, FrameSpan, TargetAnalysis } from '../../protocol/analysis';
import type { PipelineContext } from '../context';
import { openFaceModels, type OpenFaceModels } from '../faceModels';
import { findFaces } from '../faces/find';
import { FaceTracker } from '../faces/tracker';
import { FramePool } from '../media/framePool';
import { openFrameReader } from '../media/frameReader';
import { readImage } from '../media/images';
import type { MediaInfo } from '../media/mediaInfo';
import { probeMedia } from '../media/probe';
import { findMediaTools, type MediaTools } from '../media/tools';
import { Speedometer, Stopwatch } from '../progress';
import { describeTarget } from '../stills';
import { trackedFrames } from '../trackedFrames';
import { Glance } from './glance';
import { peopleOf } from './people';
import { gapsBetween } from './spans';
import { SeenTrack } from './trackViews';

/** What one way through the target has seen. */
interface Seen {
  cuts: number[];
  tracks: SeenTrack[];
}

/**
 * Who is seen in a video or a picture, when, and where its scenes are cut; decodes the file once. Progress is told as stage
 * `analyse`. Throws what probing, opening the models and reading frames throw, and `cancelled`.
 */
export async function analyseTarget(
  request: AnalysisRequest,
  context: PipelineContext,
): Promise<TargetAnalysis> {
  const tools = await findMediaTools(request.tools);
  const info = await probeMedia(request.file, tools, context.signal);
  await context.gate?.pass(context.signal);
  const models = await openFaceModels(request.execution, context.onLog, request.models);
  try {
    const seen =
      info.kind === 'image'
        ? await lookAtPicture(request, info, models)
        : await lookThrough(request, info, tools, models, context);
    const spans = seen.tracks.map(({ span }): FrameSpan => span);
    return {
      ...describeTarget(info),
      cuts: seen.cuts,
      ...(await peopleOf(seen.tracks)),
      withoutFace: gapsBetween(spans, info.frames),
    };
  } finally {
    await models.close();
  }
}

async function lookThrough(
  { smallFaces }: AnalysisRequest,
  info: MediaInfo,
  tools: MediaTools,
  models: OpenFaceModels,
  { signal, gate, onProgress }: PipelineContext,
): Promise<Seen> {
  const provider = models.providers.find((one) => one.provider !== 'cpu')?.provider ?? 'cpu';
  const pool = new FramePool(info.format, FaceTracker.lookAhead + 2);
  const reader = openFrameReader(info, tools, { pool, signal });
  const meter = new Speedometer(gate?.now);
  const glance = new Glance(info.frames);
  const tracks = new Map<number, SeenTrack>();
  const cuts: number[] = [];
  try {
    const tracker = new FaceTracker({ models, smallFaces });
    for await (const { frame, faces, startsScene } of trackedFrames(reader, tracker, new Stopwatch())) {
      if (startsScene && frame.index > 0) cuts.push(frame.index);
      for (const face of faces) {
        const track = tracks.get(face.trackId) ?? new SeenTrack(face.trackId, frame.index);
        tracks.set(face.trackId, track);
        await track.add(frame, face, info.rotation, models.recognizer);
      }
      glance.add(frame.index, faces.length);
      pool.give(frame);
      const done = frame.index + 1;
      onProgress({
        stage: 'analyse',
        frame: done,
        total: info.frames,
        ...meter.measure(done, info.frames),
        faces: glance.parts,
        provider,
      });
      await gate?.pass(signal);
    }
  } finally {
    await reader.close();
  }
  return { cuts, tracks: [...tracks.values()] };
}

async function lookAtPicture(
  { smallFaces }: AnalysisRequest,
  info: MediaInfo,
  models: OpenFaceModels,
): Promise<Seen> {
  const picture = await readImage(info);
  const tracks: SeenTrack[] = [];
  for (const { face: rough } of await findFaces(models, picture, { smallFaces })) {
    const track = new SeenTrack(tracks.length + 1, 0);
    const face = await models.landmarker.settle(picture, rough);
    await track.add(
      picture,
      { ...face, ...(rough.points && { points: rough.points }) },
      0,
      models.recognizer,
    );
    tracks.push(track);
  }
  return { cuts: [], tracks };
}
