import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { networkOf } from '../models/build/buildModel';
import { convertTfjs, rangeOf } from '../models/build/fromTfjs';
import type { Range } from '../models/build/steps';
import { nodesFor, readTfjs } from '../models/build/tfjs';
import { loadCatalogue } from '../src/models';
import { openSession } from '../src/pipeline/inference/session';
import { viewsOf } from './views';

/**
 * Measures over which ranges a network of bytes should store its values, on views of the photos of development dependencies, and
 * writes them for the build: `node --import tsx scripts/measureRanges.ts`, then `npm run format` and `npm run models -- --record`.
 */

/** Values are counted in bins between these limits. */
const reach = 64;
const bins = 8192;
const binSize = (2 * reach) / bins;
const valueOf = (bin: number) => (bin + 0.5) * binSize - reach;

async function measure(): Promise<void> {
  const record = loadCatalogue().find(({ source }) => source.ranges !== undefined)!;
  const model = readTfjs(new TextDecoder().decode(networkOf(record)), (name) => networkOf(record, name));
  const names = nodesFor(model, [record.outputs[0].from])
    .filter((node) => /^(_FusedConv2D|AddV2)$/.test(node.op) && !rangeOf(node, {}))
    .map(({ name }) => name);
  const [input] = record.inputs;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'face-swap-ranges-'));
  const file = path.join(folder, 'network.onnx');
  const counts = new Map(names.map((name) => [name, new Float64Array(bins)]));
  try {
    writeFileSync(
      file,
      convertTfjs(
        'values',
        model,
        input,
        names.map((name) => ({ name, from: name })),
      ),
    );
    const session = await openSession(file, { providers: ['cpu'], threads: 1 });
    for await (const view of viewsOf([], { seed: 1, cuts: 25 })) {
      for (const [name, values] of Object.entries(await session.run({ [input.name]: view })))
        count(values, counts.get(name)!);
    }
    await session.release();
  } finally {
    rmSync(folder, { recursive: true });
  }
  const ranges = Object.fromEntries([...counts].map(([name, found]) => [name, bestRange(found)]));
  const written = path.resolve(__dirname, '..', 'models', record.source.ranges!);
  writeFileSync(written, `${JSON.stringify(ranges, null, 2)}\n`);
}

function count(values: Float32Array, found: Float64Array): void {
  for (const value of values) {
    const bin = Math.floor((value + reach) / binSize);
    found[Math.min(bins - 1, Math.max(0, bin))]++;
  }
}

/** The range with the least mean square error, of rounding within and of clipping beyond it. */
function bestRange(found: Float64Array): Range {
  const seen = [...found.keys()].filter((bin) => found[bin] > 0);
  const extremes: Range = [valueOf(seen[0]), valueOf(seen.at(-1)!)];
  const errorOf = ([from, to]: Range): number => {
    const rounding = ((to - from) / 255) ** 2 / 12;
    return seen.reduce((sum, bin) => {
      const beyond = Math.max(from - valueOf(bin), valueOf(bin) - to, 0);
      return sum + found[bin] * (beyond > 0 ? beyond ** 2 : rounding);
    }, 0);
  };
  const shares = Array.from({ length: 46 }, (_, i) => 1 - i / 50);
  const better = (one: Range, other: Range) => (errorOf(other) < errorOf(one) ? other : one);
  let best = extremes;
  // Either end by itself, twice, because each depends on the other a little.
  for (let turn = 0; turn < 2; turn++) {
    best = shares.map((share): Range => [extremes[0] * share, best[1]]).reduce(better);
    best = shares.map((share): Range => [best[0], extremes[1] * share]).reduce(better);
  }
  return [Number(best[0].toFixed(2)), Number(best[1].toFixed(2))];
}

measure().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
