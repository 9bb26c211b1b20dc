import { stepBack } from '../../machine/stepBack';
import { copyArguments, type CopyChoice } from './arguments';
import { startTool, type RunningTool } from './childProcess';
import type { MediaInfo } from './mediaInfo';
import type { MediaTools } from './tools';

/** Every JPEG begins like this, and these bytes stand nowhere else in one of ffmpeg's. */
const beginning = Buffer.of(0xff, 0xd8, 0xff);

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
  let rest = Buffer.alloc(0);
  stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end; (end = rest.indexOf(beginning, 1)) > 0; rest = rest.subarray(end))
      // A copy, so that what comes after it can go.
      take(Buffer.from(rest.subarray(0, end)));
  });
  /** Windows knows nothing like it: there it waits as soon as nobody takes what it writes, some frames later. */
  const tell = (signal: 'SIGSTOP' | 'SIGCONT'): void => {
    if (process.platform !== 'win32') tool.child.kill(signal);
  };
  const ended = tool.ended.then((end) => {
    // Of one that was ended in the middle a part would be left.
    if (end.code === 0 && rest.length > 0) take(rest);
    return end;
  });
  return {
    ended,
    pause() {
      stdout.pause();
      tell('SIGSTOP');
    },
    resume() {
      tell('SIGCONT');
      stdout.resume();
    },
    async close() {
      tool.kill();
      stdout.destroy();
      await ended;
    },
  };
}
