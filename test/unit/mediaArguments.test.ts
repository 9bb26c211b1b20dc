import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultEncoding, videoPresets, type VideoEncoder } from '../../src/protocol/job';
import {
  colourArguments,
  decodeArguments,
  encodeArguments,
  muxArguments,
} from '../../src/pipeline/media/arguments';
import { colourMatrix, colourNumbers } from '../../src/pipeline/media/colour';
import { checkOutputFits, containerOf, planAudio, planSubtitles } from '../../src/pipeline/media/containers';
import { encodedFormat, encoderArguments, quantiser } from '../../src/pipeline/media/encoders';
import { pixelLayout } from '../../src/pipeline/media/pixelFormats';
import { videoInfo } from '../support/videoInfo';

/** The value that follows an option. */
const valueOf = (args: string[], option: string) => args[args.indexOf(option) + 1];

describe('decoder arguments', () => {
  test('a file name stays one argument and is never taken for a protocol', () => {
    for (const file of ['/a/-y.mp4', "/a/it's 100%.mp4", '/a/x:y.mp4', '/a/b\nc.mp4']) {
      assert.equal(
        valueOf(decodeArguments(videoInfo({ file }), 0, { hasFpsMode: true }), '-i'),
        `file:${file}`,
      );
    }
  });
  test('no frame is dropped or doubled in either generation', () => {
    assert.equal(valueOf(decodeArguments(videoInfo(), 0, { hasFpsMode: true }), '-fps_mode'), 'passthrough');
    assert.equal(valueOf(decodeArguments(videoInfo(), 0, { hasFpsMode: false }), '-vsync'), '0');
  });
  test('a jump aims between two frames, counted from the start of the file', () => {
    const info = videoInfo({ fileStartSeconds: 0.02 });
    assert.equal(Number(valueOf(decodeArguments(info, 5, { hasFpsMode: true }), '-ss')), 4.5 / 25 - 0.02);
    assert.ok(!decodeArguments(info, 0, { hasFpsMode: true }).includes('-ss'));
    assert.ok(!decodeArguments({ ...info, seekable: false }, 5, { hasFpsMode: true }).includes('-ss'));
  });
  test('a jump to a frame that is stored after the key frame that follows begins well before both', () => {
    const info = videoInfo({ frames: 40, keyFrames: [0, 30], leading: 3 });
    const jump = (frame: number): string[] => {
      const args = decodeArguments(info, frame, { hasFpsMode: true });
      return [valueOf(args, '-ss'), args.includes('-vf') ? valueOf(args, '-vf') : ''];
    };
    assert.deepEqual(jump(26), [(25.5 / 25).toFixed(6), '']);
    assert.deepEqual(jump(27), [(19.5 / 25).toFixed(6), `select=gte(t\\,${(7 / 25).toFixed(6)})`]);
  });
  test('frames are neither turned nor converted', () => {
    const args = decodeArguments(videoInfo({ pixelFormat: 'yuvj422p' }), 0, { hasFpsMode: true });
    assert.ok(args.includes('-noautorotate'));
    assert.equal(valueOf(args, '-pix_fmt'), 'yuvj422p');
  });
});

