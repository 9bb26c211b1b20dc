import { deleteRecord, readRecord, recordFile, type JobEntry } from '../machine/jobRecord';

/** `face-swap record`: shows or deletes the jobs on record on this machine. */
export async function record({ json, delete: gone }: { json?: true; delete?: true }): Promise<void> {
  if (gone) {
    const text = (await deleteRecord()) ? 'The job record is deleted' : 'There is no job record';
    process.stderr.write(`${text}\n`);
    return;
  }
  const entries = await readRecord();
  for (const entry of entries) process.stdout.write(`${json ? JSON.stringify(entry) : lineOf(entry)}\n`);
  process.stderr.write(`${entries.length} ${entries.length === 1 ? 'job' : 'jobs'} in ${recordFile()}\n`);
}

function lineOf({ when, target, output, result, seconds, sha256 }: JobEntry): string {
  const hash = sha256 === undefined ? '' : `  sha256 ${sha256}`;
  return `${when}  ${target} → ${output}  ${result}  ${seconds} s${hash}`;
}
