import { execFileSync } from 'node:child_process';
import path from 'node:path';
import sharp from 'sharp';

/** Folder of @vladmandic/face-api (MIT), a development dependency; its author took the photos in `demo`. */
export const photoPackage = path.dirname(require.resolve('@vladmandic/face-api/package.json'));
const photos = path.join(photoPackage, 'demo');

/** Three people, 1920×1350. */
export const groupPhoto = path.join(photos, 'sample3.jpg');

type Cut = { left: number; top: number; width: number; height: number };

/** One face of a group photo, to be the source. */
export const cutSource = (file: string): Promise<void> =>
  cut('sample6.jpg', { left: 1440, top: 130, width: 380, height: 440 }, file);

/** Another one: it looks into the camera, and no hair falls into it. */
export const cutOpenFace = (file: string): Promise<void> =>
  cut('sample4.jpg', { left: 540, top: 0, width: 480, height: 480 }, file);

async function cut(photo: string, box: Cut, file: string): Promise<void> {
  await sharp(path.join(photos, photo)).extract(box).jpeg({ quality: 95 }).toFile(file);
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
  const picture = ['-loop', '1', '-framerate', '25', '-i', groupPhoto];
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
