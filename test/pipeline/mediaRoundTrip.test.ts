import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultEncoding, type EncodingOptions, type VideoEncoder } from '../../src/protocol/job';
import type { ColourTags, MediaInfo } from '../../src/pipeline/media/mediaInfo';
import { clipTools, makeClip, type ClipRecipe } from '../support/clips';
import {
  audioPackets,
  declaredRate,
  ffmpegGenerations,
  passThrough,
  planeHashes,
  removeFolderOf,
} from '../support/mediaRoad';

const lossless: EncodingOptions = { ...defaultEncoding, preset: 'ultrafast', quality: 100 };
const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20'];
const aac = [['-c', 'aac']];
const bt709 = [
  '-colorspace',
  'bt709',
  '-color_primaries',
  'bt709',
  '-color_trc',
  'bt709',
  '-color_range',
  'tv',
];
const bt601 = ['-colorspace', 'smpte170m', '-color_primaries', 'smpte170m', '-color_trc', 'smpte170m'];

const recipes: Record<string, ClipRecipe & { to?: string; encoder?: VideoEncoder }> = {
  'H.264 in MP4, B-frames, BT.709, AAC': { extension: '.mp4', video: [...x264, ...bt709], audio: aac },
  'BT.601 tags': { extension: '.mp4', video: [...x264, ...bt601] },
  untagged: { extension: '.mp4', video: x264 },
  '4:2:2': { extension: '.mp4', video: x264, pixelFormat: 'yuv422p' },
  '4:4:4': { extension: '.mp4', video: x264, pixelFormat: 'yuv444p' },
  'full range': {
    extension: '.mp4',
    video: [...x264, ...bt709.slice(0, 6), '-color_range', 'pc'],
    pixelFormat: 'yuvj420p',
  },
  '29.97 fps': { extension: '.mp4', video: x264, rate: '30000/1001', audio: aac },
  '23.976 fps in Matroska, Opus': {
    extension: '.mkv',
    video: x264,
    rate: '24000/1001',
    audio: [['-c', 'libopus']],
  },
  '29.97 fps in Matroska': { extension: '.mkv', video: x264, rate: '30000/1001' },
  '59.94 fps in WebM': {
    extension: '.webm',
    video: ['-c:v', 'libvpx-vp9', '-crf', '20', '-b:v', '0', '-cpu-used', '5', '-deadline', 'realtime'],
    rate: '60000/1001',
    encoder: 'libvpx-vp9',
  },
  'PCM sound in MOV': { extension: '.mov', video: x264, audio: [['-c', 'pcm_s16le']] },
  'two sound tracks': {
    extension: '.mp4',
    video: x264,
    audio: [
      ['-c', 'aac'],
      ['-c', 'ac3'],
    ],
  },
  'sound that starts later and lasts longer': {
    extension: '.mp4',
    video: x264,
    audio: aac,
    output: ['-af', 'adelay=300|300,apad=pad_len=12000'],
  },
  'picture that starts later': { extension: '.mp4', video: x264, audio: aac, filters: 'setpts=PTS+0.4/TB' },
  'odd size, VP9 in WebM': {
    extension: '.webm',
    to: '.mkv',
    video: ['-c:v', 'libvpx-vp9', '-crf', '20', '-b:v', '0', '-cpu-used', '5', '-deadline', 'realtime'],
    width: 321,
    height: 241,
    audio: [['-c', 'libopus']],
  },
  'anamorphic pixels': { extension: '.mp4', video: x264, filters: 'setsar=16/15' },
  'anamorphic pixels of a finer ratio': {
    extension: '.mp4',
    video: x264,
    filters: 'setsar=sar=853/720:max=1000',
  },
  'square pixels': { extension: '.mp4', video: x264, filters: 'setsar=1/1' },
  'variable frame rate': {
    extension: '.mp4',
    variable: true,
    video: [...x264, '-enc_time_base', '1:600'],
    filters: "settb=1/600,setpts='N*20+3*mod(N,3)+40*gte(N,9)'",
    audio: aac,
  },
  'turned by 90 degrees': { extension: '.mp4', video: x264, turn: 90 },
  'turned by 180 degrees': { extension: '.mov', video: x264, turn: 180 },
  'turned by 270 degrees': { extension: '.mp4', video: x264, turn: 270 },
  'turned by 90 degrees, into Matroska': { extension: '.mp4', to: '.mkv', video: x264, turn: 90, audio: aac },
  'turned by 180 degrees, into WebM': {
    extension: '.mp4',
    to: '.webm',
    video: x264,
    turn: 180,
    encoder: 'libvpx-vp9',
  },
  'turned by 270 degrees, into Matroska': { extension: '.mov', to: '.mkv', video: x264, turn: 270 },
  'AAC from MP4 into Matroska': { extension: '.mp4', to: '.mkv', video: x264, audio: aac },
  'Opus from Matroska into MP4': { extension: '.mkv', to: '.mp4', video: x264, audio: [['-c', 'libopus']] },
  'ProRes in MOV': {
    extension: '.mov',
    to: '.mp4',
    video: ['-c:v', 'prores_ks', '-profile:v', '0'],
    pixelFormat: 'yuv422p10le',
    frames: 4,
  },
  'odd size in H.264 4:4:4': {
    extension: '.mkv',
    video: x264,
    pixelFormat: 'yuv444p',
    width: 321,
    height: 239,
  },
  'HEVC in MP4': {
    extension: '.mp4',
    video: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'],
  },
  'MPEG-4 in AVI, MP3': {
    extension: '.avi',
    to: '.mp4',
    video: ['-c:v', 'mpeg4', '-q:v', '3', '-bf', '0'],
    audio: [['-c', 'libmp3lame']],
  },
  'H.264 with B-frames in AVI': { extension: '.avi', to: '.mp4', video: [...x264, '-bf', '2'] },
  'AV1 in MP4': {
    extension: '.mp4',
    video: ['-c:v', 'libaom-av1', '-cpu-used', '8', '-crf', '30', '-strict', '-2'],
    frames: 8,
  },
};

