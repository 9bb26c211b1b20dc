import Mocha, { type Runner, type Test } from 'mocha';
import { writeFileSync } from 'node:fs';
import { format } from 'node:util';
import { beginAfresh } from './afresh';
import { workspaceFiles } from './surroundings';
import { timeBegins } from './waiting';

/** Runs tests inside the extension host; the result file is written last, and is what the outer process believes. */
export async function runMocha(files: readonly (() => void)[]): Promise<void> {
  // The prefix lets the outer process tell these lines from everything else an extension host prints.
  Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => console.log(`[mocha] ${format(...parts)}`);
  // A window has much of its own to do: what fails is tried once more, which is never silent.
  const mocha = new Mocha({ ui: 'tdd', color: false, timeout: 120_000, retries: 1, reporter: 'spec' });
  const grep = process.env['TEST_GREP'];
  if (grep !== undefined && grep !== '') mocha.grep(grep);
  const failedOnce = new Map<string, string>();
  beginSecondTriesAfresh(mocha, failedOnce);
  for (const load of files) {
    mocha.suite.emit('pre-require', globalThis, null, mocha);
    load();
  }
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    const secondTries = listSecondTries(runner, failedOnce);
    runner.on('test', timeBegins);
    runner.on('hook', timeBegins);
    runner.on('hook end', ({ ctx }) => {
      if (ctx?.currentTest) timeBegins(ctx.currentTest);
    });
    // At once as well as in the summary: a later test that hangs would keep the summary from being printed.
    runner.on('fail', (test, error: Error) => console.log(`[mocha]     ${test.title}: ${error.message}`));
    runner.on('end', () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const file = process.env['TEST_RESULT_FILE'];
      const counts = { passed: passes, failed: failures, skipped: pending, secondTries };
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  });
  if (failures > 0) throw new Error(`${failures} failed`);
}

function beginSecondTriesAfresh(mocha: Mocha, failedOnce: ReadonlyMap<string, string>): void {
  let before: string[] = [];
  mocha.suite.beforeEach('begins afresh', async function () {
    if (failedOnce.has(this.currentTest?.fullTitle() ?? ''))
      // A hook that fails would end everything; the test itself says then what stands in its way.
      await beginAfresh(before).catch((error: unknown) =>
        console.log(`[mocha]     not afresh: ${String(error)}`),
      );
    else before = workspaceFiles();
  });
}

/** Prints what fails for the first time; the list grows by what passes after that, with what went wrong before. */
function listSecondTries(runner: Runner, failedOnce: Map<string, string>): string[] {
  const passed: string[] = [];
  runner.on('retry', (test: Test, error: Error) => {
    failedOnce.set(test.fullTitle(), error.message.replace(/\s+/g, ' '));
    const ours = (error.stack ?? error.message)
      .split('\n')
      .filter((line) => !/node_modules|node:internal/.test(line));
    console.log(`[mocha]     ${test.title}: is tried a second time; ${ours.join('\n')}`);
  });
  runner.on('pass', (test) => {
    const first = failedOnce.get(test.fullTitle());
    if (first !== undefined) passed.push(`${test.fullTitle()}: ${first}`);
  });
  return passed;
}
