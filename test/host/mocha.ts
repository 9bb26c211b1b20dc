import Mocha from 'mocha';
import { writeFileSync } from 'node:fs';
import { format } from 'node:util';

/** Runs tests inside the extension host; the result file is written last, and is what the outer process believes. */
export async function runMocha(files: readonly (() => void)[]): Promise<void> {
  // The prefix lets the outer process tell these lines from everything else an extension host prints.
  Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => console.log(`[mocha] ${format(...parts)}`);
  const mocha = new Mocha({ ui: 'tdd', color: false, timeout: 120_000, reporter: 'spec' });
  const grep = process.env['TEST_GREP'];
  if (grep !== undefined && grep !== '') mocha.grep(grep);
  for (const load of files) {
    mocha.suite.emit('pre-require', globalThis, null, mocha);
    load();
  }
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    // At once as well as in the summary: a later test that hangs would keep the summary from being printed.
    runner.on('fail', (test, error: Error) => console.log(`[mocha]     ${test.title}: ${error.message}`));
    runner.on('end', () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const file = process.env['TEST_RESULT_FILE'];
      if (file !== undefined)
        writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  });
  if (failures > 0) throw new Error(`${failures} failed`);
}
