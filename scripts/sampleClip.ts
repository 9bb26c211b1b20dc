import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, copyFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { findMediaTools } from '../src/pipeline/media/tools';
import { cutOpenFace, groupPhoto, photoPackage } from './sampleMedia';

const folder = path.resolve(__dirname, '..', 'media', 'sample');

/** What "Try It with Sample Media" works on, made once: a photo, a clip in which the camera sways over somebody else, their licence. */
export async function buildSample(): Promise<void> {
  const file = (name: string): string => path.join(folder, name);
  if (existsSync(file('clip.mp4'))) return;
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(photoPackage, 'LICENSE'), file('LICENSE'));
  await cutOpenFace(file('face.jpg'));
  const { ffmpeg } = await findMediaTools({});
  const unfinished = file('unfinished.mp4');
  makeClip(ffmpeg.path, unfinished);
  renameSync(unfinished, file('clip.mp4'));
}

/** Three seconds that end as they begin, 25 frames per second. Computed at twice the size, so that the motion is smooth to half a pixel. */
function makeClip(ffmpeg: string, file: string): void {
  const phase = '2*PI*t/3';
  const motion = [
    'crop=640:640:890:30',
    'scale=1280:1280',
    `rotate=0.035*sin(${phase}):bilinear=1`,
    `crop=960:960:160+70*sin(${phase}):150+40*cos(${phase})`,
    'scale=480:480,format=yuv420p',
  ].join(',');
  const picture = ['-loop', '1', '-framerate', '25', '-i', groupPhoto, '-vf', motion, '-t', '3'];
  const encode = ['-c:v', 'libx264', '-crf', '20', '-preset', 'slow', '-movflags', '+faststart'];
  execFileSync(ffmpeg, ['-nostdin', '-v', 'error', '-y', ...picture, ...encode, file]);
}
