import { execFileSync } from 'node:child_process';
import path from 'node:path';
import sharp from 'sharp';

/** Group photos of @vladmandic/face-api (MIT), a development dependency. */
const photos = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');

/** One face of a group photo, to be the source. */
export async function cutSource(file: string): Promise<void> {
  await sharp(path.join(photos, 'sample6.jpg'))
    .extract({ left: 1440, top: 130, width: 380, height: 440 })
    .jpeg({ quality: 95 })
    .toFile(file);
}

/**
 * A clip with sound in which the camera sways over a group photo of three, 25 frames per second. The motion is
 * computed at a larger size, so that it is smooth to half a pixel.
 */
export function makeClip(
  ffmpeg: string,
  file: string,
  { seconds, width, height }: { seconds: number; width: number; height: number },
): void {
  const phase = '2*PI*t/4';
  const motion = [
    'crop=1500:1000:300:60',
    'scale=3000:2000',
    `rotate=0.035*sin(${phase}):bilinear=1`,
    `crop=2560:1440:220+120*sin(${phase}):260+80*cos(${phase})`,
    `scale=${width}:${height},format=yuv420p`,
  ].join(',');
  const picture = ['-loop', '1', '-framerate', '25', '-i', path.join(photos, 'sample3.jpg')];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=220:sample_rate=48000'];
  const encode = [
    '-t',
    String(seconds),
    '-c:v',
    'libx264',
    '-crf',
    '14',
    '-preset',
    'veryfast',
    '-c:a',
    'aac',
  ];
  execFileSync(ffmpeg, [
    '-nostdin',
    '-v',
    'error',
    '-y',
    ...picture,
    ...sound,
    '-vf',
    motion,
    ...encode,
    file,
  ]);
}
