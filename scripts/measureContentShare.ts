import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findMediaTools } from '../src/pipeline/media/tools';
import type { ContentShare } from './contentShare';
import { timed } from './processTime';
import { cutSource, makeClip } from './sampleMedia';

const clips = [
  { seconds: 8, width: 1280, height: 720 },
  { seconds: 60, width: 1280, height: 720 },
  { seconds: 20, width: 1920, height: 1080 },
];
const goal = 0.03;

/**
 * What the content check takes of the CPU time of a whole job with the built-in engine, for clips of several lengths: what would be saved
 * without it, and in brackets with what it merely does first for the job and what other threads do beside it.
 */
async function measure(rounds: number): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'face-swap-content-'));
  process.env['FACE_SWAP_DATA'] = path.join(folder, 'data');
  const file = (name: string) => path.join(folder, name);
  const files = [file('source.jpg'), file('target.mp4'), file('out.mp4')];
  try {
    const { ffmpeg } = await findMediaTools({});
    await cutSource(files[0]);
    console.log(`CPU time, least of ${rounds} rounds; ${os.cpus().length} × ${os.cpus()[0].model}\n`);
    for (const clip of clips) {
      makeClip(ffmpeg.path, files[1], clip);
      const least: Record<'own' | 'all', ContentShare> = { own: unknown, all: unknown };
      for (let round = 0; round < rounds; round++) {
        least.own = lesser(least.own, run(files, 'own'));
        least.all = lesser(least.all, run(files, 'all'));
      }
      const { seconds, width, height } = clip;
      console.log(
        `${seconds} s, ${width}×${height}: ${describe(least.own)}, goal below ${100 * goal} % (${describe(least.all)})`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const unknown: ContentShare = { check: Infinity, job: Infinity };

function run(files: readonly string[], what: 'own' | 'all'): ContentShare {
  const program = ['--require', 'tsx/cjs', path.join(__dirname, 'contentShare.ts')];
  return JSON.parse(timed(process.execPath, [...program, ...files, what]).stdout) as ContentShare;
}

const lesser = (one: ContentShare, other: ContentShare): ContentShare => ({
  check: Math.min(one.check, other.check),
  job: Math.min(one.job, other.job),
});

const describe = ({ check, job }: ContentShare): string =>
  `${(check / 1000).toFixed(2)} of ${(job / 1000).toFixed(1)} s, ${((100 * check) / job).toFixed(1)} %`;

measure(Number(process.argv[3] ?? 3)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
