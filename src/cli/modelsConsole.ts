import { size } from '../protocol/sentenceFacts';

/** How commands about models tell what they do; results go to standard output. */
export interface ModelsConsole {
  log(message: string): void;
  progress(id: string, bytes: number, total: number | undefined): void;
  result(event: object, text: string): void;
}

/** Without a terminal a line is printed every so many percent. */
const percentPerLine = 10;
/** Drawn at most once per so many bytes: more often nobody sees. */
const bytesPerDrawing = 1 << 20;

export function modelsConsole(json: boolean, quiet: boolean): ModelsConsole {
  const { stderr, stdout } = process;
  let drawn = false;
  let lastStep = -1;
  let lastBytes = 0;
  const line = (text: string): void => {
    stderr.write(`${drawn ? '\r\x1b[K' : ''}${text}\n`);
    drawn = false;
  };
  const print = (event: object): void => void stdout.write(`${JSON.stringify(event)}\n`);
  return {
    log(message) {
      if (json) print({ type: 'log', level: 'info', message });
      else if (!quiet) line(message);
    },
    progress(id, bytes, total) {
      const isEnd = bytes === total;
      const step = total === undefined ? lastStep : Math.floor((100 * bytes) / total / percentPerLine);
      if (json || (!quiet && !stderr.isTTY)) {
        if (step === lastStep) return;
        lastStep = step;
        if (json) print({ type: 'progress', id, bytes, ...(total !== undefined && { total }) });
        else line(progressText(id, bytes, total));
      } else if (!quiet && (isEnd || Math.abs(bytes - lastBytes) >= bytesPerDrawing)) {
        lastBytes = bytes;
        stderr.write(`\r\x1b[K${progressText(id, bytes, total)}`.slice(0, stderr.columns + 4));
        drawn = true;
      }
    },
    result(event, text) {
      lastStep = -1;
      if (json) print(event);
      else {
        if (drawn) stderr.write('\r\x1b[K');
        drawn = false;
        stdout.write(`${text}\n`);
      }
    },
  };
}

function progressText(id: string, bytes: number, total: number | undefined): string {
  const of = total === undefined ? '' : ` of ${size(total)}, ${Math.floor((100 * bytes) / total)} %`;
  return `${id}: ${size(bytes, Math.floor)}${of}`;
}
