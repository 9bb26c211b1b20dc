import { basename, isAbsolute } from 'node:path';
import { findModel, modelPlaces } from '../../models';
import { VerifiedFiles } from '../../models/verifiedFiles';
import { FaceSwapError } from '../../protocol/errors';
import type { ExecutionOptions } from '../../protocol/job';
import type { VerifiedModel, VerifiedRole } from '../../protocol/verify';
import { placeOfBuiltIn } from '../builtInPlace';
import { openDetector, openRecognizer, type OpenSession } from '../chosenNetworks';
import { isBuiltIn } from '../faceModels';
import { pinGpu } from '../gpu/device';
import { Proofs } from '../inference/proofs';
import { isNvidia } from '../inference/providers';
import { openSession, type ModelSession } from '../inference/session';
import { proofsFile } from '../openModel';
import { shapesFor } from '../openNetworks';

/** A network to try: an id or an absolute path, and the side of its pictures where it leaves that open. */
export interface TrialNetwork {
  role: VerifiedRole;
  model: string;
  size?: number;
}

/** Networks that are loaded at the same time. */
export interface TrialRequest {
  networks: TrialNetwork[];
  execution: ExecutionOptions;
}

/** Enough for a median, and few enough for the largest network on a slow CPU. */
const mostRuns = 7;
const runsMs = 1500;

/**
 * Loads networks as a job would, each proven anew, and times a few runs of each on zeros; jobs find these proofs. Of the built-in
 * networks, which jobs run on the CPU, the recogniser is tried on what is wanted all the same: it has the
 * fewest steps, and where nothing else is installed it is the proof of the GPU. What cannot be opened is told, not thrown.
 */
export class Trial {
  private readonly sessions: ModelSession[] = [];
  private readonly proofs = new Proofs(proofsFile(), true);

  async run({ networks, execution }: TrialRequest): Promise<VerifiedModel[]> {
    if (execution.providers.some(isNvidia)) await pinGpu();
    const models: VerifiedModel[] = [];
    for (const network of networks) models.push(await this.tryOne(network, execution));
    return models;
  }

  async release(): Promise<void> {
    for (const session of this.sessions.splice(0)) await session.release();
  }

  private async tryOne(network: TrialNetwork, execution: ExecutionOptions): Promise<VerifiedModel> {
    const { role, model } = network;
    const about = { role, model: shortName(model) };
    try {
      const session = await this.open(network, execution);
      const { provider, nodes, createMs, warmUpMs, failures = [] } = session.choice;
      const msPerRun = await timeRuns(session);
      const times = { createMs: createMs!, warmUpMs: warmUpMs!, msPerRun };
      const kept = placeOf(network, execution).providers !== undefined && { onCpu: true as const };
      return { ...about, state: 'runs', provider, ...(nodes && { nodes }), ...times, failures, ...kept };
    } catch (error) {
      if (!(error instanceof FaceSwapError)) throw error;
      const { code, facts } = error;
      return { ...about, state: 'failed', failures: [], error: { code, facts } };
    }
  }

  private async open(network: TrialNetwork, execution: ExecutionOptions): Promise<ModelSession> {
    const { role, model, size } = network;
    const open: OpenSession = async (path, shapes) => {
      const session = await openSession(path, {
        providers: execution.providers,
        threads: execution.threads,
        proofs: this.proofs,
        hash: () => new VerifiedFiles(modelPlaces().storage).sha256(path),
        ...(shapes && { shapes }),
        ...placeOf(network, execution),
      });
      this.sessions.push(session);
      return session;
    };
    if (role === 'face_detector') await openDetector(model, open);
    else if (role === 'face_recognizer') await openRecognizer(model, open);
    else if (size !== undefined) await open(model, await shapesFor(model, size));
    else await open((await findModel(model)).path);
    return this.sessions.at(-1)!;
  }
}

/** As jobs place networks, save for the recogniser. */
const placeOf = ({ model }: TrialNetwork, execution: ExecutionOptions) =>
  isBuiltIn(model) && model !== 'face_recognizer' ? placeOfBuiltIn(execution) : {};

/** An id, or the name of a file without its folder. */
export const shortName = (model: string): string => (isAbsolute(model) ? basename(model) : model);

async function timeRuns(session: ModelSession): Promise<number> {
  const inputs = Object.fromEntries(
    [...session.inputs].map(([name, shape]) => [
      name,
      new Float32Array(shape.reduce((product, extent) => product * extent, 1)),
    ]),
  );
  const times: number[] = [];
  const started = performance.now();
  do {
    const before = performance.now();
    await session.run(inputs);
    times.push(performance.now() - before);
  } while (times.length < mostRuns && performance.now() - started < runsMs);
  return times.sort((a, b) => a - b)[times.length >> 1];
}
