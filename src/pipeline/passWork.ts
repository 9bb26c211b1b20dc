import type { ProviderChoice } from '../protocol/report';
import type { OpenJob } from './swapVideo';

/** What is open during a whole job, whichever models are loaded. */
export type JobRoad = Pick<
  OpenJob,
  | 'job'
  | 'info'
  | 'tools'
  | 'label'
  | 'content'
  | 'signer'
  | 'folder'
  | 'context'
  | 'watch'
  | 'gpu'
  | 'memory'
>;

/** A job as one pass sees it. */
export interface PassWork extends JobRoad {
  /** Takes up which providers run the models of the pass. */
  providers: ProviderChoice[];
  /** Told at the end of the pass, while its models are still loaded. */
  onLoaded(): void;
}

/** `frame` is how many frames of the video this pass has behind it. */
export type PassProgress = (frame: number, providers: readonly ProviderChoice[]) => void;
