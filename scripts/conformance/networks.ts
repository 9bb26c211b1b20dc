import { openSession } from '../../src/pipeline/inference/session';
import { readLastInitializer, type StoredTensor } from '../../src/pipeline/inference/lastInitializer';
import { EnhanceNetwork } from '../../src/pipeline/processors/faceEnhancer/enhanceNetwork';
import { SwapNetwork } from '../../src/pipeline/processors/faceSwapper/swapNetwork';
import { neuralModel } from '../../src/models';
import { enhancerRecord, swapperRecord } from '../../src/pipeline/neuralRecords';
import { shapesFor } from '../../src/pipeline/openNetworks';
import type { ModelSession } from '../../src/pipeline/inference/session';
import type { ReferenceSet } from './referenceSet';

/** The set's networks, opened as the product opens them; undefined where the set has none. */
export interface Networks {
  inswapper?: { network: SwapNetwork; session: ModelSession; map: StoredTensor };
  gfpgan?: { network: EnhanceNetwork; session: ModelSession };
  codeformer?: { network: EnhanceNetwork; session: ModelSession };
}

export async function openNetworks(set: ReferenceSet): Promise<Networks> {
  const { models = {} } = set.record;
  const open = async (file: string, size: number) => {
    const shapes = await shapesFor(set.path(file), size);
    return openSession(set.path(file), { providers: ['cpu'], threads: 0, shapes });
  };
  const networks: Networks = {};
  if (set.has(models.inswapper)) {
    const session = await open(models.inswapper, 128);
    const record = swapperRecord(neuralModel('inswapper_128')!);
    const network = new SwapNetwork(session, record, models.inswapper);
    networks.inswapper = { session, network, map: await readLastInitializer(set.path(models.inswapper)) };
  }
  for (const name of ['gfpgan', 'codeformer'] as const) {
    const file = models[name];
    if (!set.has(file)) continue;
    const session = await open(file, 512);
    networks[name] = {
      session,
      network: new EnhanceNetwork(
        session,
        enhancerRecord(neuralModel(name === 'gfpgan' ? 'gfpgan_1.4' : name)!),
        file,
      ),
    };
  }
  return networks;
}

export async function closeNetworks(networks: Networks): Promise<void> {
  const all = [networks.inswapper, networks.gfpgan, networks.codeformer];
  for (const opened of all) await opened?.session.release();
}
