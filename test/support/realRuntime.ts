import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { standInRuntime } from './standInRuntime';

/**
 * The environment with a copy of the real runtime, beside which lie a provider's libraries made of the runtime's own binding;
 * `change` does to the one of CUDA what a test is about.
 */
export function realRuntime(
  place: string,
  change: (cuda: string) => void = () => undefined,
): NodeJS.ProcessEnv {
  const { FACE_SWAP_STAND_IN } = standInRuntime(place);
  const { binding } = JSON.parse(readFileSync(FACE_SWAP_STAND_IN!, 'utf8')) as { binding: string };
  rmSync(path.join(place, path.basename(binding)), { recursive: true });
  for (const name of [path.basename(binding), 'libonnxruntime.so.1'])
    copyFileSync(path.join(path.dirname(binding), name), path.join(place, name));
  change(path.join(place, 'libonnxruntime_providers_cuda.so'));
  return { FACE_SWAP_RUNTIME: place };
}
