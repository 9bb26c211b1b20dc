import { stat } from 'node:fs/promises';
import sharp from 'sharp';
import type { TargetFacts } from '../protocol/analysis';
import type { ToolPaths } from '../protocol/job';
import type { Still } from '../protocol/report';
import type { PipelineContext } from './context';
import { videoStillJpeg } from './media/still';
import { frameSeconds, type MediaInfo } from './media/mediaInfo';
import { probeMedia } from './media/probe';
import { findMediaTools, type MediaTools } from './media/tools';

/** One moment of a video, upright, or an image, at most `maxWidth` pixels wide. Times beyond the end give the last frame. */
export async function takeStill(
  request: { file: string; seconds: number; maxWidth: number; tools: ToolPaths },
  context: PipelineContext,
): Promise<Still> {
  const { file, seconds, maxWidth } = request;
  const { tools, info } = await look(file, request.tools);
  const picture = info.kind === 'image' ? file : await videoStillJpeg(info, seconds, tools, context.signal);
  const { data, info: size } = await sharp(picture)
    .autoOrient()
    .resize({ width: maxWidth, withoutEnlargement: true })
    .flatten({ background: '#808080' })
    .jpeg({ quality: 90 })
    .toBuffer({ resolveWithObject: true });
  return {
    jpegBase64: data.toString('base64'),
    width: size.width,
    height: size.height,
    durationSeconds: info.durationSeconds,
    frameSeconds: frameSeconds(info),
  };
}

/** What people want to know of a target at once. */
export async function readFacts(request: { file: string; tools: ToolPaths }): Promise<TargetFacts> {
  const { info } = await look(request.file, request.tools);
  return describeTarget(info);
}

/** The facts of a target out of what probing it tells. */
export function describeTarget(info: MediaInfo): TargetFacts {
  const isVideo = info.kind === 'video';
  return {
    file: info.file,
    kind: info.kind,
    width: info.displayWidth,
    height: info.displayHeight,
    frames: info.frames,
    durationSeconds: isVideo ? info.durationSeconds : 0,
    fps: isVideo ? info.frameRate.num / info.frameRate.den : 0,
    codec: info.codec,
    container: info.container,
    audio: info.audio.map(({ codec }) => codec),
  };
}

interface Looked {
  tools: MediaTools;
  info: MediaInfo;
}

/** The files looked at last. Who goes through two videos frame by frame must not wait for them to be probed each time. */
const known = new Map<string, Promise<Looked>>();
const mostKnown = 4;

async function look(file: string, paths: ToolPaths): Promise<Looked> {
  const { mtimeMs, size } = await stat(file).catch(() => ({ mtimeMs: 0, size: 0 }));
  const key = JSON.stringify([file, mtimeMs, size, paths]);
  const before = known.get(key);
  if (before) return before;
  const looking = findMediaTools(paths).then(async (tools) => ({
    tools,
    info: await probeMedia(file, tools),
  }));
  known.set(key, looking);
  looking.catch(() => known.delete(key));
  for (const oldest of known.keys()) if (known.size > mostKnown) known.delete(oldest);
  return looking;
}
