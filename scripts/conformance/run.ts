import path from 'node:path';
import { boxMask } from '../../src/pipeline/image/cropMask';
import { checkDetection } from './detection';
import { checkFacefusion } from './facefusion';
import { checkInsightface } from './insightface';
import { closeNetworks, openNetworks } from './networks';
import { ReferenceSet } from './referenceSet';
import { Verdicts, type Verdict } from './verdicts';

/**
 * Runs our implementation over a set of recorded results, writes our own under the same names to `out`, and says for
 * every item how it compares. Items that the set left out are left out.
 */
export async function runConformance(reference: string, out: string): Promise<Verdict[]> {
  const set = await ReferenceSet.open(path.resolve(reference), path.resolve(out));
  const verdicts = new Verdicts();
  const networks = await openNetworks(set);
  try {
    for (const item of set.record.cases ?? []) {
      if (!set.has(item.input)) continue;
      await checkInsightface(set, item, networks, verdicts);
      await checkFacefusion(set, item, networks, verdicts);
    }
  } finally {
    await closeNetworks(networks);
  }
  await checkBoxMasks(set, verdicts);
  await checkDetection(set, verdicts);
  await set.writeRecord(set.record);
  return verdicts.list();
}

async function checkBoxMasks(set: ReferenceSet, verdicts: Verdicts): Promise<void> {
  for (const [name, recorded] of Object.entries(set.record.boxMasks ?? {})) {
    if (!recorded) continue;
    const size = Number(name);
    const { file, shape = size === 128 ? [size, size] : [size / 2, size / 2] } = recorded;
    const [rows, columns] = shape;
    const { data } = boxMask(size);
    // Larger masks are recorded as their top-left quadrant.
    const part = Float32Array.from(
      { length: rows * columns },
      (_, i) => data[Math.floor(i / columns) * size + (i % columns)],
    );
    await set.writeFloats(file, part);
    if (!set.has(file)) continue;
    verdicts.numbers('box mask', name, part, await set.floats(file), set.record.tolerances.boxMaskMaxAbs);
  }
}
