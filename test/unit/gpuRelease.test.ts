import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { awaitRelease, describeRelease, type ReleaseWait } from '../../src/pipeline/gpu/release';
import type { VramReadings } from '../../src/pipeline/gpu/vramWatcher';
import { outcomeOfRelease, type GpuHolder, type GpuRelease } from '../../src/protocol/gpu';

/** Readings half a second apart by a clock of their own; after the last one there are none. */
function scripted(curve: number[], ending: 'repeats' | 'ends' = 'repeats') {
  let [ms, n] = [0, 0];
  const sample = (usedMb: number) => ({ uuid: 'GPU-1', usedMb, totalMb: 8192 });
  const readings: VramReadings = {
    latest: sample(3000),
    next(limitMs) {
      if (ending === 'ends' && n >= curve.length) return Promise.resolve(undefined);
      const isLate = limitMs < 500;
      ms += Math.min(500, limitMs);
      return Promise.resolve(isLate ? undefined : sample(curve[Math.min(n++, curve.length - 1)]));
    },
  };
  return { readings, now: () => ms, read: () => n };
}

const run = (curve: ReturnType<typeof scripted>, more: Partial<ReleaseWait> = {}) =>
  awaitRelease(curve.readings, {
    baselineMb: 1000,
    waitMs: 15_000,
    now: curve.now,
    holders: () => Promise.resolve([]),
    pid: 7,
    usedCuda: false,
    ...more,
  });

describe('waiting for GPU memory', () => {
  test('ends with the first reading when memory is back at once', async () => {
    const curve = scripted([1010, 9999]);
    assert.deepEqual(await run(curve), { afterMb: 1010, ms: 500, verdict: 'back' });
    assert.equal(curve.read(), 1);
  });

  test('ends the moment memory is back when it comes late', async () => {
    const curve = scripted([3000, 3000, 2000, 1500, 1064, 9999]);
    assert.deepEqual(await run(curve), { afterMb: 1064, ms: 2500, verdict: 'back' });
  });

  test('gives up when the time is over, and names the other programs', async () => {
    const holders: GpuHolder[] = [
      { pid: 7, name: 'node' },
      { pid: 9, name: 'game', usedMb: 2000 },
    ];
    const result = await run(scripted([3000]), { holders: () => Promise.resolve(holders) });
    assert.deepEqual(result, { afterMb: 3000, ms: 15_000, verdict: 'held', holders: [holders[1]] });
  });

  test('gives up early when nothing moves and the driver says that we hold it ourselves', async () => {
    const holders: GpuHolder[] = [{ pid: 7, name: 'node', usedMb: 2000 }];
    const result = await run(scripted([3000]), { holders: () => Promise.resolve(holders) });
    assert.deepEqual(result, { afterMb: 3000, ms: 2000, verdict: 'held', own: true });
  });

  test('gives up early when nothing moves, the driver does not tell, and CUDA has been used', async () => {
    for (const holders of [[], [{ pid: 7, name: 'node' }]]) {
      const more = { holders: () => Promise.resolve(holders), usedCuda: true };
      const result = await run(scripted([3000]), more);
      assert.deepEqual(result, { afterMb: 3000, ms: 2000, verdict: 'held', own: true });
      // What still shrinks may yet be back.
      const shrinking = [3000, 3000, 3000, 2000, 2000, 2000, 1500, 1500, 1500, 1000];
      assert.equal((await run(scripted(shrinking), more)).verdict, 'back');
    }
    const told = { holders: () => Promise.resolve([{ pid: 9, name: 'game', usedMb: 2000 }]), usedCuda: true };
    assert.equal((await run(scripted([3000]), told)).ms, 15_000, 'another program may end');
  });

  test('is over although timers end a little early', async () => {
    let ms = 0;
    const sample = { uuid: 'GPU-1', usedMb: 3000, totalMb: 8192 };
    const readings: VramReadings = {
      latest: sample,
      next(limitMs) {
        const isLate = limitMs < 500;
        ms += isLate ? Math.trunc(limitMs) - 0.9 : 500;
        return Promise.resolve(isLate ? undefined : sample);
      },
    };
    const result = await run({ readings, now: () => ms, read: () => 0 }, { waitMs: 700.4 });
    assert.equal(result.verdict, 'held');
  });

  test('knows its own memory although the time was over first', async () => {
    const holders: GpuHolder[] = [{ pid: 7, name: 'node', usedMb: 2000 }];
    const more = { holders: () => Promise.resolve(holders), waitMs: 1000 };
    assert.deepEqual(await run(scripted([3000]), more), {
      afterMb: 3000,
      ms: 1000,
      verdict: 'held',
      own: true,
    });
  });

  test('does not wait at all when told so', async () => {
    const curve = scripted([1000]);
    assert.deepEqual(await run(curve, { waitMs: 0 }), { afterMb: 3000, ms: 0, verdict: 'unknown' });
    assert.equal(curve.read(), 0);
  });

  test('claims nothing when the readings end', async () => {
    assert.equal((await run(scripted([3000], 'ends'))).verdict, 'unknown');
  });

  const release: GpuRelease = {
    processor: 'face_swapper',
    baselineMb: 1000,
    beforeMb: 3000,
    afterMb: 1010,
    ms: 520,
    by: 'release',
    verdict: 'back',
  };

  test('counts as given back where CUDA alone keeps the rest, and as unknown where nobody waited', () => {
    assert.equal(outcomeOfRelease({ ...release, verdict: 'held', own: true }), 'back');
    assert.equal(outcomeOfRelease({ ...release, verdict: 'held' }), 'held');
    assert.equal(outcomeOfRelease({ ...release, verdict: 'unknown' }), 'unknown');
  });

  test('is told in one line', () => {
    assert.equal(
      describeRelease(release),
      'GPU memory after face_swapper: 3000 → 1010 MB, baseline 1000 MB: back by release after 0.5 s',
    );
    assert.match(
      describeRelease({ ...release, verdict: 'held', own: true }),
      /: the rest is CUDA’s own and comes back with the end of the process$/,
    );
    const holders = [{ pid: 9, name: 'game', usedMb: 2000 }];
    assert.match(
      describeRelease({ ...release, by: 'recycling', verdict: 'held', holders }),
      /not back by a fresh process after 0\.5 s; on this GPU are also game \(9, 2000 MB\)$/,
    );
  });
});
