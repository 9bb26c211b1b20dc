/** What the extension does once somebody uses it. A bundle of its own (esbuild.js): activation loads nothing of it. */
export * from './commands';
export { installCudaRuntime, removeCudaRuntime } from './cuda';
export { openJobEditor } from './editor/jobEditor';
export { Host } from './host';
export { addModelFile, getModel } from './models';
export { deleteJobRecord, inspectProvenance, openJobRecord } from './provenance';
export { jobTasks, resolveJobTask } from './tasks';
export { verify } from './verifyPanel';
export { GpuTree } from './views/gpuTree';
export { runJobAction, showMoment } from './views/jobActions';
export { JobsTree } from './views/jobsTree';
export { runModelAction } from './views/modelActions';
export { ModelsTree } from './views/modelsTree';
