/**
 * An abort signal that Ctrl-C, a closing terminal and a polite kill raise. The second Ctrl-C does not wait any more.
 */
export function stopSignal(onSecond: () => void): AbortSignal {
  const abort = new AbortController();
  const stop = () => {
    if (abort.signal.aborted) onSecond();
    abort.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return abort.signal;
}