describe('encoder arguments', () => {
  test("roop's quality scale", () => {
    assert.deepEqual(
      [0, 50, 80, 100].map((q) => quantiser('libx264', q)),
      [51, 26, 10, 0],
    );
    assert.deepEqual(
      [0, 50, 80, 100].map((q) => quantiser('libvpx-vp9', q)),
      [63, 32, 13, 0],
    );
    assert.equal(quantiser('libx264', 400), 0);
  });
  test('100 is lossless where the encoder can', () => {
    const best = (encoder: VideoEncoder) =>
      encoderArguments({ ...defaultEncoding, encoder, quality: 100 }, true).join(' ');
    assert.match(best('libx264'), /-qp 0/);
    assert.match(best('libx265'), /lossless=1/);
    assert.match(best('libvpx-vp9'), /-lossless 1/);
    assert.match(best('h264_nvenc'), /-tune lossless/);
  });
  test('every preset has its counterpart', () => {
    for (const preset of videoPresets) {
      const modern = encoderArguments({ ...defaultEncoding, encoder: 'hevc_nvenc', preset }, true);
      assert.match(valueOf(modern, '-preset'), /^p[1-7]$/);
      const old = encoderArguments({ ...defaultEncoding, encoder: 'hevc_nvenc', preset }, false);
      assert.match(valueOf(old, '-preset'), /^(fast|medium|slow)$/);
      const speed = Number(
        valueOf(encoderArguments({ ...defaultEncoding, encoder: 'libvpx-vp9', preset }, true), '-cpu-used'),
      );
      assert.ok(speed >= 0 && speed <= 5);
    }
  });
  test('odd sizes get a chroma sample for every pixel, except where the codec can do without', () => {
    const odd = { ...videoInfo().format, width: 641 };
    assert.equal(encodedFormat(odd, 'libx264').sampling, '444');
    assert.equal(encodedFormat(odd, 'libvpx-vp9').sampling, '420');
    assert.equal(
      encodedFormat({ ...odd, width: 640, height: 481, sampling: '422' }, 'libx264').sampling,
      '422',
    );
    assert.equal(encodedFormat({ ...odd, width: 640, sampling: '422' }, 'h264_nvenc').sampling, '444');
    assert.equal(encodedFormat(videoInfo().format, 'h264_nvenc').sampling, '420');
  });
  test('colours are told on both sides of the encoder', () => {
    const info = videoInfo({
      colour: { primaries: 'bt709', transfer: 'iec61966-2-1', space: 'smpte170m', range: 'tv' },
    });
    const args = encodeArguments('/x.mp4', info, info.format, defaultEncoding, true);
    assert.deepEqual(colourArguments(info), [
      '-color_primaries',
      '1',
      '-color_trc',
      '13',
      '-colorspace',
      '6',
      '-color_range',
      '1',
    ]);
    assert.equal(args.filter((arg) => arg === '-colorspace').length, 2);
    assert.ok(args.indexOf('-colorspace') < args.indexOf('-i'));
    assert.match(valueOf(args, '-movflags'), /write_colr/);
  });
  test('untagged stays untagged', () => {
    const args = encodeArguments('/x.mp4', videoInfo(), videoInfo().format, defaultEncoding, true);
    assert.ok(!args.some((arg) => arg.startsWith('-color')));
    assert.ok(!args.includes('-movflags'));
  });
});

describe('colour', () => {
  test('untagged video is read as players read it', () => {
    assert.equal(colourMatrix({}, 576), 'bt601');
    assert.equal(colourMatrix({}, 720), 'bt709');
    assert.equal(colourMatrix({ space: 'bt709' }, 240), 'bt709');
    assert.equal(colourMatrix({ space: 'smpte170m' }, 1080), 'bt601');
    assert.equal(colourMatrix({ space: 'ycgco' }, 1080), undefined);
  });
  test('names nobody knows are left out', () =>
    assert.deepEqual(colourNumbers({ primaries: 'reserved' }), {}));
});

describe('pixel formats', () => {
  test('planar 8-bit formats travel untouched', () => {
    for (const name of ['yuv420p', 'yuv422p', 'yuv444p', 'yuvj420p', 'yuvj422p', 'yuvj444p']) {
      const layout = pixelLayout(name, false);
      assert.ok('decodeAs' in layout);
      assert.equal(layout.decodeAs, name);
      assert.equal(layout.conversion, undefined);
    }
  });
  test('grey keeps its range, which is full', () => {
    const layout = pixelLayout('gray', false);
    assert.ok('decodeAs' in layout);
    assert.deepEqual([layout.decodeAs, layout.fullRange], ['yuvj420p', true]);
  });
  test('deep and transparent video is refused by name', () => {
    assert.deepEqual(pixelLayout('yuv420p10le', false), { unsupported: '10-bit' });
    assert.deepEqual(pixelLayout('yuva420p', false), { unsupported: 'alpha' });
    assert.deepEqual(pixelLayout('yuva444p10le', true), { unsupported: 'alpha' });
    assert.ok('unsupported' in pixelLayout('p010le', false));
    assert.ok('unsupported' in pixelLayout('gbrp12le', false));
    assert.ok('unsupported' in pixelLayout('bayer_rggb8', false));
  });
  test('what has to be converted says so', () => {
    for (const [name, intermediate] of [
      ['rgb24', false],
      ['gray', false],
      ['yuv411p', false],
      ['yuv422p10le', true],
    ] as const) {
      const layout = pixelLayout(name, intermediate);
      assert.ok('decodeAs' in layout && layout.conversion !== undefined, name);
    }
  });
});

