import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Speedometer, Stopwatch } from '../../src/pipeline/progress';

test('speed is that of the last seconds, and the time left follows from it', () => {
  let ms = 0;
  const meter = new Speedometer(() => ms);
  for (let frame = 1; frame <= 100; frame++) {
    ms += 100;
    meter.measure(frame, 1000);
  }
  for (let frame = 101; frame <= 300; frame++) {
    ms += 50;
    meter.measure(frame, 1000);
  }
  ms += 50;
  const { fps, secondsLeft } = meter.measure(301, 1000);
  assert.ok(Math.abs(fps - 20) < 0.01, `fps ${fps}`);
  assert.ok(Math.abs(secondsLeft! - 699 / 20) < 0.1, `left ${secondsLeft!}`);
});

test('no time left is given before enough has been seen or without a total', () => {
  let ms = 0;
  const meter = new Speedometer(() => ms);
  ms = 1000;
  assert.equal(meter.measure(20, 100).secondsLeft, undefined);
  ms = 3000;
  assert.equal(meter.measure(60, 0).secondsLeft, undefined);
  assert.ok(meter.measure(61, 100).secondsLeft! > 0);
});

test('what happens before the first frame says nothing about the others', () => {
  let ms = 0;
  const meter = new Speedometer(() => ms);
  ms = 2500;
  assert.deepEqual(meter.measure(1, 900), { fps: 0 });
  for (let frame = 2; frame <= 51; frame++) {
    ms += 40;
    meter.measure(frame, 900);
  }
  const { fps, secondsLeft } = meter.measure(51, 900);
  assert.ok(Math.abs(fps - 25) < 0.01, `fps ${fps}`);
  assert.ok(Math.abs(secondsLeft! - 849 / 25) < 0.1, `left ${secondsLeft!}`);
});

test('the stopwatch adds up by name and lets errors through', async () => {
  const watch = new Stopwatch();
  assert.equal(await watch.time('a', () => 5), 5);
  await assert.rejects(
    watch.time('b', () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.deepEqual(Object.keys(watch.totals), ['a', 'b']);
});
