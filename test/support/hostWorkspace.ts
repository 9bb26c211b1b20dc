import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(__dirname, '..', '..');
const photos = path.join(root, 'node_modules', '@vladmandic', 'face-api', 'demo');
const photo = path.join(photos, 'sample6.jpg');

/** The ffmpeg that an npm package ships: there on every machine that runs the tests. */
export function packagedTool(name: 'ffmpeg' | 'ffprobe'): string {
  const tools = createRequire(path.join(root, 'package.json'));
  return (tools(`@${name}-installer/${name}`) as { path: string }).path;
}

const ffmpeg = (...args: string[]): void => {
  execFileSync(packagedTool('ffmpeg'), ['-nostdin', '-v', 'error', '-y', ...args]);
};

/** Frames of `clip.mp4` and of `long.mp4`, and the width of both. */
export const clipFrames = 40;
export const longFrames = 900;
export const clipWidth = 480;

/**
 * Fills a folder with what the suite works on: two faces (`ann.jpg`, `bea.jpg`), a third one (`cleo.jpg`), two people in motion (`pair.mp4`), clips of the second one in motion with sound (`clip.mp4`, 25 fps;
 * `long.mp4`, long enough to be interrupted), a picture without a face, and a text file that calls itself a video.
 */
export function fillWorkspace(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const file = (name: string): string => path.join(folder, name);
  ffmpeg('-i', photo, '-vf', 'crop=460:520:620:150', '-q:v', '2', file('ann.jpg'));
  ffmpeg('-i', photo, '-vf', 'crop=480:480:1400:140', '-frames:v', '1', '-q:v', '2', file('bea.jpg'));
  moving(file('clip.mp4'), clipFrames);
  moving(file('long.mp4'), longFrames);
  ffmpeg('-i', photo, '-vf', 'crop=400:480:200:400', '-q:v', '2', file('cleo.jpg'));
  movingPair(file('pair.mp4'));
  ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=320x240', '-frames:v', '1', file('nobody.png'));
  writeFileSync(file('notes.txt'), 'A file that is none of our business.\n');
  writeFileSync(file('broken.mp4'), 'This is no video.\n'.repeat(100));
}

function moving(file: string, frames: number): void {
  const sway = `crop=${clipWidth}:480:1400+30*sin(PI*t):140+20*cos(PI*t),format=yuv420p`;
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000'];
  ffmpeg(
    ...['-loop', '1', '-framerate', '25', '-i', photo, ...sound, '-vf', sway],
    ...[
      '-t',
      String(frames / 25),
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-crf',
      '18',
      '-c:a',
      'aac',
      file,
    ],
  );
}

/** Two people side by side, without sound. */
function movingPair(file: string): void {
  const sway = 'crop=880:704:1000+20*sin(PI*t):120+15*cos(PI*t),scale=640:512,format=yuv420p';
  const encode = ['-t', '2', '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '18', file];
  ffmpeg('-loop', '1', '-framerate', '25', '-i', photo, '-vf', sway, ...encode);
}

/** Three people side by side, for pictures. */
export function movingFriends(file: string): void {
  const sway = 'crop=1440:810:420+30*sin(PI*t):60+15*cos(PI*t),scale=960:540,format=yuv420p';
  const encode = ['-t', '2', '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '16', file];
  ffmpeg('-loop', '1', '-framerate', '25', '-i', path.join(photos, 'sample3.jpg'), '-vf', sway, ...encode);
}

/** Settings a folder might bring along to make somebody else's program run. */
export function addWorkspaceSettings(folder: string): void {
  mkdirSync(path.join(folder, '.vscode'));
  const settings = { 'faceSwap.ffmpegPath': path.join(folder, 'evil'), 'faceSwap.outputVideoQuality': 33 };
  writeFileSync(path.join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
}
