import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referenceInputs } from './inputs';

/**
 * What the original runtimes made of the reference inputs: `reference.json` has the hash of each input's pixels and
 * the length of each output, `reference.f32` the outputs one after the other as little-endian floats.
 */
export interface ReferenceRun {
  sha256: string;
  outputs: Record<string, Float32Array>;
}

interface Index {
  model: string;
  sha256: string;
  lengths: Record<string, number>;
}

const indexFile = join(__dirname, 'reference.json');
const valuesFile = join(__dirname, 'reference.f32');

/** In the order of `referenceInputs`. */
export function readReference(): ReferenceRun[] {
  const { buffer } = Uint8Array.from(readFileSync(valuesFile));
  let offset = 0;
  return (JSON.parse(readFileSync(indexFile, 'utf8')) as Index[]).map(({ sha256, lengths }) => {
    const outputs: Record<string, Float32Array> = {};
    for (const [name, length] of Object.entries(lengths)) {
      outputs[name] = new Float32Array(buffer, offset, length);
      offset += 4 * length;
    }
    return { sha256, outputs };
  });
}

export function writeReference(runs: readonly ReferenceRun[]): void {
  const index = runs.map(({ sha256, outputs }, i): Index => {
    const lengths = Object.entries(outputs).map(([name, { length }]) => [name, length]);
    return {
      model: referenceInputs[i].model,
      sha256,
      lengths: Object.fromEntries(lengths) as Record<string, number>,
    };
  });
  const values = runs.flatMap(({ outputs }) => Object.values(outputs).flatMap((output) => [...output]));
  writeFileSync(indexFile, `${JSON.stringify(index, null, 2)}\n`);
  writeFileSync(valuesFile, new Uint8Array(Float32Array.from(values).buffer));
}
