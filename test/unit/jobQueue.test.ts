import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { JobQueue, type QueuedJob } from '../../src/host/jobQueue';
import { FaceSwapError } from '../../src/protocol/errors';

/** A job whose work ends when it is told to. */
class Job implements QueuedJob {
  readonly abort = new AbortController();
  readonly ahead: number[] = [];
  started = false;
  finish: (result: string) => void = () => undefined;

  constructor(readonly name = '') {}

  waiting(ahead: number): void {
    this.ahead.push(ahead);
  }

  readonly work = (): Promise<string> => {
    this.started = true;
    return new Promise((resolve) => {
      this.finish = resolve;
    });
  };
}

const isCancelled = (error: unknown): boolean => error instanceof FaceSwapError && error.code === 'cancelled';
const started = (...jobs: Job[]): boolean[] => jobs.map((job) => job.started);
const names = (queue: JobQueue<Job>): string => queue.jobs.map(({ name }) => name).join(' ');
/** Lets everything run that waits for nothing but its turn. */
const settled = (): Promise<void> => new Promise(setImmediate);

suite('The job queue', () => {
  test('runs one job at a time, in order, and says who waits', async () => {
    const queue = new JobQueue<Job>();
    const [first, second, third] = [new Job(), new Job(), new Job()];
    const [one, two, three] = [first, second, third].map((job) => queue.run(job, job.work));
    await settled();
    assert.deepEqual(started(first, second, third), [true, false, false]);
    first.finish('a');
    assert.equal(await one, 'a');
    await settled();
    assert.deepEqual(started(second, third), [true, false]);
    second.finish('b');
    assert.equal(await two, 'b');
    await settled();
    third.finish('c');
    assert.equal(await three, 'c');
    assert.deepEqual([first.ahead, second.ahead, third.ahead], [[], [1], [2, 1]]);
    assert.deepEqual(queue.jobs, []);
  });

  test('runs as many jobs as are allowed, and more as soon as more are', async () => {
    let limit = 2;
    const queue = new JobQueue<Job>(() => limit);
    const jobs = [new Job(), new Job(), new Job(), new Job()];
    const ends = jobs.map((job) => queue.run(job, job.work));
    await settled();
    assert.deepEqual(started(...jobs), [true, true, false, false]);
    limit = 3;
    queue.advance();
    await settled();
    assert.deepEqual(started(...jobs), [true, true, true, false]);
    limit = 1;
    jobs[0].finish('a');
    await ends[0];
    await settled();
    assert.deepEqual(started(...jobs), [true, true, true, false]);
    for (const job of jobs.slice(1, 3)) job.finish('b');
    await settled();
    jobs[3].finish('d');
    assert.deepEqual(await Promise.all(ends), ['a', 'b', 'b', 'd']);
  });

  test('lets waiting jobs change places, and never moves one that runs', async () => {
    const queue = new JobQueue<Job>();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => new Job(name));
    const ends = [a, b, c, d].map((job) => queue.run(job, job.work));
    await settled();
    queue.move([d], b);
    assert.equal(names(queue), 'a d b c');
    queue.move([d, b]);
    assert.equal(names(queue), 'a c d b');
    queue.move([a, b], c);
    assert.equal(names(queue), 'a b c d');
    queue.move([c], a);
    assert.equal(names(queue), 'a b d c');
    assert.deepEqual([b.ahead.at(-1), d.ahead.at(-1), c.ahead.at(-1)], [1, 2, 3]);
    a.finish('');
    await ends[0];
    await settled();
    assert.deepEqual(started(b, c, d), [true, false, false]);
    void queue.close();
    b.finish('');
    await assert.rejects(ends[2], isCancelled);
    await assert.rejects(ends[3], isCancelled);
  });

  test('lets a waiting job be cancelled without starting it', async () => {
    const queue = new JobQueue<Job>();
    const [first, second, third] = [new Job(), new Job(), new Job()];
    const [one, two, three] = [first, second, third].map((job) => queue.run(job, job.work));
    second.abort.abort();
    await assert.rejects(two, isCancelled);
    first.finish('a');
    await one;
    await settled();
    third.finish('c');
    assert.equal(await three, 'c');
    assert.equal(second.started, false);
  });

  test('goes on after a job that failed', async () => {
    const queue = new JobQueue<Job>();
    const one = queue.run(new Job(), () => Promise.reject(new Error('broken')));
    const two = queue.run(new Job(), () => Promise.resolve('fine'));
    await assert.rejects(one, /broken/);
    assert.equal(await two, 'fine');
    assert.equal(queue.jobs.length, 0);
  });

  test('closes by cancelling every job, and waits for the running one to clean up', async () => {
    const queue = new JobQueue<Job>();
    const job = new Job();
    const events: string[] = [];
    const running = queue.run(job, async () => {
      await new Promise((resolve) => job.abort.signal.addEventListener('abort', resolve));
      await settled();
      events.push('cleaned up');
      throw new FaceSwapError('cancelled');
    });
    const waiting = queue.run(new Job(), () => {
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
