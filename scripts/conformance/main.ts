import { parseArgs } from 'node:util';
import { runConformance } from './run';
import { formatTable } from './verdicts';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { reference: { type: 'string' }, out: { type: 'string' } },
  });
  const { reference, out } = values;
  if (!reference || !out) {
    console.error('Usage: npm run conformance -- --reference DIR --out OUT');
    process.exitCode = 2;
    return;
  }
  const verdicts = await runConformance(reference, out);
  console.log(formatTable(verdicts));
  const failed = verdicts.filter(({ passed }) => !passed).length;
  console.log(`\n${verdicts.length - failed} of ${verdicts.length} items pass`);
  // Nothing compared proves nothing.
  if (failed > 0 || verdicts.length === 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
