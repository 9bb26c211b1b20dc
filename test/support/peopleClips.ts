import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findFaces } from '../../src/pipeline/faces/find';
import { clipTools } from './clips';
import { faceModels } from './faceModels';
import { groupPhoto, loadRgb } from './facePhotos';
import { clipFormat, filmPhoto, type View } from './movingPhoto';

const cache = path.resolve(__dirname, '..', '..', '.cache', 'clips');

/** What a clip shows in one of its scenes: people of a group photo, filmed. */
export interface Scene {
  photo: number;
  frames: number;
  view: (frame: number, centres: readonly { x: number; y: number }[]) => View;
}

/** A clip of 960 × 540 at 25 fps, lossless, whose scenes show people of group photos; cached by its recipe. */
export async function filmPeople(scenes: readonly Scene[]): Promise<string> {
  const { ffmpeg } = await clipTools;
  const recipe = JSON.stringify(scenes.map((scene) => [scene.photo, scene.frames, String(scene.view)]));
  const key = createHash('sha256').update(recipe).update(ffmpeg.version).digest('hex').slice(0, 16);
  const file = path.join(cache, `people-${key}.mp4`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const planes: Uint8Array[] = [];
  for (const { photo, frames, view } of scenes) {
    const picture = await loadRgb(groupPhoto(photo));
    const found = await findFaces(await faceModels(), picture, { smallFaces: 'never' });
    const centres = found
      .map(({ face: { box } }) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 }))
      .sort((a, b) => a.x - b.x);
    for (let n = 0; n < frames; n++) planes.push(filmPhoto(picture, view(n, centres), planes.length).data);
  }
  const raw = path.join(cache, `${key}.${process.pid}.yuv`);
  writeFileSync(raw, Buffer.concat(planes));
  const { width, height } = clipFormat;
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', '25', '-i', raw];
  const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0', ...tags];
  const partial = `${raw}.mp4`;
  const { status, stderr } = spawnSync(ffmpeg.path, ['-v', 'error', '-y', ...input, ...coding, partial], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`clip: ${stderr}`);
  spawnSync('rm', ['-f', raw]);
  renameSync(partial, file);
  return file;
}

/**
 * Two people side by side, then one of them alone, nobody, and both from further away: 12, 12, 8 and 12 frames. The first one is
 * on the left.
 */
export const twoPeople: readonly Scene[] = [
  {
    photo: 6,
    frames: 12,
    view: (n, centres) => ({
      x: (centres[2].x + centres[3].x) / 2,
      y: centres[2].y,
      zoom: 1.15,
      dx: 2 * n - 12,
    }),
  },
  { photo: 6, frames: 12, view: (n, centres) => ({ ...centres[3], zoom: 1.6, turn: 6, dx: -150 - 3 * n }) },
  { photo: 6, frames: 8, view: (n) => ({ x: 960, y: -2000, dx: n }) },
  {
    photo: 6,
    frames: 12,
    view: (n, centres) => ({
      x: (centres[2].x + centres[3].x) / 2 + 20,
      y: centres[2].y + 20,
      zoom: 1.05,
      turn: -4,
      dx: -n,
    }),
  },
];
