import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { GpuHolder, GpuSample } from '../../protocol/gpu';

/** Where drivers put nvidia-smi when it is not on PATH: containers and WSL on Linux, old and new drivers on Windows. */
const usualPlaces: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: ['/usr/bin/nvidia-smi', '/usr/local/nvidia/bin/nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'],
  win32: [
    'C:\\Windows\\System32\\nvidia-smi.exe',
    'C:\\Program Files\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe',
  ],
};

/** The driver's nvidia-smi; undefined on machines without one. `FACE_SWAP_NVIDIA_SMI` names another. */
export function findSmi(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const named = env['FACE_SWAP_NVIDIA_SMI'];
  if (named !== undefined && named !== '') return isProgram(named) ? named : undefined;
  const program = platform === 'win32' ? 'nvidia-smi.exe' : 'nvidia-smi';
  const folders = (env['PATH'] ?? env['Path'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder));
  const places = [...folders.map((folder) => path.join(folder, program)), ...(usualPlaces[platform] ?? [])];
  return places.find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What the long-lived process is asked, and `parseSample` understands. */
export const sampleQuery = 'uuid,memory.used,memory.total,utilization.gpu';

/** A line of the watch; undefined for anything that is no reading. */
export function parseSample(line: string): GpuSample | undefined {
  const cells = cellsOf(line);
  if (cells.length !== 4 || !/^(GPU|MIG)-/i.test(cells[0])) return undefined;
  const [usedMb, totalMb, utilization] = cells.slice(1).map(numberOf);
  if (usedMb === undefined || totalMb === undefined || totalMb <= 0 || usedMb > totalMb) return undefined;
  return { uuid: cells[0], usedMb, totalMb, ...(utilization !== undefined && { utilization }) };
}

/** Programs with memory on a GPU, largest first; none where nvidia-smi fails or does not tell. */
export async function listHolders(smi: string, uuid: string): Promise<GpuHolder[]> {
  const lines = await ask(smi, '--query-compute-apps=gpu_uuid,pid,used_memory,process_name', csv);
  const holders = lines.flatMap((line): GpuHolder[] => {
    const [gpu, pid, used, ...name] = cellsOf(line);
    const usedMb = numberOf(used);
    if (gpu !== uuid || !/^\d+$/.test(pid)) return [];
    // Windows names programs by their whole path, which would tell user names.
    const program = name.join(', ').split(/[\\/]/).at(-1)!;
    return [{ pid: Number(pid), name: program, ...(usedMb !== undefined && { usedMb }) }];
  });
  return holders.sort((a, b) => (b.usedMb ?? 0) - (a.usedMb ?? 0));
}

/** A GPU and its driver, by their names. */
export interface GpuIdentity {
  uuid: string;
  name: string;
  driver: string;
  totalMb?: number;
  freeMb?: number;
  /** UUIDs of the instances that it is parted into (MIG). */
  instances?: string[];
}

/** The machine's GPUs in the driver's order; none where there is no nvidia-smi or it fails. */
export async function listGpus(smi: string | undefined = findSmi()): Promise<GpuIdentity[]> {
  if (smi === undefined) return [];
  const [lines, parts] = await Promise.all([
    ask(smi, '--query-gpu=uuid,driver_version,memory.total,memory.used,name', csv),
    ask(smi, '--list-gpus'),
  ]);
  const instances = instancesOf(parts);
  return lines.flatMap((line): GpuIdentity[] => {
    const [uuid, driver, total, used, ...name] = cellsOf(line);
    if (!/^(GPU|MIG)-/i.test(uuid) || name.length === 0) return [];
    const [totalMb, usedMb] = [numberOf(total), numberOf(used)];
    const memory = totalMb !== undefined && usedMb !== undefined && { totalMb, freeMb: totalMb - usedMb };
    const parted = instances.get(uuid);
    return [{ uuid, name: name.join(', '), driver, ...memory, ...(parted && { instances: parted }) }];
  });
}

/** Of each GPU the instances that `nvidia-smi --list-gpus` tells in the lines below its own. */
function instancesOf(lines: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let gpu = '';
  for (const line of lines) {
    const uuid = /\(UUID: ((?:GPU|MIG)-[^)]+)\)/.exec(line)?.[1] ?? '';
    if (uuid.startsWith('MIG-')) found.set(gpu, [...(found.get(gpu) ?? []), uuid]);
    else if (uuid !== '') gpu = uuid;
  }
  return found;
}

/** A driver in trouble can keep nvidia-smi waiting for ever. */
const answerMs = 5000;

const csv = '--format=csv,noheader,nounits';

function ask(smi: string, ...args: readonly string[]): Promise<string[]> {
  return new Promise((resolve) => {
    const options = { timeout: answerMs, windowsHide: true, encoding: 'utf8' } as const;
    execFile(smi, args, options, (error, stdout) => {
      resolve(error ? [] : stdout.split('\n').filter((line) => line.trim() !== ''));
    });
  });
}

const cellsOf = (line: string): string[] => line.split(',').map((cell) => cell.trim());

/** Undefined for `[N/A]`, `[Not Supported]` and whatever else is no number. */
function numberOf(cell: string | undefined): number | undefined {
  return cell !== undefined && /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : undefined;
}
