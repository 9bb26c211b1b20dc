import type { JobReport, LogLevel, Progress } from '../protocol/report';

/** How a running job is told. Results go to standard output, everything about the way there to standard error. */
export interface JobConsole {
  log(level: LogLevel, message: string): void;
  progress(progress: Progress): void;
  done(report: JobReport): void;
}

/** One JSON object per line. */
export function jsonConsole(): JobConsole {
  const print = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);
  return {
    log: (level, message) => print({ type: 'log', level, message }),
    progress: (progress) => print({ type: 'progress', ...progress }),
    done: (report) => print({ type: 'done', report }),
  };
}

const barWidth = 28;
/** Without a terminal a line is printed every so many percent. */
const percentPerLine = 10;

/** A progress bar on a terminal, a few lines elsewhere. */
export function textConsole(): JobConsole {
  const bar = process.stderr.isTTY;
  let drawn = false;
  let lastTenth = 0;
  const clear = () => {
    if (drawn) process.stderr.write('\r\x1b[K');
    drawn = false;
  };
  const line = (text: string) => {
    clear();
    process.stderr.write(`${text}\n`);
  };
  return {
    log(level, message) {
      if (level !== 'debug') line(level === 'info' ? message : `${level}: ${message}`);
    },
    progress(progress) {
      if (progress.stage !== 'swap' || progress.total === 0) return;
      if (bar) {
        const columns = process.stderr.columns;
        process.stderr.write(`\r\x1b[K${barText(progress).slice(0, columns - 1)}`);
        drawn = true;
        return;
      }
      const tenth = Math.floor((100 * progress.frame) / progress.total / percentPerLine);
      if (tenth === lastTenth) return;
      lastTenth = tenth;
      line(statusText(progress));
    },
    done(report) {
      clear();
      process.stderr.write(`${summary(report)}\n`);
      process.stdout.write(`${report.output}\n`);
    },
  };
}

function barText(progress: Progress): string {
  const filled = Math.round((barWidth * progress.frame) / progress.total);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${statusText(progress)}`;
}

function statusText({ frame, total, fps, secondsLeft, provider }: Progress): string {
  const parts = [`${Math.floor((100 * frame) / total)} %`, `${frame}/${total}`, `${fps.toFixed(1)} fps`];
  if (secondsLeft !== undefined) parts.push(`${clock(secondsLeft)} left`);
  if (provider !== undefined) parts.push(provider);
  return parts.join(' · ');
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}

function summary(report: JobReport): string {
  const lines = report.warnings.map((warning) => `warning: ${warning}`);
  lines.push(
    `${report.frames} frames, a face swapped in ${report.framesWithSwap}; ${report.seconds.toFixed(1)} s, ` +
      `${report.fps.toFixed(1)} fps; audio ${report.audio}; at most ${report.peakMemoryMb.toFixed(0)} MB`,
  );
  return lines.join('\n');
}
