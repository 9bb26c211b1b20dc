import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { FaceSwapError, type ErrorCode } from '../../src/protocol/errors';
import type { GpuRelease } from '../../src/protocol/gpu';
import type { JobReport, Progress } from '../../src/protocol/report';
import { WorkerClient, type CallOptions } from '../../src/workerClient';
import { bundleFakeWorker, fakeJob } from '../support/fakeWorker';
import { canSeeProcesses, markVariable, processesMarked, until } from '../support/processes';

const failsWith =
  (code: ErrorCode, check: (error: FaceSwapError) => void = () => undefined) =>
  (error: unknown) => {
    assert.ok(error instanceof FaceSwapError, String(error));
    assert.equal(error.code, code, error.message);
    check(error);
    return true;
  };

describe('the worker and its client', () => {
  let folder = '';
  let script = '';
  let mark = '';
  let client: WorkerClient;
  let jobs = 0;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-worker-'));
    script = await bundleFakeWorker(path.join(folder, 'dist'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    mark = randomUUID();
    client = new WorkerClient({ script, env: { [markVariable]: mark } });
  });
  afterEach(async () => {
    client.dispose();
    if (canSeeProcesses) await until(() => processesMarked(mark).length === 0, 'every process has ended');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.scratch')),
      [],
    );
  });

  const newOutput = () => path.join(folder, `${++jobs}.mp4`);
  const swap = (behaviour: string, options: CallOptions = {}, resumable = false) =>
    client.call('swap', { ...fakeJob(behaviour, newOutput()), resumable }, options);

  /** Starts a job and resolves when it is at work. */
  async function atWork(
    behaviour: string,
    options: CallOptions = {},
    resumable = false,
  ): Promise<{ end: Promise<JobReport>; scratch: string }> {
    return new Promise((resolve, reject) => {
      let scratch = '';
      const all = {
        ...options,
        onScratch: (named: string) => (scratch = named),
        // In an object, for a promise would be waited for.
        onProgress: () => resolve({ end, scratch }),
      };
      const end = swap(behaviour, all, resumable);
      end.catch(reject);
    });
  }

  test('answers every kind of call', async () => {
    assert.equal((await swap('succeed')).frames, 7);
    const request = { tools: {}, execution: fakeJob('', '').execution };
    assert.deepEqual(await client.call('doctor', request), { ok: true, checks: [] });
    const faces = await client.call('faces', { ...request, file: '/a.png', frame: 0 });
    assert.equal(faces.file, '/a.png');
    const still = await client.call('still', { file: '/a.png', seconds: 0, maxWidth: 9, tools: {} });
    assert.equal(still.width, 1);
  });

  test('refuses previews while a job runs, and shows them again afterwards', async () => {
    const job = fakeJob('succeed', newOutput());
    const preview = () =>
      client.call('preview', { job, frame: 7, perPixel: 1, pointed: false, maxWidth: 100, mask: false });
    const abort = new AbortController();
    const { end } = await atWork('wait', { signal: abort.signal });
    await assert.rejects(preview(), failsWith('busy'));
    abort.abort();
    await assert.rejects(end, failsWith('cancelled'));
    assert.equal((await preview()).frame, 7);
    assert.equal(await client.call('rest', {}), null);
    assert.equal(await client.call('forget', {}), null);
  });

  test('lets everything else go first where it is to, with all its threads', async (context) => {
    if (!canSeeProcesses) {
      context.skip();
      return;
    }
    const patient = new WorkerClient({ script, env: { [markVariable]: mark }, isPatient: true });
    try {
      await patient.call('swap', fakeJob('succeed', newOutput()));
      const threads = readdirSync(`/proc/${patient.pid}/task`).map(Number);
      assert.ok(threads.length > 1);
      assert.deepEqual([...new Set(threads.map((thread) => getPriority(thread)))], [10]);
      await swap('succeed');
      assert.equal(getPriority(client.pid), getPriority());
      // Where sessions have shares of the processor, priorities count within each alone.
      const shareOf = (pid: number | undefined): string =>
        readFileSync(`/proc/${pid}/autogroup`, 'utf8').trim();
      if (existsSync('/proc/self/autogroup')) {
        assert.match(shareOf(patient.pid), /nice 5$/);
        assert.match(shareOf(client.pid), /nice 0$/);
      }
    } finally {
      patient.dispose();
    }
  });

  test('uses one process for many calls, and a new one after dispose', async () => {
    await swap('succeed');
    const first = client.pid;
    await swap('succeed');
    assert.ok(first !== undefined);
    assert.equal(client.pid, first);
    client.dispose();
    assert.equal(client.pid, undefined);
    assert.equal((await swap('succeed')).frames, 7);
    assert.notEqual(client.pid, first);
  });

  test('tells logs, releases and progress, not more often than anybody reads it, and the end always', async () => {
    const told: Progress[] = [];
    const logs: string[] = [];
    const releases: GpuRelease[] = [];
    await swap('tell progress', {
      onRelease: (release) => releases.push(release),
      onProgress: (progress) => told.push(progress),
      onLog: (level, message) => logs.push(`${level} ${message}`),
    });
    assert.ok(told.length < 100, `${told.length} of 1002`);
    assert.ok(told.some(({ frame }) => frame === 1000));
    assert.equal(told.at(-1)?.stage, 'join');
    assert.deepEqual(logs, ['warn beware']);
    assert.deepEqual(
      releases.map(({ processor, verdict }) => `${processor} ${verdict}`),
      ['face_swapper back'],
    );
  });

  test('passes on codes and facts, and makes anything else an internal error with its stack', async () => {
    await assert.rejects(
      swap('refuse input'),
      failsWith('input-missing', (error) => assert.equal(error.facts.file, '/photos/ann.jpg')),
    );
    await assert.rejects(
      swap('throw an error'),
      failsWith('internal', (error) => {
        assert.equal(error.facts.reason, 'something broke');
        assert.match(error.stack ?? '', /fakePipeline|pipelineThread/);
      }),
    );
    assert.equal((await swap('succeed')).frames, 7);
  });

  test('goes on in a fresh process when the first one cannot free its memory', async () => {
    const logs: string[] = [];
    const waiting = swap('recycle', { onLog: (_level, message) => logs.push(message) });
    const first = client.pid;
    assert.equal((await waiting).frames, 7);
    assert.notEqual(client.pid, first);
    assert.deepEqual(logs, [
      'A fresh process goes on, because only the end of the old one frees all memory',
      'resumed with half',
    ]);
  });

  test('lets other calls of the old process end before it goes', async () => {
    const other = swap('tell progress');
    const recycled = swap('recycle');
    assert.equal((await other).frames, 7);
    assert.equal((await recycled).frames, 7);
  });

  const killAtCheckpoint = ({ frame }: Progress) => {
    if (frame === 10) process.kill(client.pid!, 'SIGKILL');
  };

  test('loses nothing when the process is killed between two passes', async () => {
    const logs: string[] = [];
    const report = await swap('wait at a checkpoint', {
      onLog: (_level, message) => logs.push(message),
      onProgress: killAtCheckpoint,
    });
    assert.equal(report.frames, 7);
    assert.match(logs[0], /has died \(SIGKILL\); a fresh one goes on/);
    assert.equal(logs[1], 'resumed with half');
  });

  test('does not try for ever', async () => {
    const end = swap('wait at every checkpoint', { onProgress: killAtCheckpoint });
    await assert.rejects(end, failsWith('worker-died'));
  });

  test('cleans up after a job that is cancelled or disposed of in its second process', async () => {
    for (const how of ['cancel', 'dispose'] as const) {
      const abort = new AbortController();
      const end = swap('recycle, then wait', {
        signal: abort.signal,
        onProgress: ({ frame }) => {
          if (frame !== 2) return;
          if (how === 'cancel') abort.abort();
          else client.dispose();
        },
      });
      await assert.rejects(end, failsWith(how === 'cancel' ? 'cancelled' : 'worker-died'));
    }
  });

  test('does not even start for a call that was cancelled before', async () => {
    await assert.rejects(swap('succeed', { signal: AbortSignal.abort() }), failsWith('cancelled'));
    assert.equal(client.pid, undefined);
  });

  test('a cancelled job ends as cancelled, whatever broke on its way out, and the process lives on', async () => {
    const abort = new AbortController();
    const { end } = await atWork('wait', { signal: abort.signal });
    const { pid } = client;
    abort.abort();
    await assert.rejects(end, failsWith('cancelled'));
    assert.equal((await swap('succeed')).frames, 7);
    assert.equal(client.pid, pid);
  });

  for (const behaviour of ['loop', 'native', 'with child']) {
    test(`cancel is heard and wins while the pipeline is stuck (${behaviour})`, async () => {
      const abort = new AbortController();
      const heard: string[] = [];
      const { end, scratch } = await atWork(behaviour, {
        signal: abort.signal,
        onCancelling: () => heard.push('cancelling'),
      });
      const ended = end.catch((error: unknown) => {
        heard.push('ended');
        throw error;
      });
      const { pid } = client;
      abort.abort();
      await assert.rejects(ended, failsWith('cancelled'));
      assert.deepEqual(heard, ['cancelling', 'ended']);
      assert.equal(existsSync(scratch), false);
      // At once, as a queue does it: the call must not reach the process that is just ending.
      assert.equal((await swap('succeed')).frames, 7);
      assert.notEqual(client.pid, pid);
    });
  }

  test('a call that waits behind a stuck job is not said to be cancelled', async () => {
    const abort = new AbortController();
    const { end } = await atWork('loop', { signal: abort.signal });
    const waiting = swap('succeed');
    abort.abort();
    await Promise.all([
      assert.rejects(end, failsWith('cancelled')),
      assert.rejects(waiting, failsWith('worker-died')),
    ]);
  });

  test('an error nobody awaited is answered with its stack', async () => {
    await assert.rejects(
      swap('break later'),
      failsWith('internal', (error) => {
        assert.equal(error.facts.reason, 'something broke later');
        assert.match(error.stack ?? '', /something broke later\n\s+at /);
      }),
    );
    assert.equal((await swap('succeed')).frames, 7);
  });

  test('a crash is told with the last words', async () => {
    await assert.rejects(
      swap('crash'),
      failsWith('worker-died', ({ facts }) => {
        assert.equal(facts['signal'], 'SIGSEGV');
        assert.equal(facts.stderr, 'the very last words');
      }),
    );
  });

  test('a killed process takes its children along', async () => {
    const { end } = await atWork('with child');
    process.kill(client.pid!, 'SIGKILL');
    await assert.rejects(
      end,
      failsWith('worker-died', ({ facts }) => assert.equal(facts['signal'], 'SIGKILL')),
    );
    assert.equal((await swap('succeed')).frames, 7);
  });

  test('a script that is missing is told', async () => {
    client = new WorkerClient({ script: path.join(folder, 'none.js') });
    await assert.rejects(
      swap('succeed'),
      failsWith('worker-died', ({ facts }) => {
        assert.equal(facts['exitCode'], 1);
        assert.match(facts.stderr ?? '', /Cannot find module/);
      }),
    );
  });

  test('a program that is missing is told', async () => {
    client = new WorkerClient({ script, execPath: path.join(folder, 'no-node') });
    await assert.rejects(
      swap('succeed'),
      failsWith('worker-died', ({ facts }) => assert.match(facts.reason ?? '', /ENOENT/)),
    );
  });

  for (const behaviour of ['take memory', 'take memory in a child', 'take heap'])
    test(`more memory than allowed ends the job: ${behaviour}`, async (t) => {
      if (behaviour.endsWith('child') && process.platform !== 'linux') {
        t.skip('only Linux tells of the memory of children');
        return;
      }
      const job = fakeJob(behaviour, newOutput(), 0.3);
      await assert.rejects(
        client.call('swap', job),
        failsWith('out-of-memory', ({ facts }) => {
          const { limit, used = 1 } = facts;
          assert.equal(limit, 0.3);
          assert.ok(Number(used) > 0.3, String(used));
        }),
      );
      assert.equal(existsSync(`${job.output}.scratch`), false);
      assert.equal((await swap('succeed')).frames, 7);
    });

  test('dispose leaves nothing of a running job, not even for a moment', async () => {
    const { end, scratch } = await atWork('with child');
    assert.ok(existsSync(scratch));
    client.dispose();
    assert.equal(existsSync(scratch), false);
    await assert.rejects(end, failsWith('worker-died'));
  });

  test('dispose leaves what a resumable job has finished, also when its queue is cancelled right afterwards', async () => {
    const abort = new AbortController();
    const { end, scratch } = await atWork('with child', { signal: abort.signal }, true);
    client.dispose();
    abort.abort();
    await assert.rejects(end, failsWith('cancelled'));
    if (canSeeProcesses) await until(() => processesMarked(mark).length === 0, 'every process has ended');
    assert.ok(existsSync(scratch));
    rmSync(scratch, { recursive: true });
  });

  test('dispose ends a job with a checkpoint behind it, and starts no process to go on from there', async () => {
    const end = swap('wait at a checkpoint', { onProgress: ({ frame }) => frame === 10 && client.dispose() });
    await assert.rejects(end, failsWith('cancelled'));
    assert.equal(client.pid, undefined);
  });

  for (const how of ['kept', 'cancelled before'] as const)
    test(`dispose between two processes leaves what a resumable job has finished, unless it is over (${how})`, async () => {
      const abort = new AbortController();
      let scratch = '';
      const options = { signal: abort.signal, onScratch: (folder: string) => (scratch = folder) };
      const end = swap('recycle', options, true);
      const failure = assert.rejects(end, failsWith('cancelled'));
      while (client.pid !== undefined) await new Promise(setImmediate);
      assert.ok(existsSync(scratch), 'the first process has left it');
      if (how === 'cancelled before') abort.abort();
      client.dispose();
      assert.equal(existsSync(scratch), how === 'kept');
      // As a queue does that is closed.
      abort.abort();
      await failure;
      assert.equal(existsSync(scratch), how === 'kept');
      rmSync(scratch, { recursive: true, force: true });
    });
});
