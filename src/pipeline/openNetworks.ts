import { readOnnxHead } from '../models';
import type { SwapJob } from '../protocol/job';
import type { ProviderChoice } from '../protocol/report';
import type { PipelineContext } from './context';
import type { ModelSession } from './inference/session';
import { openModel } from './openModel';

/** Opens the sessions of the processors on the job's providers and remembers them until they are given back. */
export class NetworkOpener {
  private readonly sessions: ModelSession[] = [];

  /** `providers` is told which provider runs each network. */
  constructor(
    private readonly job: SwapJob,
    private readonly context: PipelineContext,
    private readonly providers: ProviderChoice[],
  ) {}

  /**
   * Opens a file whose pictures have `size` pixels where it leaves that open; other open dimensions are 1. Throws
   * `model-missing`, `model-corrupt` or `provider-unavailable`.
   */
  async open(path: string, size: number): Promise<ModelSession> {
    return this.openShaped(path, await shapesFor(path, size));
  }

  /** Opens a file with the given shapes for inputs that leave theirs open. */
  async openShaped(path: string, shapes: Record<string, number[]> = {}): Promise<ModelSession> {
    const session = await openModel(path, this.job.execution, this.context.onLog, { shapes });
    this.sessions.push(session);
    this.providers.push(session.choice);
    return session;
  }

  /** Releases everything that is open; what was released stays so. */
  async close(): Promise<void> {
    for (const session of this.sessions.splice(0)) await session.release();
  }
}

/** The shapes of a file's inputs: pictures have three channels and `size` pixels where it leaves that open, and all else is 1. */
export async function shapesFor(path: string, size: number): Promise<Record<string, number[]>> {
  const { inputs } = await readOnnxHead(path);
  return Object.fromEntries(
    inputs.map(({ name, dims = [] }) => {
      return [name, dims.map((extent, i) => (extent > 0 ? extent : i >= 2 ? size : i === 1 ? 3 : 1))];
    }),
  );
}
