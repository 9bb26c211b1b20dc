import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadCatalogue } from '../../src/models/catalogue';
import { buildModel } from './buildModel';

const folder = resolve(__dirname, '..');

/**
 * Writes the .onnx files of the catalogue that are missing or differ from their hash, and says so in one line.
 * A file appears under its name only when it is complete and has the hash of its record.
 * @param record take sizes and hashes of what is built now into the catalogue, after a change of the converter
 */
export function buildModels({ record }: { record: boolean }): void {
  const started = performance.now();
  const records = loadCatalogue();
  const built: string[] = [];
  for (const model of records) {
    const file = join(folder, model.file);
    if (!record && existsSync(file) && sha256(readFileSync(file)) === model.sha256) continue;
    const bytes = buildModel(model);
    const hash = sha256(bytes);
    if (record) Object.assign(model, { bytes: bytes.length, sha256: hash });
    else if (hash !== model.sha256) {
      throw new Error(
        `${model.file} is built with ${bytes.length} bytes and sha256 ${hash}, but the catalogue says ` +
          `${model.bytes} and ${model.sha256}. After a change of the converter: npm run models -- --record`,
      );
    }
    writeFileSync(`${file}.part`, bytes);
    renameSync(`${file}.part`, file);
    built.push(model.id);
  }
  if (record) writeCatalogue(records);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const megabytes = (records.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1);
  const done = built.length > 0 ? `built ${built.join(', ')}` : 'up to date';
  console.log(`models: ${done} (${records.length} models, ${megabytes} MB, ${seconds} s)`);
}

/** Replaces only the numbers, so that the file keeps its formatting. */
function writeCatalogue(records: ReturnType<typeof loadCatalogue>): void {
  const file = join(folder, 'catalogue.json');
  const numbers = records.values();
  const text = readFileSync(file, 'utf8').replace(
    /"bytes": \d+,(\s+)"sha256": "\w*"/g,
    (all, space: string) => {
      const next = numbers.next();
      // What follows are the models that are not built here.
      if (next.done) return all;
      const { bytes, sha256: hash } = next.value;
      return `"bytes": ${bytes},${space}"sha256": "${hash}"`;
    },
  );
  writeFileSync(file, text);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
