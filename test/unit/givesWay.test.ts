import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { mock, test } from 'node:test';
import { GivesWay } from '../../src/host/editor/givesWay';

test('what gives way stands still until everybody is answered, and goes on when nobody has asked for a while', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const way = new GivesWay();
    const stands = (): boolean => way.control.current.paused;
    const told: boolean[] = [];
    way.control.onChange(({ paused }) => told.push(paused));
    assert.ok(!stands());
    const ask = (): (() => void) => {
      let answer = (): void => undefined;
      way.to(new Promise<void>((resolve) => (answer = resolve)));
      return answer;
    };
    const [first, second] = [ask(), ask()];
    first();
    await setImmediate();
    mock.timers.tick(60_000);
    assert.ok(stands(), 'somebody still waits');
    second();
    await setImmediate();
    assert.ok(stands(), 'the next question may come at once');
    const third = ask();
    mock.timers.tick(60_000);
    assert.ok(stands());
    third();
    await setImmediate();
    mock.timers.tick(60_000);
    assert.ok(!stands());
    assert.deepEqual(told, [true, false]);
  } finally {
    mock.timers.reset();
  }
});
