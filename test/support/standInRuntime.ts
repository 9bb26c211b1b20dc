import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { supportFolder } from './supportFolder';

const packageFolder = path.dirname(createRequire(__filename).resolve('onnxruntime-node/package.json'));
const binding = path.join(
  packageFolder,
  'bin',
  'napi-v6',
  process.platform,
  process.arch,
  'onnxruntime_binding.node',
);

/** From its `run`th run on CUDA a model finds the GPU full, `times` times in all, or takes the process down. */
export interface FullGpu {
  model: string;
  run: number;
  times?: number;
  crash?: true;
}

/** What CUDA takes of the GPU: for each process that uses it, to its end, and for each session. */
export interface GpuMemory {
  contextMb: number;
  sessionMb: number;
}

/** The environment in which the runtime is a stand-in with a CUDA provider; see standInRuntime.js. */
export function standInRuntime(
  folder: string,
  full: readonly FullGpu[] = [],
  memory?: GpuMemory,
): NodeJS.ProcessEnv {
  mkdirSync(folder, { recursive: true });
  const config = path.join(folder, 'stand-in.json');
  writeFileSync(config, JSON.stringify({ binding, full, memory }));
  // A folder is as good as a file for whoever asks Node for it, and may hold JavaScript.
  const door = path.join(folder, path.basename(binding));
  mkdirSync(door);
  copyFileSync(path.join(supportFolder, 'standInRuntime.js'), path.join(door, 'index.js'));
  for (const part of ['cuda', 'shared'])
    copyFileSync(binding, path.join(folder, `libonnxruntime_providers_${part}.so`));
  return { FACE_SWAP_RUNTIME: folder, FACE_SWAP_STAND_IN: config };
}
