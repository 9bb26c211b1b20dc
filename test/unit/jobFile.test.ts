import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Command } from 'commander';
import { placesOfOptions } from '../../src/cli/jobFile';
import { addCommonOptions, addRunOptions } from '../../src/cli/options';
import { jobOfFile, readJobFile } from '../../src/job/jobOfFile';
import { parseJobFile, placeInText } from '../../src/job/parseJobFile';
import { defaultSetting } from '../../src/job/settingNames';
import { FaceSwapError } from '../../src/protocol/errors';
import type { JobFile } from '../../src/protocol/jobFile';

const folder = path.resolve('films');
const least: JobFile = { version: 1, target: 'clip.mp4', sources: ['ann.jpg'] };
const surroundings = { folder, setting: defaultSetting, isTaken: () => false };

const problemsOf = (file: unknown): string[] => {
  const parsed = parseJobFile(typeof file === 'string' ? file : JSON.stringify(file));
  assert.ok('problems' in parsed, 'must not be accepted');
  return parsed.problems.map(({ path: keys, message }) => `${keys.join('.')}: ${message}`);
};

describe('a job file', () => {
  test('becomes a job, with paths from its own folder and the defaults of the settings', () => {
    const job = jobOfFile(least, surroundings);
    assert.deepEqual(job.sources, [path.join(folder, 'ann.jpg')]);
    assert.equal(job.target, path.join(folder, 'clip.mp4'));
    assert.equal(job.output, path.join(folder, 'ann-clip.mp4'));
    assert.equal(job.encoding.quality, 80);
    assert.equal(job.faceMap, undefined);
    assert.equal(job.overwrite, false);
  });

  test('has settings of its own, which count more than those around it', () => {
    const settings = { outputVideoQuality: 100, manyFaces: true, 'model.swapper': 'mesh' };
    const job = jobOfFile(
      { ...least, settings },
      { ...surroundings, setting: (name) => (name === 'skipAudio' ? true : defaultSetting(name)) },
    );
    assert.equal(job.encoding.quality, 100);
    assert.equal(job.encoding.skipAudio, true);
    assert.equal(job.selection.manyFaces, true);
    assert.equal(job.processing?.swapper.model, 'mesh');
    assert.throws(
      () => jobOfFile({ ...least, settings: { outputVideoQuality: 101 } }, surroundings),
      (error) => error instanceof FaceSwapError && /outputVideoQuality/.test(String(error.facts.reason)),
    );
  });

  test('says who gets whose face', () => {
    const faces = [{ frame: 3, x: 100, y: 80.5 }];
    const people = [
      { name: 'Bob', faces, sources: [{ photo: '../both.jpg', face: 1 }] },
      { faces, sources: [] },
    ];
    const file = readJobFile(
      'x',
      JSON.stringify({ ...least, sources: [], people, consent: { confirmedBy: 'M' } }),
    );
    const job = jobOfFile(file, surroundings);
    assert.deepEqual(job.faceMap, [
      { faces, sources: [{ file: path.resolve('both.jpg'), face: 1 }] },
      { faces, sources: [] },
    ]);
    assert.equal(job.output, path.join(folder, 'both-clip.mp4'));
    assert.deepEqual(job.consent, { confirmedBy: 'M' });
    const chosen = jobOfFile({ ...least, sources: [{ photo: 'both.jpg', face: 2 }] }, surroundings);
    assert.deepEqual(chosen.sourceFaces, { [path.join(folder, 'both.jpg')]: 2 });
  });

  const wrong: [what: string, file: unknown, problem: RegExp][] = [
    ['nothing', '', /JSON/],
    ['no JSON', '{\n"version": 1\n"target": 2}', /comma expected in line 3/],
    ['a comment', '{ // hello\n}', /JSON/],
    ['a list', [], /must be an object/],
    ['another version', { ...least, version: 2 }, /^version: must be 1/],
    ['no target', { version: 1, sources: ['a.jpg'] }, /^target: must be a file name/],
    ['an empty name', { ...least, sources: [''] }, /^sources\.0: must be a file name/],
    ['a key nobody knows', { ...least, traget: 'x' }, /^traget: is not known here/],
    ['no photo at all', { ...least, sources: [] }, /must hold a photo/],
    [
      'no photo for anybody',
      { ...least, sources: [], people: [{ faces: [{ frame: 0, x: 1, y: 1 }], sources: [] }] },
      /must hold a photo/,
    ],
    [
      'a person without faces',
      { ...least, people: [{ faces: [], sources: [] }] },
      /^people\.0\.faces: must name a face/,
    ],
    [
      'a frame below 0',
      { ...least, people: [{ faces: [{ frame: -1, x: 1, y: 1 }], sources: [] }] },
      /frame: must be a whole/,
    ],
    ['a setting nobody knows', { ...least, settings: { quality: 3 } }, /^settings\.quality: is no setting/],
    [
      'a program',
      { ...least, settings: { ffmpegPath: '/tmp/evil' } },
      /^settings\.ffmpegPath: is no setting/,
    ],
    ['a key twice', '{"version":1,"target":"a","target":"b","sources":["c"]}', /^target: stands here twice/],
  ];
  for (const [what, file, problem] of wrong) {
    test(`with ${what} is refused`, () => {
      assert.match(problemsOf(file).join('\n'), problem);
    });
  }

  test('tells all that is wrong at once, and where it stands in the text', () => {
    const text = JSON.stringify({ version: 1, target: '', sources: [7] }, null, 2);
    assert.equal(problemsOf(text).length, 2);
    const { offset, length } = placeInText(text, ['sources', 0]);
    assert.equal(text.slice(offset, offset + length), '7');
    assert.throws(
      () => readJobFile('a.faceswap.json', text),
      (error) =>
        error instanceof FaceSwapError && /target must.*; sources\[0\] must/.test(String(error.facts.reason)),
    );
  });

  test('can be overruled by every option of the command line that says something about a job', () => {
    const notAboutJobs =
      /^(source|target|json|quiet|acceptTerms|cudaDevice|keepFps|keepFrames|tempFrameFormat|tempFrameQuality)$/;
    const command = addCommonOptions(addRunOptions(new Command()));
    const options = command.options.map((option) => option.attributeName());
    assert.deepEqual(
      options.filter((option) => !(option in placesOfOptions) && !notAboutJobs.test(option)),
      [],
    );
    assert.deepEqual(
      Object.keys(placesOfOptions).filter((option) => !options.includes(option)),
      [],
    );
  });
});
