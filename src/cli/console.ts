import type { JobReport, LogLevel, Progress } from '../protocol/report';
import { barText, statusText, summaryLines } from './statusText';

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

const prefixes = { warn: 'warning', error: 'error' };

/** Without a terminal a line is printed every so many percent. */
const percentPerLine = 10;

/** A progress bar on a terminal, a few lines elsewhere; with `quiet`, warnings and the result alone. */
export function textConsole(quiet: boolean): JobConsole {
  const { stderr } = process;
  let drawn = false;
  let lastStep = 0;
  const line = (text: string) => {
    stderr.write(`${drawn ? '\r\x1b[K' : ''}${text}\n`);
    drawn = false;
  };
  return {
    log(level, message) {
      if (level === 'debug' || (quiet && level === 'info')) return;
      line(level === 'info' ? message : `${prefixes[level]}: ${message}`);
    },
    progress(progress) {
      if (quiet || progress.stage !== 'swap' || progress.total === 0) return;
      if (stderr.isTTY) {
        stderr.write(`\r\x1b[K${barText(progress, stderr.columns - 1)}`);
        drawn = true;
        return;
      }
      const step = Math.floor((100 * progress.frame) / progress.total / percentPerLine);
      if (step !== lastStep) line(statusText(progress));
      lastStep = step;
    },
    done(report) {
      for (const text of summaryLines(report)) if (!quiet || text.startsWith('warning')) line(text);
      process.stdout.write(`${report.output}\n`);
    },
  };
}
