import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { SwapJob } from '../protocol/job';

/**
 * Removes what an interrupted run of a job has finished, for when nobody will go on with it: folders beside its result whose name
 * begins with that of the result, as the pipeline names them.
 */
export async function removeKeptParts({ output }: SwapJob): Promise<void> {
  const folder = path.dirname(output);
  const begin = `.${path.basename(output).slice(0, 60)}.face-swap-kept-`;
  const names = await readdir(folder).catch(() => []);
  const kept = names.filter((name) => name.startsWith(begin));
  await Promise.all(kept.map((name) => rm(path.join(folder, name), { recursive: true, force: true })));
}
