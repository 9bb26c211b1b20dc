import type { Writable } from 'node:stream';
import { FaceSwapError } from '../../protocol/errors';
import type { EncodingOptions } from '../../protocol/job';
import { createFrame, type Frame } from '../image/frame';
import { encodeArguments } from './arguments';
import { startTool, throwIfCancelled, toolFailure } from './childProcess';
import { encodedFormat } from './encoders';
import type { MediaInfo } from './mediaInfo';
import type { MediaTools } from './tools';
import { widenChroma } from './widenChroma';

export interface FrameWriter {
  /** Resolves when the frame's memory may be used again; waits while the encoder is busy. */
  write(frame: Frame): Promise<void>;
  /** Ends the file properly. */
  finish(): Promise<void>;
  /** Ends the encoder at once; what it wrote is worthless. */
  abort(): Promise<void>;
}

/**
 * ffmpeg reads every frame into memory of its own, which glibc would give back to the system after each and get anew, page by page: 500
 * page faults a frame of 1080p, a millisecond of CPU time. 32 MiB is the most that glibc takes for the first of these limits.
 */
const keepFreedMemory = {
  MALLOC_MMAP_THRESHOLD_: String(32 << 20),
  MALLOC_TRIM_THRESHOLD_: String(128 << 20),
};

/**
 * Starts one ffmpeg that encodes frames into a segment file.
 * @throws (from any of the writer's methods) encoder-unavailable, disk-full, tool-failed, cancelled
 */
export function openFrameWriter(
  file: string,
  info: MediaInfo,
  encoding: EncodingOptions,
  tools: MediaTools,
  signal?: AbortSignal,
): FrameWriter {
  const { encoder } = encoding;
  if (!tools.ffmpeg.encoders.has(encoder)) {
    throw new FaceSwapError('encoder-unavailable', { encoder, reason: `not part of ${tools.ffmpeg.path}` });
  }
  const format = encodedFormat(info.format, encoder);
  const widened = format === info.format ? undefined : createFrame(format);
  const child = startTool(
    tools.ffmpeg.path,
    encodeArguments(file, info, format, encoding, tools.ffmpeg.nvencPresets),
    { stdin: true, stdout: false },
    signal,
    keepFreedMemory,
  );
  const stdin = child.child.stdin!;
  // A dead encoder shows as EPIPE here and as an exit code below; the latter says why.
  stdin.on('error', () => undefined);

  async function failure(): Promise<FaceSwapError> {
    const failed = await toolFailure(child, { encoder });
    if (signal?.aborted) return new FaceSwapError('cancelled');
    const stderr = child.lastWords();
    if (/no space left|disk quota|ENOSPC/i.test(stderr))
      return new FaceSwapError('disk-full', { file, stderr });
    const noDevice = encoder.endsWith('nvenc') && /cuda|nvenc|capable device|driver/i.test(stderr);
    return noDevice ? new FaceSwapError('encoder-unavailable', failed.facts) : failed;
  }

  return {
    async write(frame) {
      throwIfCancelled(signal);
      if (widened) widenChroma(frame, widened);
      if (!(await written(stdin, (widened ?? frame).data, child.ended))) throw await failure();
    },
    async finish() {
      stdin.end();
      const { code } = await child.ended;
      throwIfCancelled(signal);
      if (code !== 0) throw await failure();
    },
    async abort() {
      child.kill();
      await child.ended;
    },
  };
}

/** @returns false when the other end is gone */
function written(stdin: Writable, data: Uint8Array, ended: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    void ended.then(() => resolve(false));
    stdin.write(data, (error) => resolve(!error));
  });
}
