import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';

interface Timed {
  timeout(): number;
}

/** Left of a test's time for telling what was seen. */
const marginMs = 3000;
let running: Timed = { timeout: () => 120_000 };
let began = Date.now();

/** A test or hook begins: what is waited for from now on is waited for as long as that one may take. */
export function timeBegins(runnable: Timed): void {
  running = runnable;
  began = Date.now();
}

/**
 * Runs assertions again and again until they hold, and gives what they return. When the test's time is up it fails with the last
 * assertion, which says what was seen. Errors of other kinds end it at once.
 */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  let last = new Error(`No answer from ${check.toString()}`);
  let isOver = false;
  const look = async (): Promise<T> => {
    for (;;)
      try {
        return await check();
      } catch (error) {
        if (!(error instanceof AssertionError) || isOver) throw error;
        last = error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
  };
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(last), began + running.timeout() - marginMs - Date.now());
  });
  return Promise.race([look(), end]).finally(() => {
    isOver = true;
    clearTimeout(timer);
  });
}

/** Asks again and again until there is an answer. */
export const until = <T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> =>
  eventually(async () => {
    const found = await look();
    if (found === undefined || found === false)
      throw new AssertionError({ message: `Still ${inspect(found)}: ${look.toString()}` });
    return found;
  });
