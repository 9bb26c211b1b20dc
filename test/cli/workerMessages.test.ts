import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { WorkerEvent } from '../../src/protocol/workerMessages';
import { bundleFakeWorker, fakeJob } from '../support/fakeWorker';
import { canSeeProcesses, markVariable, processesMarked, until } from '../support/processes';

describe('the worker, seen from its own end of the line', () => {
  let folder = '';
  let script = '';
  let mark = '';
  let jobs = 0;
  let child: ChildProcess;
  let events: WorkerEvent[];
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-worker-'));
    script = await bundleFakeWorker(path.join(folder, 'dist'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    mark = randomUUID();
    events = [];
    child = fork(script, [], {
      env: { ...process.env, [markVariable]: mark },
      execArgv: [],
      serialization: 'advanced',
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (event: WorkerEvent) => events.push(event));
  });
  afterEach(async () => {
    if (child.connected) child.disconnect();
    if (canSeeProcesses) await until(() => processesMarked(mark).length === 0, 'every process has ended');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.scratch')),
      [],
    );
  });

  const newOutput = () => path.join(folder, `${++jobs}.mp4`);

  const answers = () => events.filter((event) => event.type === 'reply');

  test('whatever it is sent, it answers, and once', async () => {
    const nonsense: unknown[] = [
      42,
      'hello',
      [],
      { type: 'dance' },
      { type: 'call' },
      { type: 'call', id: 'one', method: 'doctor', argument: {} },
      { type: 'call', id: 1, method: 'constructor', argument: {} },
      { type: 'call', id: 2, method: 'swap' },
      { type: 'call', id: 3, method: 'swap', argument: { target: {} } },
    ];
    for (const message of nonsense) child.send(message as object);
    child.send({ type: 'cancel', id: 99 });
    child.send({ type: 'call', id: 4, method: 'doctor', argument: {} });
    await until(() => answers().length > nonsense.length, 'every message is answered');
    const codes = answers().map((event) => (event.ok ? 'ok' : event.error.code));
    assert.deepEqual(
      codes.sort(),
      [...nonsense.map(() => 'internal'), 'ok'].sort(),
      JSON.stringify(answers()),
    );
    assert.deepEqual(
      answers()
        .map(({ id }) => id)
        .sort(),
      [-1, -1, -1, -1, -1, -1, 1, 2, 3, 4],
    );
  });

  test('a number that is taken is refused, and the first call still answered', async () => {
    const argument = fakeJob('wait', newOutput());
    child.send({ type: 'call', id: 5, method: 'swap', argument });
    child.send({ type: 'call', id: 5, method: 'swap', argument });
    await until(() => answers().length === 1, 'the second is refused');
    child.send({ type: 'cancel', id: 5 });
    await until(() => answers().length === 2, 'the first is answered');
    assert.deepEqual(
      answers().map((event) => !event.ok && event.error.code),
      ['internal', 'cancelled'],
    );
  });

  for (const behaviour of ['wait', 'loop', 'native', 'with child']) {
    test(`without a parent it ends and cleans up (${behaviour})`, { skip: !canSeeProcesses }, async () => {
      const output = newOutput();
      child.send({ type: 'call', id: 6, method: 'swap', argument: fakeJob(behaviour, output) });
      await until(() => events.some(({ type }) => type === 'progress'), 'the job is at work');
      assert.ok(existsSync(`${output}.scratch`));
      child.disconnect();
      await until(() => processesMarked(mark).length === 0, 'it has ended');
      assert.equal(existsSync(`${output}.scratch`), false);
    });
  }
});
