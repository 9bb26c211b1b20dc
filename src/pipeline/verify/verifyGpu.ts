import {
  chooseModel,
  findNeuralModel,
  listModels,
  modelPlaces,
  type InstalledNeuralModel,
} from '../../models';
import type { GpuRelease } from '../../protocol/gpu';
import { FaceSwapError } from '../../protocol/errors';
import type { VerifiedModel, VerifyReport, VerifyRequest } from '../../protocol/verify';
import type { PipelineContext } from '../context';
import { faceModelIds } from '../faceModels';
import { pinGpu } from '../gpu/device';
import { VramWatcher } from '../gpu/vramWatcher';
import { belongsHere, isNvidia, parseProviders } from '../inference/providers';
import { baselineOf, measureRelease, runningOn } from '../measuredRelease';
import { machineFacts } from './machineFacts';
import { shortName, type TrialNetwork } from './trial';
import { TrialProcess } from './trialProcess';
import { VramRecorder } from './vramRecorder';

/** Networks that are loaded together, as one processor's would be. */
interface Step {
  name: string;
  networks: TrialNetwork[];
}

/** A reading may take this long to show what has just been loaded. */
const nextReadingMs = 1500;

/** Sides of pictures for networks that take any. */
const usualSize = { face_swapper: 128, face_enhancer: 512 };

/** What the built-in engine looks for hands with. */
const hands = (['hand_detector', 'hand_landmarker'] as const).map((role): TrialNetwork => ({
  role,
  model: role,
}));

const without = {
  face_swapper: { model: 'mesh', state: 'built-in' },
  face_enhancer: { model: '', state: 'absent' },
} as const;

/**
 * Tries the networks that jobs would use, one processor's after the other's, each in a process of its own: what runs them, how
 * fast, and whether the memory of the GPU comes back in between. Throws `usage` for a GPU that is not there, and `cancelled`; whatever
 * else goes wrong is what the report is about.
 */
export async function verifyGpu(request: VerifyRequest, context: PipelineContext): Promise<VerifyReport> {
  const providers = parseProviders(request.execution.providers);
  const gpuForCuda = providers.some(isNvidia) ? await pinGpu() : undefined;
  if (gpuForCuda !== undefined) context.onLog('info', gpuForCuda.text);
  const facts = await machineFacts();
  const { steps, others } = await plan(request, context);
  const gpu = VramWatcher.open(gpuForCuda?.uuid);
  try {
    const recorder = new VramRecorder(gpu);
    const models: VerifiedModel[] = [];
    const releases: GpuRelease[] = [];
    for (const step of steps) {
      context.onLog('info', `Trying ${step.name}`);
      const { tried, release } = await tryStep(step, request, gpu, recorder, context);
      models.push(...tried);
      if (release) releases.push(release);
    }
    models.push(...others);
    const { trace } = recorder;
    const wanted = providers.find(belongsHere) ?? providers[0];
    return { ...facts, wanted, models, releases, ...(trace && { trace }) };
  } finally {
    gpu.close();
  }
}

/** The networks by processor, and what has none or cannot be had. */
async function plan(
  { models = {}, swapper, enhancer }: VerifyRequest,
  { signal }: PipelineContext,
): Promise<{ steps: Step[]; others: VerifiedModel[] }> {
  const { detector = 'face_detector', recognizer = 'face_recognizer' } = models;
  const landmarkers = faceModelIds.filter((id) => id.startsWith('face_landmarker'));
  const faces: TrialNetwork[] = [
    { role: 'face_detector', model: detector },
    ...landmarkers.map((model): TrialNetwork => ({ role: 'face_landmarker', model })),
    { role: 'face_recognizer', model: recognizer },
  ];
  const steps: Step[] = [{ name: 'face analysis', networks: faces }];
  const others: VerifiedModel[] = [];
  for (const [role, choice] of [
    ['face_swapper', swapper],
    ['face_enhancer', enhancer],
  ] as const) {
    try {
      const found = await findChosen(role, choice, signal);
      if (found) {
        const size = found.model.size ?? usualSize[role];
        steps.push({ name: role, networks: [{ role, model: found.path, size }] });
      } else {
        others.push({ role, ...without[role], failures: [] });
        if (role === 'face_swapper') faces.push(...hands);
      }
    } catch (error) {
      if (!(error instanceof FaceSwapError)) throw error;
      const { code, facts } = error;
      others.push({ role, model: shortName(choice), state: 'failed', failures: [], error: { code, facts } });
    }
  }
  return { steps, others };
}

/** Undefined for the built-in engine, and where nothing is installed that `auto` could take. */
async function findChosen(
  role: 'face_swapper' | 'face_enhancer',
  choice: string,
  signal: AbortSignal,
): Promise<InstalledNeuralModel | undefined> {
  if (choice === 'mesh') return undefined;
  const places = modelPlaces();
  if (choice !== 'auto') return findNeuralModel(choice, places, { role, signal });
  const { chosen, missing } = chooseModel(role, (await listModels(places, { signal })).models);
  return missing.length === 0 ? chosen : undefined;
}

/** Loads, runs, releases and waits for the memory; a process that keeps it is ended, as a job would do. */
async function tryStep(
  { name, networks }: Step,
  { execution }: VerifyRequest,
  gpu: VramWatcher,
  recorder: VramRecorder,
  { signal, onLog }: PipelineContext,
): Promise<{ tried: VerifiedModel[]; release?: GpuRelease }> {
  const baselineMb = await baselineOf(gpu);
  recorder.mark(name, 'begin');
  const trial = new TrialProcess(signal);
  try {
    const tried = await trial.run({ networks, execution });
    if (baselineMb !== undefined) await gpu.next(nextReadingMs);
    recorder.mark(name, 'loaded');
    const beforeMb = gpu.latest?.usedMb ?? 0;
    await trial.release();
    recorder.mark(name, 'released');
    if (baselineMb === undefined) return { tried };
    const pending = { processor: name, baselineMb, beforeMb, ms: 0 };
    const wait = execution.gpuMemoryWaitSeconds;
    const first = await measureRelease(gpu, pending, 'release', wait, onLog, runningOn(tried, trial.pid));
    if (first.verdict !== 'held') return { tried, release: first };
    await trial.end();
    recorder.mark(name, 'ended');
    const after = { ...pending, ms: first.ms };
    return { tried, release: await measureRelease(gpu, after, 'recycling', wait, onLog, runningOn([])) };
  } catch (error) {
    if (!(error instanceof FaceSwapError) || error.code === 'cancelled') throw error;
    const { code, facts } = error;
    return {
      tried: networks.map(({ role, model }) => ({
        role,
        model: shortName(model),
        state: 'failed',
        failures: [],
        error: { code, facts },
      })),
    };
  } finally {
    await trial.end();
  }
}
