import { stepBack } from '../../machine/stepBack';
import { copyArguments } from './arguments';
import { startTool, type RunningTool } from './childProcess';
import type { MediaInfo } from './mediaInfo';
import type { MediaTools } from './tools';

/** Every JPEG begins like this, and these bytes stand nowhere else in one of ffmpeg's. */
const beginning = Buffer.of(0xff, 0xd8, 0xff);

/** A decoder and encoder at work in the background. */
export interface Copying extends Pick<RunningTool, 'ended'> {
  /** Stops it within a few frames, with what it has decoded, until `resume`. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** Makes a JPEG of each of `count` frames from `first` on, when nothing else on the machine has anything to do; `take` gets them in order. */
export function copyFrames(
  info: MediaInfo,
  { ffmpeg }: MediaTools,
  first: number,
  count: number,
  take: (jpeg: Buffer) => void,
): Copying {
  const args = copyArguments(info, first, count, ffmpeg);
  const tool = startTool(ffmpeg.path, args, { stdin: false, stdout: true });
  stepBack(tool.child.pid);
  const stdout = tool.child.stdout!;
  let rest = Buffer.alloc(0);
  stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end; (end = rest.indexOf(beginning, 1)) > 0; rest = rest.subarray(end))
      // A copy, so that what comes after it can go.
      take(Buffer.from(rest.subarray(0, end)));
  });
  const ended = tool.ended.then((end) => {
    // Of one that was ended in the middle a part would be left.
    if (end.code === 0 && rest.length > 0) take(rest);
    return end;
  });
  return {
    ended,
    // It waits as soon as nobody takes what it writes.
    pause: () => void stdout.pause(),
    resume: () => void stdout.resume(),
    async close() {
      tool.kill();
      // What it has written is still to be read before it counts as ended.
      stdout.resume();
      await ended;
    },
  };
}