describe('a clip passes through unchanged', async () => {
  const generations = await ffmpegGenerations();
  const reference = await clipTools;
  for (const tools of generations) {
    for (const [name, { to, encoder = 'libx264', ...recipe }] of Object.entries(recipes)) {
      test(`${name} (ffmpeg ${tools.ffmpeg.version})`, async (t) => {
        const clip = await makeClip(recipe);
        if (clip === undefined) {
          t.skip(`this ffmpeg cannot make it: ${recipe.video[1]}`);
          return;
        }
        const extension = to ?? recipe.extension;
        const { info, result, report, output } = await passThrough(
          clip,
          extension,
          { ...lossless, encoder },
          tools,
        );
        try {
          const expected = planeHashes(clip, info, info, reference);
          assert.equal(expected.length, info.frames);
          assert.deepEqual(planeHashes(output, info, result, reference), expected, 'decoded frames');
          const tags = { ...info.colour, ...impliedTags(info, result) };
          assert.deepEqual(withoutDefaultRange(result.colour), withoutDefaultRange(tags), 'colour tags');
          assert.equal(result.rotation, recipe.turn ?? 0);
          const isMovie = ['.mp4', '.mov'].includes(extension);
          if (isMovie) assert.deepEqual(result.displayMatrix, info.displayMatrix);
          assert.equal(result.format.range, info.format.range);
          assert.deepEqual(result.sampleAspectRatio, info.sampleAspectRatio);
          const change = declaredRate(output, reference) / declaredRate(clip, reference) - 1;
          assert.ok(recipe.variable || Math.abs(change) < 0.01, `the rate it tells has changed by ${change}`);
          const tick = Math.max(
            info.timeBase.num / info.timeBase.den,
            result.timeBase.num / result.timeBase.den,
          );
          const moved = Math.max(...seconds(result).map((time, n) => Math.abs(time - seconds(info)[n])));
          assert.ok(moved < (extension === recipe.extension ? 1e-9 : tick), `video moved by ${moved} s`);
          const before = recipe.audio ? audioPackets(clip, reference) : [];
          const after = recipe.audio ? audioPackets(output, reference) : [];
          assert.deepEqual(
            after.map(({ md5 }) => md5),
            before.map(({ md5 }) => md5),
          );
          after.forEach(({ seconds: time }, n) =>
            assert.ok(Math.abs(time - before[n].seconds) < 0.0021, 'sound moved'),
          );
          assert.equal(report.audio, recipe.audio ? 'copied' : 'none');
        } finally {
          removeFolderOf(output);
        }
      });
    }
  }
});

function seconds({
  timestamps,
  timeBase,
}: {
  timestamps: Float64Array;
  timeBase: { num: number; den: number };
}): number[] {
  return Array.from(timestamps, (ticks) => (ticks * timeBase.num) / timeBase.den);
}

/** Where chroma lies H.264 says even when the original does not, and 4:4:4 has no such place. */
function impliedTags(original: MediaInfo, result: MediaInfo): ColourTags {
  const told =
    original.colour.chromaLocation !== undefined && original.format.sampling === result.format.sampling;
  const { chromaLocation } = result.colour;
  return told || chromaLocation === undefined ? {} : { chromaLocation };
}

/** x264 of 2018 says limited range by saying nothing. */
function withoutDefaultRange({ range, ...tags }: ColourTags): ColourTags {
  return range === undefined || range === 'tv' ? tags : { ...tags, range };
}
