import path from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { createRequire } from 'node:module';
import { defaultEncoding, defaultExecution, defaultSelection, type SwapJob } from '../../src/protocol/job';

const root = path.resolve(__dirname, '..', '..');
const { builds } = createRequire(__filename)(path.join(root, 'esbuild.js')) as { builds: BuildOptions[] };

const fakePipeline: Plugin = {
  name: 'fake pipeline',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/pipeline$/ }, () => ({
      path: path.join(__dirname, 'fakePipeline.ts'),
    }));
  },
};

/** Bundles the real worker and its thread with a pipeline that does what a test wants. Returns the worker's script. */
export async function bundleFakeWorker(folder: string): Promise<string> {
  await build({
    ...builds[0],
    entryPoints: ['src/worker.ts', 'src/pipelineThread.ts'],
    outdir: folder,
    plugins: [fakePipeline],
  });
  return path.join(folder, 'worker.js');
}

/** A job for the fake pipeline. */
export function fakeJob(behaviour: string, output: string, maxMemoryGb = 0): SwapJob {
  return {
    sources: ['/photos/ann.jpg'],
    target: path.join('/videos', behaviour),
    output,
    overwrite: false,
    processors: ['face_swapper'],
    selection: defaultSelection,
    encoding: defaultEncoding,
    execution: { ...defaultExecution, maxMemoryGb },
    smallFaces: 'auto',
    tools: {},
  };
}
