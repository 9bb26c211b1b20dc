import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseStrategy, type StrategyFacts } from '../../src/pipeline/memoryStrategy';
import type { ExecutionProvider } from '../../src/protocol/job';
import { providerFailure } from '../../src/protocol/providerText';
import type { ProviderFailure } from '../../src/protocol/providers';

const on = (provider: ExecutionProvider, failures: ProviderFailure[] = []) => {
  return { model: 'gfpgan', provider, reason: 'proven', fellBack: failures.length > 0, failures };
};
const facts = (usedMb: number, more: Partial<StrategyFacts> = {}): StrategyFacts => ({
  wanted: 'auto',
  processors: 2,
  providers: [on('cuda')],
  baselineMb: 1000,
  loaded: { uuid: 'GPU-1', usedMb, totalMb: 10_000 },
  ...more,
});

test('auto loads everything together while a margin stays free, and gives the numbers', () => {
  assert.deepEqual(chooseStrategy(facts(9000)), {
    strategy: 'together',
    reason: 'the models take 8000 MB, 1000 of 10000 MB stay free, 1000 MB are the margin',
  });
  assert.equal(chooseStrategy(facts(9001)).strategy, 'sequential');
});

test('auto takes one after the other when loading has already failed for want of memory', () => {
  const full = on('cpu', [providerFailure('cuda', 'out-of-memory')]);
  const choice = chooseStrategy(facts(5000, { providers: [on('cuda'), full] }));
  assert.deepEqual(choice, { strategy: 'sequential', reason: 'no GPU memory was left for gfpgan' });
});

test('auto has nothing to part on the CPU, with one processor, or where nothing can be measured', () => {
  for (const more of [{ providers: [on('cpu')] }, { processors: 1 }]) {
    assert.equal(chooseStrategy(facts(9999, more)).strategy, 'together');
  }
  const { wanted, processors, providers } = facts(9999);
  assert.equal(chooseStrategy({ wanted, processors, providers }).strategy, 'together');
});

test('what is chosen is done', () => {
  assert.equal(chooseStrategy(facts(0, { wanted: 'sequential' })).strategy, 'sequential');
  assert.equal(chooseStrategy(facts(9999, { wanted: 'together' })).strategy, 'together');
});
