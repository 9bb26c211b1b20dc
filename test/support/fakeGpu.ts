import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { supportFolder } from './supportFolder';

export interface FakeGpu {
  /** One list of readings for each start of the watch; see fakeNvidiaSmi.js. */
  curves: (number | string | { usedMb: number; until: string } | { live: string })[][];
  folder?: string;
  apps?: string[];
  hidden?: true;
  gpus?: string[];
  parts?: string[];
  totalMb?: number;
}

/** The environment in which nvidia-smi is the stand-in with these memory curves. */
export function fakeGpu(file: string, gpu: FakeGpu): NodeJS.ProcessEnv {
  writeFileSync(file, JSON.stringify(gpu));
  return {
    FACE_SWAP_NVIDIA_SMI: path.join(supportFolder, 'fakeNvidiaSmi.js'),
    FACE_SWAP_FAKE_GPU: file,
  };
}
