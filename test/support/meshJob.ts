import type { PipelineContext } from '../../src/pipeline';
import { defaultEncoding, defaultExecution, defaultSelection, type SwapJob } from '../../src/protocol/job';
import { defaultProcessing } from '../../src/protocol/processing';

/** A context that nobody listens to and nobody cancels. */
export const quietContext: PipelineContext = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onLog: () => undefined,
  onScratch: () => undefined,
};

/** A job of the mesh engine on the CPU, by the usual settings but for `change`. */
export function meshJob(change: Pick<SwapJob, 'sources' | 'target' | 'output'> & Partial<SwapJob>): SwapJob {
  return {
    overwrite: false,
    processors: ['face_swapper'],
    selection: defaultSelection,
    encoding: defaultEncoding,
    execution: { ...defaultExecution, providers: ['cpu'] },
    smallFaces: 'never',
    processing: { ...defaultProcessing, swapper: { ...defaultProcessing.swapper, model: 'mesh' } },
    tools: {},
    ...change,
  };
}
