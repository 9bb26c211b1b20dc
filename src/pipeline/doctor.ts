import { findModel } from '../models';
import { FaceSwapError } from '../protocol/errors';
import { describeError } from '../protocol/errorText';
import {
  videoEncoders,
  type ExecutionOptions,
  type ExecutionProvider,
  type ToolPaths,
} from '../protocol/job';
import type { DoctorReport } from '../protocol/report';
import { faceModelIds } from './faceModels';
import { openSession } from './inference/session';
import { findMediaTools } from './media/tools';

type Check = DoctorReport['checks'][number];

/** Looks at everything a job needs, one thing after the other, and never throws for what it finds. */
export async function runDoctor(request: {
  tools: ToolPaths;
  execution: ExecutionOptions;
}): Promise<DoctorReport> {
  const checks = [...(await checkTools(request.tools)), ...(await checkModels())];
  for (const provider of request.execution.providers) {
    checks.push(await checkProvider(provider, request.execution));
  }
  // A provider that cannot run is worth knowing, but the next one takes over.
  const needed = checks.filter((check) => !check.name.startsWith('provider '));
  const anyProvider = checks.some((check) => check.name.startsWith('provider ') && check.ok);
  return { ok: anyProvider && needed.every((check) => check.ok), checks };
}

async function checkTools(paths: ToolPaths): Promise<Check[]> {
  try {
    const { ffmpeg, ffprobe } = await findMediaTools(paths);
    const encoders = videoEncoders.filter((name) => ffmpeg.encoders.has(name));
    return [
      { name: 'ffmpeg', ok: true, detail: `${ffmpeg.version} at ${ffmpeg.path} (${ffmpeg.from})` },
      { name: 'ffprobe', ok: true, detail: `${ffprobe.version} at ${ffprobe.path} (${ffprobe.from})` },
      { name: 'encoders', ok: encoders.length > 0, detail: encoders.join(', ') || 'none that can be used' },
    ];
  } catch (error) {
    return [failed('ffmpeg', error)];
  }
}

async function checkModels(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const id of faceModelIds) {
    try {
      const { path } = await findModel(id);
      checks.push({ name: `model ${id}`, ok: true, detail: path });
    } catch (error) {
      checks.push(failed(`model ${id}`, error));
    }
  }
  return checks;
}

async function checkProvider(provider: ExecutionProvider, execution: ExecutionOptions): Promise<Check> {
  const name = `provider ${provider}`;
  try {
    const { path } = await findModel('face_detector');
    const session = await openSession(path, { providers: [provider], threads: execution.threads });
    await session.release();
    return { name, ok: true, detail: session.reason };
  } catch (error) {
    return failed(name, error);
  }
}

function failed(name: string, error: unknown): Check {
  if (!(error instanceof FaceSwapError)) throw error;
  return { name, ok: false, detail: describeError(error) };
}
