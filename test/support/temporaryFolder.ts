import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

/** A folder of the test file's own, with a name that tries encodings and spaces; removed when its tests are done. */
export function temporaryFolder(name: string) {
  const folder = mkdtempSync(path.join(tmpdir(), `face-swap ünï ${name}-`));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const inside = (...parts: string[]) => path.join(folder, ...parts);
  return {
    path: inside,
    /** Writes a file and gives its path. */
    write(name: string, content: string | Uint8Array): string {
      const file = inside(name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}
