import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { passthrough } from '../../src/pipeline/media/arguments';
import { repairMovie } from '../../src/pipeline/media/movieRepair';
import { findMediaTools, type MediaTools } from '../../src/pipeline/media/tools';

const root = path.resolve(__dirname, '..', '..');
const cache = path.join(root, '.cache', 'clips');

/** Group photos with faces, MIT, from the dev dependency `@vladmandic/face-api`. */
export const photo = (number: 1 | 2 | 3 | 4 | 5 | 6): string =>
  path.join(root, 'node_modules', '@vladmandic', 'face-api', 'demo', `sample${number}.jpg`);

export interface ClipRecipe {
  extension: string;
  /** Encoder and its options, tags included. */
  video: string[];
  pixelFormat?: string;
  width?: number;
  height?: number;
  frames?: number;
  rate?: string;
  /** One list of options for each sound track; the sound is a sine. */
  audio?: string[][];
  /** Filters after the moving crop. */
  filters?: string;
  /** Degrees clockwise that a player turns the picture. */
  turn?: 90 | 180 | 270;
  /** Frames keep the times that filters give them. */
  variable?: true;
  /** Inputs and options that come before the output's name. */
  inputs?: string[];
  output?: string[];
}

/** The ffmpeg that makes clips: the best this machine has. */
export const clipTools: Promise<MediaTools> = findMediaTools({});

/**
 * A clip that pans over a group photo, cached by its recipe.
 * @returns its path, or undefined when this ffmpeg lacks the encoder
 */
export async function makeClip(recipe: ClipRecipe): Promise<string | undefined> {
  const { ffmpeg } = await clipTools;
  const encoder = recipe.video[recipe.video.indexOf('-c:v') + 1];
  if (!ffmpeg.encoders.has(encoder)) return undefined;
  const args = clipArguments(recipe, ffmpeg);
  const key = createHash('sha256')
    .update(JSON.stringify([args, recipe.turn, ffmpeg.version]))
    .digest('hex')
    .slice(0, 16);
  const file = path.join(cache, `${key}${recipe.extension}`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const partial = path.join(cache, `${key}.${process.pid}${recipe.extension}`);
  const { status, stderr } = spawnSync(ffmpeg.path, [...args, partial], { encoding: 'utf8' });
  if (status !== 0) {
    rmSync(partial, { force: true });
    throw new Error(`clip: ${stderr}`);
  }
  if (recipe.turn !== undefined) await turnPicture(partial, recipe.turn);
  renameSync(partial, file);
  return file;
}

function clipArguments(recipe: ClipRecipe, ffmpeg: MediaTools['ffmpeg']): string[] {
  const { width = 320, height = 240, frames = 20, rate = '25', pixelFormat = 'yuv420p', audio = [] } = recipe;
  const full = pixelFormat.startsWith('yuvj') ? 'pc' : 'tv';
  const filters = [
    `crop=${width}:${height}:200+4*n:200+2*n:exact=1`,
    `scale=out_range=${full}`,
    `format=${pixelFormat}`,
    ...(recipe.filters === undefined ? [] : [recipe.filters]),
  ];
  const args = ['-v', 'error', '-nostdin', '-y', '-loop', '1', '-framerate', rate, '-i', photo(2)];
  audio.forEach((_, n) =>
    args.push('-f', 'lavfi', '-i', `sine=frequency=${440 + 110 * n}:sample_rate=48000:duration=1.1`),
  );
  args.push(...(recipe.inputs ?? []), '-filter:v', filters.join(','), '-map', '0:v');
  audio.forEach((options, n) => {
    args.push('-map', `${n + 1}:a`);
    for (let i = 0; i < options.length; i += 2) args.push(`${options[i]}:a:${n}`, options[i + 1]);
  });
  args.push(...(recipe.variable ? passthrough(ffmpeg) : []), '-frames:v', String(frames));
  args.push(...recipe.video, ...(recipe.output ?? []));
  return args;
}

/** Display matrices as cameras write them, in the order of the `tkhd` box. */
async function turnPicture(file: string, degrees: 90 | 180 | 270): Promise<void> {
  const one = 0x10000;
  const matrices = {
    90: [0, one, 0, -one, 0, 0, 240 * one, 0, 0x40000000],
    180: [-one, 0, 0, 0, -one, 0, 320 * one, 240 * one, 0x40000000],
    270: [0, -one, 0, one, 0, 0, 0, 320 * one, 0x40000000],
  };
  await repairMovie(file, { displayMatrix: matrices[degrees], lastDuration: 0 });
}
