import { stepBack } from '../../machine/stepBack';
import { frameBytes } from '../image/frame';
import { copyArguments, type CopyChoice } from './arguments';
import { startTool, type RunningTool } from './childProcess';
import type { MediaInfo } from './mediaInfo';
import type { MediaTools } from './tools';

/** Every JPEG begins like this, and these bytes stand nowhere else in one of ffmpeg's. */
const beginning = Buffer.of(0xff, 0xd8, 0xff);

/**
 * Bytes of decoded frames a millisecond, at most. A little slower than two threads can, so that what it has written waits to be read: it then
 * stops within a frame when it is to, in place of filling the pipe first, which somebody who steps through a film feels.
 */
const RATE = 260_000;
/** Time for a frame that is decoded alone, in times of one that is copied. */
const DECODING = 0.4;

/** A decoder and encoder at work in the background. */
export interface Copying extends Pick<RunningTool, 'ended'> {
  /** Stops it, with what it has decoded, until `resume`. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** Makes JPEGs of frames when nothing else on the machine has anything to do; `take` gets them in order. */
export function copyFrames(
  info: MediaInfo,
  { ffmpeg }: MediaTools,
  choice: CopyChoice,
  take: (jpeg: Buffer) => void,
): Copying {
  const args = copyArguments(info, choice, ffmpeg);
  const tool = startTool(ffmpeg.path, args, { stdin: false, stdout: true });
  stepBack(tool.child.pid);
  const stdout = tool.child.stdout!;
  const restMs = (frameBytes(info.format) / RATE) * (1 + DECODING * (choice.step - 1));
  let rest = Buffer.alloc(0);
  let due = 0;
  let isPaused = false;
  const goOn = (): void => {
    if (!isPaused) stdout.resume();
  };
  stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    let taken = 0;
    for (let end; (end = rest.indexOf(beginning, 1)) > 0; rest = rest.subarray(end), taken++)
      // A copy, so that what comes after it can go.
      take(Buffer.from(rest.subarray(0, end)));
    if (taken === 0) return;
    const now = performance.now();
    due = Math.max(now, due + taken * restMs);
    stdout.pause();
    setTimeout(goOn, due - now);
  });
  const ended = tool.ended.then((end) => {
    // Of one that was ended in the middle a part would be left.
    if (end.code === 0 && rest.length > 0) take(rest);
    return end;
  });
  return {
    ended,
    // It waits as soon as nobody takes what it writes.
    pause() {
      isPaused = true;
      stdout.pause();
    },
    resume() {
      isPaused = false;
      stdout.resume();
    },
    async close() {
      tool.kill();
      stdout.destroy();
      await ended;
    },
  };
}
