export { analyseTarget } from './analysis/analyseTarget';
export { describePhoto } from './analysis/photoFaces';
export type { PipelineContext } from './context';
export { runDoctor } from './doctor';
export { inspectFile } from './inspectFile';
export { listFaces } from './listFaces';
export { readFacts, takeStill } from './stills';
export { swapVideo } from './swapVideo';
export { verifyGpu } from './verify/verifyGpu';
