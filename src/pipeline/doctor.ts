import { findModel, verifyBuiltIn } from '../models';
import { toldFailure } from '../protocol/providerText';
import { FaceSwapError } from '../protocol/errors';
import { describeError } from '../protocol/errorText';
import {
  isDefaultOrder,
  videoEncoders,
  type ExecutionOptions,
  type ExecutionProvider,
  type ToolPaths,
} from '../protocol/job';
import type { DoctorReport } from '../protocol/report';
import { listGpus } from './gpu/smi';
import { pinGpu, visibleGpu } from './gpu/device';
import { belongsHere } from './inference/providers';
import { runtimeFolder, runtimeTrouble } from './inference/runtime';
import { runtimeVersion } from './inference/tryProvider';
import { openModel } from './openModel';
import { findMediaTools } from './media/tools';

type Check = DoctorReport['checks'][number];

/** Looks at everything a job needs, one thing after the other, and never throws for what it finds. */
export async function runDoctor(request: {
  tools: ToolPaths;
  execution: ExecutionOptions;
}): Promise<DoctorReport> {
  const { providers } = request.execution;
  await pinGpu();
  const checks = [...(await checkTools(request.tools)), ...(await checkModels()), ...(await checkRuntime())];
  for (const provider of isDefaultOrder(providers) ? providers.filter(belongsHere) : providers) {
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
    return [failed(toolOf(error) ?? 'ffmpeg', error)];
  }
}

/** Every built-in model: without the check of the content no job runs either. */
async function checkModels(): Promise<Check[]> {
  return (await verifyBuiltIn()).map(({ record, path, error }) =>
    error ? failed(`model ${record.id}`, error) : { name: `model ${record.id}`, ok: true, detail: path },
  );
}

/** The runtime and NVIDIA's GPUs; a machine without one lacks nothing. */
async function checkRuntime(): Promise<Check[]> {
  const where = `onnxruntime ${runtimeVersion} in ${runtimeFolder}`;
  const runtime = { name: 'runtime', ok: runtimeTrouble === undefined };
  const chosen = process.env['FACE_SWAP_RUNTIME'] ?? '';
  const detail = runtime.ok ? where : `${where}, because ${chosen} cannot be used: ${runtimeTrouble}`;
  const gpus = await listGpus();
  const used = visibleGpu(gpus, process.env);
  return [
    { ...runtime, detail },
    ...gpus.map(({ uuid, name, driver, totalMb, freeMb }) => ({
      name: `GPU ${uuid}`,
      ok: true,
      detail: `${name}, driver ${driver}, ${freeMb ?? '?'} of ${totalMb ?? '?'} MB free${uuid === used?.uuid ? ', used for CUDA' : ''}`,
    })),
  ];
}

async function checkProvider(provider: ExecutionProvider, execution: ExecutionOptions): Promise<Check> {
  const name = `provider ${provider}`;
  try {
    const { path } = await findModel('face_recognizer');
    const session = await openModel(path, { ...execution, providers: [provider], onGpuUnavailable: 'warn' });
    await session.release();
    return { name, ok: true, detail: session.choice.reason };
  } catch (error) {
    const failure = error instanceof FaceSwapError ? toldFailure(error.facts) : undefined;
    return failure ? { name, ok: false, detail: failure.why, cure: failure.cure } : failed(name, error);
  }
}

const toolOf = (error: unknown) =>
  error instanceof FaceSwapError ? error.facts['tool']?.toString() : undefined;

function failed(name: string, error: unknown): Check {
  if (!(error instanceof FaceSwapError)) throw error;
  return { name, ok: false, detail: describeError(error) };
}
