import path from 'node:path';
import type { Command } from 'commander';
import { cudaEnvironment } from '../machine/cudaRuntime';
import type { ModelPlaces } from '../models';

export interface CudaPathOptions {
  cudaRuntimePath?: string;
  cudaDevice?: string;
}

export function addCudaPathOption(command: Command): Command {
  return command.option(
    '--cuda-runtime-path <folder>',
    'folder with the CUDA provider of onnxruntime, or with CUDA and cuDNN: a toolkit, an environment of Python or conda; looked into first',
  );
}

/** The folder that people named, if they did. */
export function namedFolders({ cudaRuntimePath }: CudaPathOptions): string[] {
  return cudaRuntimePath === undefined ? [] : [path.resolve(cudaRuntimePath)];
}

/** The worker, which is started later, is told by its environment where the runtime with CUDA is, and which GPU to take. */
export function applyCuda(options: CudaPathOptions, { storage }: ModelPlaces): void {
  Object.assign(process.env, cudaEnvironment(storage, namedFolders(options)));
  if (options.cudaDevice !== undefined) process.env['FACE_SWAP_CUDA_DEVICE'] = options.cudaDevice;
}
