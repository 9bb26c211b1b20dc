import type { SerializedError } from './errors';
import type { SwapJob, ExecutionOptions, ModelChoice, ToolPaths } from './job';
import type { PassState } from './passes';
import type { ProvenanceReport } from './provenance';
import type { DoctorReport, FacesReport, JobReport, LogLevel, Progress, Still } from './report';

/** What the child process can do; requests, replies and the client's methods are derived from it. */
export interface WorkerApi {
  swap(job: SwapJob): JobReport;
  faces(request: {
    file: string;
    tools: ToolPaths;
    execution: ExecutionOptions;
    models?: ModelChoice;
    frame: number;
  }): FacesReport;
  /** One moment of a video, or an image, as a picture to look at. */
  still(request: { file: string; seconds: number; maxWidth: number; tools: ToolPaths }): Still;
  doctor(request: { tools: ToolPaths; execution: ExecutionOptions }): DoctorReport;
  /** What a file says about its origin, and whether that is right. */
  inspect(request: { file: string; tools: ToolPaths }): ProvenanceReport;
}

export type WorkerMethod = keyof WorkerApi;

export const workerMethods = [
  'swap',
  'faces',
  'still',
  'doctor',
  'inspect',
] as const satisfies readonly WorkerMethod[];

export type WorkerRequest =
  | {
      [M in WorkerMethod]: { type: 'call'; id: number; method: M; argument: Parameters<WorkerApi[M]>[0] };
    }[WorkerMethod]
  | { type: 'cancel'; id: number };

/** Replies carry the id of their call; -1 answers a message that named none. */
export type WorkerEvent =
  /** The process ends after what it still has to answer; new calls belong to another one. */
  | { type: 'ending' }
  | { type: 'log'; id: number; level: LogLevel; message: string }
  | { type: 'progress'; id: number; progress: Progress }
  /** Scratch folder of a running job, so that the parent can remove it should the child be killed. */
  | { type: 'scratch'; id: number; folder: string }
  /** How far the job has come, should this process end before it. */
  | { type: 'checkpoint'; id: number; state: PassState }
  /** In place of a reply: a fresh process is to go on from here, and this one to end. */
  | { type: 'recycle'; id: number; state: PassState }
  | { type: 'cancelling'; id: number }
  | { type: 'reply'; id: number; ok: true; result: ReturnType<WorkerApi[WorkerMethod]> }
  | { type: 'reply'; id: number; ok: false; error: SerializedError };
