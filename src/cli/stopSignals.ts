/**
 * An abort signal that Ctrl-C, a closing terminal and a polite kill raise. The second one does not wait any more:
 * `atOnce` must not return.
 */
export function stopSignal(atOnce: () => never): AbortSignal {
  const abort = new AbortController();
  const stop = () => {
    if (abort.signal.aborted) atOnce();
    abort.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return abort.signal;
}
