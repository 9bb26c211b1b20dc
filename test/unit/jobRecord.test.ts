import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { deleteRecord, readRecord, recordFile, recordJob } from '../../src/machine/jobRecord';
import type { SwapJob } from '../../src/protocol/job';
import type { JobReport } from '../../src/protocol/report';
import { acceptedTermsIn } from '../support/acceptedTerms';
import { temporaryFolder } from '../support/temporaryFolder';

describe('the job record', () => {
  const folder = temporaryFolder('record');
  const about = () => ({ version: '1.2.3', started: performance.now() });
  const job = (): SwapJob =>
    ({
      target: folder.path('private', 'film.mkv'),
      output: folder.path('private', 'result.mkv'),
      sources: [folder.path('private', 'face.jpg')],
      processors: ['face_swapper'],
      consent: { confirmedBy: 'Ada', note: 'by letter' },
    }) as unknown as SwapJob;

  test('tells what, when, with what, who confirmed it and how it ended; no folders, no faces', async () => {
    const output = folder.path('result.mkv');
    writeFileSync(output, 'a video');
    acceptedTermsIn(folder.path('data'));
    const report = {
      output,
      credentials: `${output}.c2pa`,
      providers: [{ model: 'mesh' }, { model: 'mesh' }],
    } as unknown as JobReport;
    assert.equal(await recordJob(job(), { report }, about(), folder.path('data')), undefined);
    const { consent, ...withoutConsent } = job();
    assert.ok(consent);
    await recordJob(withoutConsent, { code: 'content-refused' }, about(), folder.path('data'));
    const [done, refused] = await readRecord(folder.path('data'));
    assert.deepEqual(
      { ...done, when: '', seconds: 0 },
      {
        when: '',
        version: '1.2.3',
        target: 'film.mkv',
        output: 'result.mkv',
        sha256: createHash('sha256').update('a video').digest('hex'),
        credentials: 'result.mkv.c2pa',
        models: ['mesh'],
        processors: ['face_swapper'],
        seconds: 0,
        result: 'done',
        terms: { version: done.terms!.version, accepted: '2026-01-01T00:00:00.000Z' },
        consent: { confirmedBy: 'Ada', note: 'by letter' },
      },
    );
    assert.ok(Math.abs(Date.now() - Date.parse(done.when)) < 60_000);
    assert.deepEqual(
      [refused.result, refused.sha256, refused.consent],
      ['content-refused', undefined, undefined],
    );
    assert.doesNotMatch(readFileSync(recordFile(folder.path('data')), 'utf8'), /private|face\.jpg/);
  });

  test('only ever grows, passes damage over, and goes when it is told to', async () => {
    const data = folder.path('data');
    const before = readFileSync(recordFile(data), 'utf8');
    appendFileSync(recordFile(data), '{ damaged\n');
    await recordJob(job(), { code: 'cancelled' }, about(), data);
    assert.ok(readFileSync(recordFile(data), 'utf8').startsWith(before));
    assert.deepEqual(
      (await readRecord(data)).map(({ result }) => result),
      ['done', 'content-refused', 'cancelled'],
    );
    assert.equal(await deleteRecord(data), true);
    assert.ok(!existsSync(recordFile(data)));
    assert.deepEqual([await deleteRecord(data), await readRecord(data)], [false, []]);
  });

  test('that cannot be written is no reason to fail', async () => {
    const blocked = folder.path('blocked');
    writeFileSync(blocked, 'a file where a folder should be');
    assert.match((await recordJob(job(), { code: 'cancelled' }, about(), blocked))!, /EEXIST|ENOTDIR/);
    assert.equal(path.dirname(recordFile(blocked)), blocked);
  });
});
