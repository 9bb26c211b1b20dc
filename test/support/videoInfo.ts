import type { MediaInfo } from '../../src/pipeline/media/mediaInfo';

/** A plain 640×480 clip at 25 fps as the probe would describe it. */
export function videoInfo(change: Partial<MediaInfo> = {}): MediaInfo {
  const frames = change.frames ?? 10;
  return {
    file: '/videos/clip.mp4',
    kind: 'video',
    container: 'mov,mp4,m4a,3gp,3g2,mj2',
    codec: 'h264',
    pixelFormat: 'yuv420p',
    format: { width: 640, height: 480, sampling: '420', matrix: 'bt601', range: 'limited' },
    displayWidth: 640,
    displayHeight: 480,
    rotation: 0,
    colour: {},
    frameRate: { num: 25, den: 1 },
    frames,
    timeBase: { num: 1, den: 12800 },
    timestamps: Float64Array.from({ length: frames }, (_, n) => n * 512),
    keyFrames: [0],
    leading: 0,
    variableFrameRate: false,
    fileStartSeconds: 0,
    startSeconds: 0,
    durationSeconds: frames / 25,
    streamIndex: 0,
    seekable: true,
    audio: [],
    subtitles: [],
    leftOut: [],
    chapters: 0,
    bytes: 100000,
    conversions: [],
    ...change,
  };
}
