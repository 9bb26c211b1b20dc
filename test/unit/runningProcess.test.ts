import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { isRunning } from '../../src/models/runningProcess';
import { until } from '../support/processes';

describe('whether a process runs', () => {
  test('is true of this one, and false of none', () => {
    assert.equal(isRunning(process.pid), true);
    assert.equal(isRunning(0), false);
    assert.equal(isRunning(NaN), false);
  });

  test(
    'is false when it has ended and nobody has buried it',
    { skip: process.platform !== 'linux' },
    async () => {
      // The shell becomes a program that never asks after the child it inherits.
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 100']);
      try {
        const [text] = (await once(parent.stdout, 'data')) as [Buffer];
        const pid = Number(text.toString());
        await until(() => !isRunning(pid), 'it has ended');
        assert.equal(process.kill(pid, 0), true, 'its number is still taken');
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );
});
