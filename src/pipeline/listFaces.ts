import { FaceSwapError } from '../protocol/errors';
import type { ExecutionOptions, ModelChoice, ToolPaths } from '../protocol/job';
import type { FacesReport } from '../protocol/report';
import type { PipelineContext } from './context';
import { openFaceModels } from './faceModels';
import { describeFaces } from './faces/identify';
import { frameAt } from './frameAt';
import { probeMedia } from './media/probe';
import { findMediaTools } from './media/tools';

/** The faces of an image, or of one frame of a video, from left to right. Throws `no-reference-face` for a frame beyond the end. */
export async function listFaces(
  request: {
    file: string;
    tools: ToolPaths;
    execution: ExecutionOptions;
    models?: ModelChoice;
    frame: number;
  },
  context: PipelineContext,
): Promise<FacesReport> {
  const { file } = request;
  const tools = await findMediaTools(request.tools);
  const info = await probeMedia(file, tools, context.signal);
  if (request.frame >= info.frames)
    throw new FaceSwapError('no-reference-face', { file, frame: request.frame, frames: info.frames });
  const frame = await frameAt(info, request.frame, tools, context.signal);
  const models = await openFaceModels(request.execution, context.onLog, request.models);
  try {
    const { width, height } = info.format;
    return { file, width, height, faces: await describeFaces(models, frame) };
  } finally {
    await models.close();
  }
}