describe('containers', () => {
  const audio = (codec: string) => [{ index: 1, codec, channels: 2, sampleRate: 48000 }];
  test('sound is copied where it fits', () => {
    const actions = (extension: string, codec: string) => planAudio(extension, audio(codec))[0].action;
    assert.equal(actions('.mp4', 'aac'), 'copy');
    assert.equal(actions('.mp4', 'pcm_s16le'), 'encode');
    assert.equal(actions('.mov', 'pcm_s16le'), 'copy');
    assert.equal(actions('.mkv', 'pcm_s16le'), 'copy');
    assert.equal(actions('.webm', 'aac'), 'encode');
    assert.equal(actions('.webm', 'opus'), 'copy');
  });
  test('subtitles are copied, converted or left out', () => {
    const action = (extension: string, codec: string) =>
      planSubtitles(extension, [{ index: 2, codec }])[0].action;
    assert.equal(action('.mp4', 'mov_text'), 'copy');
    assert.equal(action('.mp4', 'subrip'), 'encode');
    assert.equal(action('.mp4', 'hdmv_pgs_subtitle'), 'drop');
    assert.equal(action('.mkv', 'hdmv_pgs_subtitle'), 'copy');
    assert.equal(action('.webm', 'ass'), 'encode');
  });
  test('what does not fit is refused before the work', () => {
    const turned = videoInfo({ rotation: 90, displayMatrix: [0, 65536, 0, -65536, 0, 0, 0, 0, 1073741824] });
    const mirrored = videoInfo({ displayMatrix: [-65536, 0, 0, 0, 65536, 0, 41943040, 0, 1073741824] });
    const code = (run: () => void) => {
      try {
        run();
      } catch (error) {
        return error instanceof FaceSwapError ? error.code : 'other';
      }
      return 'fits';
    };
    assert.equal(
      code(() => checkOutputFits(videoInfo(), '.webm', 'libx264')),
      'output-encoder-unfit',
    );
    assert.equal(
      code(() => checkOutputFits(videoInfo(), '.webm', 'libvpx-vp9')),
      'fits',
    );
    assert.equal(
      code(() => checkOutputFits(videoInfo(), '.avi', 'libx264')),
      'output-format-unknown',
    );
    assert.equal(
      code(() => checkOutputFits(turned, '.mkv', 'libx264')),
      'fits',
    );
    assert.equal(
      code(() => checkOutputFits(mirrored, '.mkv', 'libx264')),
      'output-rotation-unfit',
    );
    assert.equal(
      code(() => checkOutputFits(turned, '.mov', 'libx264')),
      'fits',
    );
  });
});

describe('muxer arguments', () => {
  const plan = (change: object = {}) => ({
    info: videoInfo(),
    file: '/out/joined',
    container: containerOf('.mp4'),
    codec: 'hevc' as const,
    audio: planAudio('.mp4', [
      { index: 1, codec: 'aac', channels: 2, sampleRate: 48000 },
      { index: 3, codec: 'pcm_s16le', channels: 2, sampleRate: 48000 },
    ]),
    subtitles: planSubtitles('.mp4', [
      { index: 2, codec: 'hdmv_pgs_subtitle' },
      { index: 4, codec: 'subrip' },
    ]),
    shiftSeconds: 0,
    soundOffset: 0,
    ...change,
  });
  test('maps every track that is kept, each with its codec', () => {
    const args = muxArguments(plan());
    const maps = args.filter((_, n) => args[n - 1] === '-map');
    assert.deepEqual(maps, ['0:v:0', '1:1', '1:3', '1:4']);
    assert.equal(valueOf(args, '-c:a:1'), 'aac');
    assert.equal(valueOf(args, '-c:s:0'), 'mov_text');
    assert.ok(!args.includes('-c:a:0'));
  });
  test('keeps time scale, tag and index position in MP4', () => {
    const args = muxArguments(plan());
    assert.equal(valueOf(args, '-video_track_timescale'), '12800');
    assert.equal(valueOf(args, '-tag:v'), 'hvc1');
    assert.match(valueOf(args, '-movflags'), /faststart/);
  });
  test('times that were shifted for the pipe are shifted back', () => {
    assert.equal(valueOf(muxArguments(plan({ shiftSeconds: 2 })), '-itsoffset'), '-2');
    assert.ok(!muxArguments(plan()).includes('-itsoffset'));
  });
});
