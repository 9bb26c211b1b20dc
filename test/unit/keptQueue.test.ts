import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { jobOfKept, keepJob, readKept } from '../../src/host/keptQueue';
import { jobOfFile } from '../../src/job/jobOfFile';
import { defaultSetting } from '../../src/job/settingNames';
import type { JobFile } from '../../src/protocol/jobFile';

const folder = process.platform === 'win32' ? 'C:\\clips' : '/clips';
const document: JobFile = {
  version: 1,
  target: 'party.mp4',
  sources: ['ann.jpg', { photo: 'group.jpg', face: 1 }],
  people: [{ faces: [{ frame: 3, x: 10, y: 20 }], sources: ['bea.jpg'] }],
  settings: { manyFaces: true },
  consent: { confirmedBy: 'Ann' },
};

const today = (changes: Record<string, unknown> = {}): ((name: string) => unknown) => {
  return (name) => changes[name] ?? defaultSetting(name);
};
const makeJob = (setting: (name: string) => unknown) =>
  jobOfFile(document, { folder, setting, isTaken: () => false });
/** What storage makes of it. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

suite('The queue over a restart', () => {
  test('gives the very same job again, whatever the settings have become', () => {
    const then = today({ outputVideoQuality: 33, maxMemory: 6 });
    const job = makeJob(then);
    const kept = keepJob(document, { folder, output: job.output, setting: then, jobFile: 'a.faceswap.json' });
    const [read] = readKept(stored([kept]));
    assert.equal(read.jobFile, 'a.faceswap.json');
    assert.deepEqual(jobOfKept(read, today({ outputVideoQuality: 90, manyFaces: false })), job);
  });

  test('takes programs of this machine from the settings of today', () => {
    const kept = keepJob(document, {
      folder,
      output: `${folder}/out.mp4`,
      setting: today({ ffmpegPath: '/old' }),
    });
    assert.ok(!kept.text.includes('/old'));
    assert.deepEqual(jobOfKept(kept, today({ ffmpegPath: '/new' })).tools, { ffmpeg: '/new' });
  });

  test('leaves out what storage holds and nobody understands', () => {
    const good = keepJob(document, { folder, output: `${folder}/out.mp4`, setting: today() });
    for (const value of [undefined, null, 'x', {}, [1], [{ text: 1, folder }]])
      assert.deepEqual(readKept(value), []);
    const bad = [
      { ...good, text: '{"version":2}' },
      { ...good, text: 'no JSON' },
      { ...good, folder: 'relative' },
      good,
    ];
    assert.deepEqual(readKept(stored(bad)), [good]);
  });

  test('refuses a setting that is not allowed', () => {
    const kept = keepJob(document, {
      folder,
      output: `${folder}/out.mp4`,
      setting: today({ maxMemory: -1 }),
    });
    assert.throws(() => jobOfKept(kept, today()), { code: 'usage' });
  });
});
