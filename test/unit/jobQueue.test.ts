import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { JobQueue } from '../../src/host/jobQueue';
import { FaceSwapError } from '../../src/protocol/errors';

/** A piece of work that ends when it is told to. */
function manual(): { work: () => Promise<string>; finish: (result: string) => void; started: () => boolean } {
  let finish: (result: string) => void = () => undefined;
  let started = false;
  const ended = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const work = (): Promise<string> => {
    started = true;
    return ended;
  };
  return { work, finish: (result) => finish(result), started: () => started };
}

const ignore = (): void => undefined;
const isCancelled = (error: unknown): boolean => error instanceof FaceSwapError && error.code === 'cancelled';

suite('The job queue', () => {
  test('runs one job at a time, in order, and says who waits', async () => {
    const counts: number[] = [];
    const queue = new JobQueue((jobs) => counts.push(jobs));
    const [first, second] = [manual(), manual()];
    const ahead: number[] = [];
    const one = queue.run('one', new AbortController(), (jobs) => ahead.push(jobs), first.work);
    const two = queue.run('two', new AbortController(), (jobs) => ahead.push(jobs), second.work);
    await Promise.resolve();
    assert.deepEqual([first.started(), second.started()], [true, false]);
    assert.deepEqual(ahead, [1]);
    first.finish('a');
    assert.equal(await one, 'a');
    second.finish('b');
    assert.equal(await two, 'b');
    assert.deepEqual(counts, [1, 2, 1, 0]);
  });

  test('lets a waiting job be cancelled without starting it', async () => {
    const queue = new JobQueue();
    const [first, second, third] = [manual(), manual(), manual()];
    const one = queue.run('one', new AbortController(), ignore, first.work);
    const two = queue.run('two', new AbortController(), ignore, second.work);
    const three = queue.run('three', new AbortController(), ignore, third.work);
    queue.jobs[1]?.cancel();
    await assert.rejects(two, isCancelled);
    first.finish('a');
    third.finish('c');
    assert.deepEqual([await one, await three], ['a', 'c']);
    assert.equal(second.started(), false);
  });

  test('goes on after a job that failed', async () => {
    const queue = new JobQueue();
    const one = queue.run('one', new AbortController(), ignore, () => Promise.reject(new Error('broken')));
    const two = queue.run('two', new AbortController(), ignore, () => Promise.resolve('fine'));
    await assert.rejects(one, /broken/);
    assert.equal(await two, 'fine');
    assert.equal(queue.jobs.length, 0);
  });

  test('tells a running job to stop through its signal', async () => {
    const queue = new JobQueue();
    const abort = new AbortController();
    const job = queue.run('one', abort, ignore, () => {
      return new Promise((_resolve, reject) => {
        abort.signal.addEventListener('abort', () => reject(new FaceSwapError('cancelled')));
      });
    });
    await Promise.resolve();
    queue.jobs[0]?.cancel();
    await assert.rejects(job, isCancelled);
  });

  test('closes by cancelling every job, and waits for the running one to clean up', async () => {
    const queue = new JobQueue();
    const abort = new AbortController();
    const events: string[] = [];
    const running = queue.run('one', abort, ignore, async () => {
      await new Promise((resolve) => abort.signal.addEventListener('abort', resolve));
      await new Promise(setImmediate);
      events.push('cleaned up');
      throw new FaceSwapError('cancelled');
    });
    const waiting = queue.run('two', new AbortController(), ignore, () => {
      events.push('started');
      return Promise.resolve();
    });
    await Promise.resolve();
    const ends = Promise.all([assert.rejects(running, isCancelled), assert.rejects(waiting, isCancelled)]);
    await queue.close();
    events.push('closed');
    await ends;
    assert.deepEqual(events, ['cleaned up', 'closed']);
  });
});
