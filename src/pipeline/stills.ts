import sharp from 'sharp';
import type { ToolPaths } from '../protocol/job';
import type { Still } from '../protocol/report';
import type { PipelineContext } from './context';
import { videoStillJpeg } from './media/still';
import { frameSeconds } from './media/mediaInfo';
import { probeMedia } from './media/probe';
import { findMediaTools } from './media/tools';

/** One moment of a video, upright, or an image, at most `maxWidth` pixels wide. Times beyond the end give the last frame. */
export async function takeStill(
  request: { file: string; seconds: number; maxWidth: number; tools: ToolPaths },
  context: PipelineContext,
): Promise<Still> {
  const { file, seconds, maxWidth } = request;
  const tools = await findMediaTools(request.tools);
  const info = await probeMedia(file, tools, context.signal);
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
