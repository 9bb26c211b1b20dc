import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, timeBegins, until } from '../host/waiting';

/** The time of a test in a window, which leaves this much for waiting. */
const leave = (ms: number): void => timeBegins({ timeout: () => 3000 + ms });

test('what is waited for is given as soon as it is there', async () => {
  leave(60_000);
  let looks = 0;
  assert.equal(await until(() => ++looks === 3 && 'there'), 'there');
  assert.equal(
    await eventually(() => {
      assert.ok(++looks > 5);
      return looks;
    }),
    6,
  );
});

test('what does not come fails with what was seen last', async () => {
  leave(200);
  let looks = 0;
  await assert.rejects(
    eventually(() => assert.match(`look ${++looks}`, /never/)),
    /'look [1-9]/,
  );
  leave(0);
  await assert.rejects(
    until(() => undefined),
    /undefined/,
  );
});

test('an answer that never comes ends with the time as well', async () => {
  leave(0);
  await assert.rejects(
    eventually(() => new Promise(() => undefined)),
    /No answer/,
  );
});

test('what is no assertion is told at once', async () => {
  leave(60_000);
  await assert.rejects(
    eventually(() => JSON.parse('{') as unknown),
    SyntaxError,
  );
});
