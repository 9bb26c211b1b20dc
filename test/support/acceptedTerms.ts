import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { termsVersion } from '../../src/protocol/termsText';

/** Makes a data folder that of somebody who accepted the terms long ago. */
export function acceptedTermsIn(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const acceptance = { version: termsVersion, accepted: '2026-01-01T00:00:00.000Z', by: 'command line' };
  writeFileSync(path.join(folder, 'terms.json'), JSON.stringify(acceptance));
}
