import { stepBack } from '../../machine/stepBack';
import { FaceSwapError } from '../../protocol/errors';
import type { Frame } from '../image/frame';
import { copiedArguments, decodeArguments } from './arguments';
import { startTool, throwIfCancelled, toolFailure, type RunningTool } from './childProcess';
import type { FramePool } from './framePool';
import type { MediaInfo } from './mediaInfo';
import { PipeFiller, type Filler } from './pipeFiller';
import { SocketFiller } from './socketFiller';
import type { MediaTools } from './tools';

export interface FrameReader {
  /**
   * The next frame, or undefined after the last one. It belongs to the caller until given back to the pool.
   * @throws media-truncated when the decoder ends early, tool-failed, cancelled
   */
  read(): Promise<Frame | undefined>;
  close(): Promise<void>;
}

export interface FrameReaderOptions {
  pool: FramePool;
  /** 0-based; frame n is the nth frame that a decoder shows. */
  startFrame?: number;
  signal?: AbortSignal;
  /** Everything else on the machine goes first. */
  isPatient?: boolean;
  /** JPEGs of the frames from the first one on, to be read in place of the file; nobody may read on after the last of them. */
  copied?: readonly Uint8Array[];
}

/** Starts one ffmpeg that decodes a video into frames of the pool. */
export function openFrameReader(
  info: MediaInfo,
  tools: MediaTools,
  options: FrameReaderOptions,
): FrameReader {
  const { pool, signal, startFrame = 0, isPatient = false, copied } = options;
  const args = copied ? copiedArguments(info, tools.ffmpeg) : decodeArguments(info, startFrame, tools.ffmpeg);
  const decoding = startDecoder(tools.ffmpeg.path, args, isPatient, copied, signal);
  // Awaited by whoever reads; until then a failure must not count as unhandled.
  decoding.catch(() => undefined);
  let index = startFrame;
  // Where jumping is not exact, the frames before are decoded and overwritten.
  let unwanted = info.seekable ? 0 : startFrame;
  let ended = false;

  async function fillNext(data: Uint8Array): Promise<boolean> {
    const { pipe } = await decoding;
    for (; unwanted > 0; unwanted--) {
      if ((await pipe.fill(data)) < data.length) return false;
    }
    return (await pipe.fill(data)) === data.length;
  }

  async function decoderEnd(): Promise<void> {
    const { decoder } = await decoding;
    const { code, signal: killer } = await decoder.ended;
    throwIfCancelled(signal);
    const facts = { file: info.file, stderr: decoder.lastWords() };
    // Some decoders end as failed where others leave damaged frames out.
    const isDamaged = code !== 0 && killer === null && /Invalid data found/.test(facts.stderr);
    if (code !== 0 && !isDamaged) throw await toolFailure(decoder, { file: info.file });
    if (isDamaged || index < info.frames) {
      throw new FaceSwapError('media-truncated', { ...facts, frames: index, expected: info.frames });
    }
  }

  return {
    async read() {
      throwIfCancelled(signal);
      if (ended) return undefined;
      if (index >= info.frames) {
        ended = true;
        // One frame more than there are timestamps would be lost without a word.
        const surplus = await (await decoding).pipe.fill(new Uint8Array(1));
        if (surplus > 0)
          throw new FaceSwapError('media-unsupported', { file: info.file, feature: 'timestamps' });
        await decoderEnd();
        return undefined;
      }
      const frame = await pool.take(signal);
      if (!(await fillNext(frame.data))) {
        pool.give(frame);
        ended = true;
        await decoderEnd();
        return undefined;
      }
      frame.index = index++;
      return frame;
    },
    async close() {
      ended = true;
      const started = await decoding.catch(() => undefined);
      started?.decoder.kill();
      started?.pipe.close();
      await started?.decoder.ended;
    },
  };
}

async function startDecoder(
  program: string,
  args: readonly string[],
  isPatient: boolean,
  copied?: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<{ decoder: RunningTool; pipe: Filler }> {
  const socket = await SocketFiller.open();
  const stdout = socket?.theirs ?? true;
  const decoder = startTool(program, args, { stdin: copied !== undefined, stdout }, signal);
  if (isPatient) stepBack(decoder.child.pid);
  const { stdin } = decoder.child;
  // One that is ended before it has read all of them is no failure.
  stdin?.on('error', () => undefined);
  for (const jpeg of copied ?? []) stdin?.write(jpeg);
  stdin?.end();
  socket?.theirs.destroy();
  return { decoder, pipe: socket?.filler ?? new PipeFiller(decoder.child.stdout!) };
}
