import { execFileSync } from 'node:child_process';
import { packagedTool } from './hostWorkspace';

/** MD5 of every decoded frame of a video or picture. */
export function frameHashes(file: string): string[] {
  const args = ['-v', 'error', '-i', file, '-map', '0:v:0', '-f', 'framemd5', '-'];
  const lines = execFileSync(packagedTool('ffmpeg'), args, { encoding: 'utf8' }).trim().split('\n');
  return lines.filter((line) => !line.startsWith('#')).map((line) => line.split(',').at(-1)!.trim());
}
