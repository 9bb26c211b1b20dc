import type { GpuSample } from '../protocol/gpu';
import type { MemoryStrategy } from '../protocol/job';
import type { ProviderChoice } from '../protocol/report';

/** Of the GPU's memory, what must stay free besides all models: frames differ, and so does what the runtime takes for them. */
const margin = 0.1;

/** What is known once all models have been loaded and warmed up together. */
export interface StrategyFacts {
  wanted: MemoryStrategy;
  /** How many processors there are to be parted. */
  processors: number;
  providers: readonly ProviderChoice[];
  /** In use before the models were loaded, and the last reading; absent where no GPU can be watched. */
  baselineMb?: number;
  loaded?: GpuSample;
}

/** Whether all processors work at once, and the numbers that say so. */
export function chooseStrategy(facts: StrategyFacts): {
  strategy: 'together' | 'sequential';
  reason: string;
} {
  const { wanted, processors, providers, baselineMb, loaded } = facts;
  if (wanted !== 'auto') return { strategy: wanted, reason: 'as chosen' };
  const together = (reason: string) => ({ strategy: 'together' as const, reason });
  if (processors < 2) return together('one processor only');
  const full = providers.find(({ failures }) => failures?.some(({ cause }) => cause === 'out-of-memory'));
  if (full) return { strategy: 'sequential', reason: `no GPU memory was left for ${full.model}` };
  if (providers.every(({ provider }) => provider === 'cpu')) return together('all models run on the CPU');
  if (!loaded || baselineMb === undefined) return together('no GPU memory can be measured');
  const free = loaded.totalMb - loaded.usedMb;
  const wantedFree = Math.round(loaded.totalMb * margin);
  const numbers = `the models take ${Math.max(0, loaded.usedMb - baselineMb)} MB, ${free} of ${loaded.totalMb} MB stay free, ${wantedFree} MB are the margin`;
  return free >= wantedFree ? together(numbers) : { strategy: 'sequential', reason: numbers };
}
