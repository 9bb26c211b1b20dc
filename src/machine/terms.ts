import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dataFolder } from '../models/places';
import { termsVersion } from '../protocol/termsText';

/** That the terms have been accepted on this machine, as the command line and the extension share it. */
export interface Acceptance {
  version: number;
  /** ISO 8601. */
  accepted: string;
  /** At which door. */
  by: 'command line' | 'VS Code';
}

const fileName = 'terms.json';

/** The acceptance of the present text; undefined when there is none, or its file cannot be read or understood. */
export async function acceptedTerms(folder = dataFolder()): Promise<Acceptance | undefined> {
  try {
    const kept = JSON.parse(
      await readFile(path.join(folder, fileName), 'utf8'),
    ) as Partial<Acceptance> | null;
    const isCurrent = kept?.version === termsVersion && !Number.isNaN(Date.parse(kept.accepted ?? ''));
    return isCurrent ? (kept as Acceptance) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the acceptance. Gives the reason when it cannot be kept: it then holds for this time, and is asked for again. */
export async function acceptTerms(by: Acceptance['by'], folder = dataFolder()): Promise<string | undefined> {
  const acceptance: Acceptance = { version: termsVersion, accepted: new Date().toISOString(), by };
  const file = path.join(folder, fileName);
  const part = `${file}.${process.pid}.part`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(part, `${JSON.stringify(acceptance, null, 2)}\n`);
    await rename(part, file);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
