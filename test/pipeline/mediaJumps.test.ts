import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { frameBytes } from '../../src/pipeline/image/frame';
import { decodeArguments } from '../../src/pipeline/media/arguments';
import type { MediaInfo } from '../../src/pipeline/media/mediaInfo';
import { probeMedia } from '../../src/pipeline/media/probe';
import { clipTools, makeClip, type ClipRecipe } from '../support/clips';

const x264 = ['-c:v', 'libx264', '-preset', 'fast', '-g', '60', '-sc_threshold', '0', '-bf', '3'];
const keys = [0, 60, 120];

const recipes: Record<string, Partial<ClipRecipe>> = {
  'B frames': {},
  'no B frames': { video: [...x264, '-bf', '0'] },
  'open groups': { video: [...x264, '-x264-params', 'open-gop=1'] },
  'x265 and open groups': {
    video: [
      '-c:v',
      'libx265',
      '-x265-params',
      'log-level=none:keyint=60:min-keyint=60:scenecut=0:open-gop=1',
    ],
  },
  'a start that is not zero': { extension: '.mkv', output: ['-output_ts_offset', '7.3'] },
  'a variable frame rate': {
    extension: '.mkv',
    frames: 70,
    video: [...x264, '-g', '30'],
    variable: true,
    filters: 'setpts=(N+0.98*mod(N\\,2)+3*floor(N/9))/25/TB',
  },
  'few frames a second': { rate: '5' },
  'MPEG-2 in Matroska': {
    extension: '.mkv',
    video: ['-c:v', 'mpeg2video', '-g', '60', '-bf', '2', '-q:v', '2'],
  },
};

describe('a jump to a frame after a key frame', () => {
  const clip = async (change: Partial<ClipRecipe>): Promise<MediaInfo | undefined> => {
    const file = await makeClip({ extension: '.mp4', video: x264, frames: 150, ...change });
    return file === undefined ? undefined : probeMedia(file, await clipTools);
  };

  /** MD5 of frames from one on, and how many frames were decoded for them. */
  async function decode(
    info: MediaInfo,
    first: number,
    count: number,
  ): Promise<{ hashes: string[]; decoded: number }> {
    const { ffmpeg } = await clipTools;
    const args = decodeArguments(info, first, ffmpeg).map((one) => (one === 'error' ? 'verbose' : one));
    args.splice(args.indexOf('rawvideo') - 1, 0, '-frames:v', String(count));
    const { status, stdout, stderr } = spawnSync(ffmpeg.path, args, { maxBuffer: 1e9 });
    assert.equal(status, 0, String(stderr));
    const size = frameBytes(info.format);
    const hashes = Array.from({ length: stdout.length / size }, (_, n) =>
      createHash('md5')
        .update(stdout.subarray(n * size, (n + 1) * size))
        .digest('hex'),
    );
    return { hashes, decoded: Number(/(\d+) frames decoded/.exec(String(stderr))?.[1]) };
  }

  for (const [name, change] of Object.entries(recipes))
    test(`comes to that very frame in a clip with ${name}`, async (t) => {
      const info = await clip(change);
      if (!info) {
        t.skip('this ffmpeg has no such encoder');
        return;
      }
      assert.ok(info.keyFrames.length >= 2, String(info.keyFrames));
      assert.equal(info.leading > 0, /open groups|MPEG-2/.test(name));
      const all = await decode(info, 0, info.frames);
      assert.equal(all.hashes.length, info.frames);
      for (const key of info.keyFrames.slice(1))
        for (const first of [-3, -1, 0, 1, 2, 3, 4, 7].map((n) => key + n)) {
          const { hashes } = await decode(info, first, 3);
          assert.deepEqual(hashes, all.hashes.slice(first, first + 3), `from ${first} on`);
        }
    });

  test('takes no way from the key frame before that one', async () => {
    const info = (await clip({}))!;
    assert.deepEqual(info.keyFrames, keys);
    for (const after of [0, 1, 3, 5]) {
      const { decoded } = await decode(info, 60 + after, 1);
      assert.ok(decoded > 0 && decoded < 30, `${decoded} frames for one ${after} after a key frame`);
    }
  });
});
