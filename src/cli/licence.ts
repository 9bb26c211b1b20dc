import { ask } from './ask';

/** Asks on a terminal whether a licence is accepted. */
export function accepted(signal: AbortSignal): Promise<boolean> {
  return ask('Do you accept this licence?', signal);
}
