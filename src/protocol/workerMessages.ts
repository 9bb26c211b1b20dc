import type { AnalysisRequest, PhotoReport, PhotoRequest, TargetAnalysis, TargetFacts } from './analysis';
import type { SerializedError } from './errors';
import type { GpuRelease } from './gpu';
import type { SwapJob, ExecutionOptions, ModelChoice, ToolPaths } from './job';
import type { PassState } from './passes';
import type { FrameHint, Preview, PreviewRequest } from './preview';
import type { JobProblem } from './problems';
import type { ProvenanceReport } from './provenance';
import type { DoctorReport, FacesReport, JobReport, LivePicture, LogLevel, Progress, Still } from './report';
import type { VerifyReport, VerifyRequest } from './verify';

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
  /** What a target is, without looking for anybody in it. */
  facts(request: { file: string; tools: ToolPaths }): TargetFacts;
  doctor(request: { tools: ToolPaths; execution: ExecutionOptions }): DoctorReport;
  /** What runs the networks on this machine, how fast, and whether its GPU gives memory back. */
  verify(request: VerifyRequest): VerifyReport;
  /** All faces of a source photo, and what may spoil them. */
  photo(request: PhotoRequest): PhotoReport;
  /** Who is seen in a target, when, and where its scenes are cut. Progress is told as stage `analyse`. */
  analyse(request: AnalysisRequest): TargetAnalysis;
  /**
   * One frame of a job before and after. What the job needs stays open for the next call; a newer call makes the ones before it
   * `cancelled`. While a job runs in the same process it is refused with `busy`.
   */
  preview(request: PreviewRequest): Preview;
  /** Decodes a frame of the target of the last preview ahead of time, unless somebody waits for one. */
  expect(request: FrameHint): null;
  /** Ends what is done ahead of time for previews; what they need stays open. */
  rest(request: Record<string, never>): null;
  /** Gives back everything that previews keep open. */
  forget(request: Record<string, never>): null;
  /** What a file says about its origin, and whether that is right. */
  inspect(request: { file: string; tools: ToolPaths }): ProvenanceReport;
}

export type WorkerMethod = keyof WorkerApi;

export const workerMethods = [
  'swap',
  'faces',
  'still',
  'facts',
  'doctor',
  'verify',
  'photo',
  'analyse',
  'preview',
  'expect',
  'rest',
  'forget',
  'inspect',
] as const satisfies readonly WorkerMethod[];

export type WorkerRequest =
  | {
      [M in WorkerMethod]: { type: 'call'; id: number; method: M; argument: Parameters<WorkerApi[M]>[0] };
    }[WorkerMethod]
  | { type: 'cancel'; id: number }
  | { type: 'pause'; id: number }
  | { type: 'resume'; id: number }
  /** Pictures of frames just finished are wanted, at most one a second, or no longer. */
  | { type: 'pictures'; id: number; wanted: boolean };

/** Replies carry the id of their call; -1 answers a message that named none. */
export type WorkerEvent =
  /** The process ends after what it still has to answer; new calls belong to another one. */
  | { type: 'ending' }
  | { type: 'log'; id: number; level: LogLevel; message: string }
  | { type: 'progress'; id: number; progress: Progress }
  /**
   * Scratch folder of a running job, so that the parent can remove it should the child be killed; one that is kept only when the job
   * has been cancelled.
   */
  | { type: 'scratch'; id: number; folder: string; kept?: boolean }
  /** How far the job has come, should this process end before it. */
  | { type: 'checkpoint'; id: number; state: PassState }
  /** In place of a reply: a fresh process is to go on from here, and this one to end. */
  | { type: 'recycle'; id: number; state: PassState }
  | { type: 'cancelling'; id: number }
  /** The job stands still now, or goes on. */
  | { type: 'paused'; id: number; paused: boolean }
  | { type: 'picture'; id: number; picture: LivePicture }
  /** Something found while the job runs; what is told again with another end has grown. */
  | { type: 'problem'; id: number; problem: JobProblem }
  /** A processor's memory on the GPU is back, or somebody holds it. */
  | { type: 'release'; id: number; release: GpuRelease }
  | { type: 'reply'; id: number; ok: true; result: ReturnType<WorkerApi[WorkerMethod]> }
  | { type: 'reply'; id: number; ok: false; error: SerializedError };
