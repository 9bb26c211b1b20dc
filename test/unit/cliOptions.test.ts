import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Command, CommanderError } from 'commander';
import { addCommonOptions, addRunOptions, jobOf, noticesOf, type RunOptions } from '../../src/cli/options';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultEncoding, defaultExecution, defaultSelection, type SwapJob } from '../../src/protocol/job';
import { defaultLabel } from '../../src/protocol/label';
import { defaultProcessing } from '../../src/protocol/processing';

function parse(...args: string[]): RunOptions {
  const command = addCommonOptions(addRunOptions(new Command()));
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  return command.parse(args, { from: 'user' }).opts<RunOptions>();
}

const required = ['--source', 'a.jpg', '--target', 'v.mp4', '--output', 'o.mp4'];
const jobFrom = (...args: string[]): SwapJob => jobOf(parse(...required, ...args));

describe('options of the command line', () => {
  test('give the documented defaults', () => {
    assert.deepEqual(jobFrom(), {
      sources: [path.resolve('a.jpg')],
      target: path.resolve('v.mp4'),
      output: path.resolve('o.mp4'),
      overwrite: false,
      processors: ['face_swapper'],
      selection: defaultSelection,
      encoding: defaultEncoding,
      execution: defaultExecution,
      smallFaces: 'auto',
      processing: defaultProcessing,
      label: defaultLabel,
      contentSensitivity: 'standard',
      tools: {},
    } satisfies SwapJob);
  });

  test('take networks for faces by id or by file', () => {
    const job = jobFrom('--face-detector-model', 'det.onnx', '--face-recognizer-model', 'w600k_r50');
    assert.deepEqual(job.models, { detector: path.resolve('det.onnx'), recognizer: 'w600k_r50' });
    const file = path.resolve('models', 'arcface');
    assert.deepEqual(jobFrom('--face-recognizer-model', file).models, { recognizer: file });
    assert.throws(
      () => jobFrom('--face-detector-model', ''),
      (error) => error instanceof FaceSwapError && error.facts['option'] === 'face-detector-model',
    );
  });

  test("take roop's command as people know it", () => {
    const job = jobFrom(
      ...'--frame-processor face_swapper face_enhancer --keep-fps --keep-frames --skip-audio --many-faces'.split(
        ' ',
      ),
      ...'--reference-face-position 2 --reference-frame-number 30 --similar-face-distance 1.2'.split(' '),
      ...'--temp-frame-format png --temp-frame-quality 0 --output-video-encoder libx265'.split(' '),
      ...'--output-video-quality 35 --max-memory 16 --execution-provider cuda cpu'.split(' '),
      ...'--execution-threads 8 --gpu-memory-wait 30'.split(' '),
    );
    assert.deepEqual(job.processors, ['face_swapper', 'face_enhancer']);
    assert.deepEqual(job.selection, {
      manyFaces: true,
      referenceFacePosition: 2,
      referenceFrameNumber: 30,
      similarFaceDistance: 1.2,
    });
    assert.deepEqual(job.encoding, { encoder: 'libx265', quality: 35, preset: 'veryfast', skipAudio: true });
    assert.deepEqual(job.execution, {
      ...defaultExecution,
      providers: ['cuda', 'cpu'],
      threads: 8,
      maxMemoryGb: 16,
      gpuMemoryWaitSeconds: 30,
    });
  });

  test('take a visible label, without the blanks around it', () => {
    const job = jobFrom('--label-text', ' Hecho con IA – ñ, € ', '--label-position', 'top-left');
    assert.deepEqual(job.label, { text: 'Hecho con IA – ñ, €', position: 'top-left' });
    assert.deepEqual(jobFrom('--label-text', '  ').label, defaultLabel);
    assert.equal(jobFrom('--label-text', 'é'.repeat(80)).label?.text.length, 80);
  });

  test('take several sources, in either spelling', () => {
    const job = jobOf(parse('-t', 'v.mp4', '-o', 'o.mp4', '-s', 'a.jpg', 'b.jpg', '-s', 'c.jpg'));
    assert.deepEqual(
      job.sources.map((file) => path.basename(file)),
      ['a.jpg', 'b.jpg', 'c.jpg'],
    );
  });

  test('take names that begin with a dash', () => {
    const job = jobOf(parse('--source=-a.jpg', '--target=--v.mp4', '-o', '-o.mp4'));
    assert.deepEqual(
      [job.sources[0], job.target, job.output].map((file) => path.basename(file)),
      ['-a.jpg', '--v.mp4', '-o.mp4'],
    );
  });

  test('name each given option that has lost its meaning, and no other', () => {
    assert.deepEqual(noticesOf(parse(...required)), []);
    const notices = noticesOf(parse(...required, '--keep-fps', '--temp-frame-quality', '0'));
    assert.deepEqual(
      notices.map((notice) => notice.split(' ')[0]),
      ['--keep-fps', '--temp-frame-quality'],
    );
  });

  const wrong: [args: string[], names: RegExp][] = [
    [['--output-video-quality', '101'], /--output-video-quality.*0 to 100/],
    [['--output-video-quality', '1.5'], /whole number/],
    [['--output-video-quality', ''], /--output-video-quality/],
    [['--reference-face-position', '-1'], /--reference-face-position/],
    [['--reference-frame-number', 'ten'], /--reference-frame-number/],
    [['--similar-face-distance', '2.1'], /--similar-face-distance.*0 to 2/],
    [['--similar-face-distance', 'NaN'], /--similar-face-distance/],
    [['--execution-threads', '257'], /--execution-threads.*0 to 256/],
    [['--max-memory', '-1'], /--max-memory/],
    [['--gpu-memory-wait', 'Infinity'], /--gpu-memory-wait/],
    [['--output-video-encoder', 'h265'], /--output-video-encoder.*libx265/],
    [['--output-video-preset', 'turbo'], /--output-video-preset.*veryfast/],
    [['--execution-provider', 'cuda', 'gpu'], /--execution-provider.*cuda.*cpu/],
    [['--frame-processor', 'face_swap'], /--frame-processor.*face_swapper/],
    [['--small-faces', 'sometimes'], /--small-faces.*auto/],
    [['--label-text', 'x'.repeat(81)], /--label-text.*one line of up to 80 characters/],
    [['--label-text', 'two\nlines'], /--label-text[^]*one line/],
    [['--label-position', 'middle'], /--label-position.*top-left.*bottom-right/],
    [['--bogus'], /--bogus/],
    [['left', 'over'], /too many arguments/],
  ];
  for (const [args, names] of wrong) {
    test(`refuse ${args.join(' ')}`, () => {
      assert.throws(
        () => parse(...required, ...args),
        (error) => error instanceof CommanderError && names.test(error.message),
      );
    });
  }

  for (const name of ['source', 'target', 'output', 'ffmpeg', 'ffprobe']) {
    test(`refuse an empty --${name}`, () => {
      assert.throws(
        () => jobFrom(`--${name}`, ''),
        (error) => error instanceof FaceSwapError && error.code === 'usage' && error.facts['option'] === name,
      );
    });
  }
});

describe('the output', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-output-'));
    mkdirSync(path.join(folder, 'results'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const outputFor = (...args: string[]) =>
    jobOf(parse('-s', path.join(folder, 'ann.jpg'), '-t', path.join(folder, 'party.mov'), ...args)).output;

  test('lies beside the target when none is named, and takes no name that is taken', () => {
    const first = outputFor();
    assert.equal(first, path.join(folder, 'ann-party.mov'));
    writeFileSync(first, '');
    const second = outputFor();
    assert.equal(path.dirname(second), folder);
    assert.equal(existsSync(second), false);
  });

  test('goes into a folder that is named', () => {
    const expected = path.join(folder, 'results', 'ann-party.mov');
    assert.equal(outputFor('-o', path.join(folder, 'results')), expected);
    assert.equal(outputFor('-o', path.join(folder, 'results') + path.sep), expected);
  });

  test('may lie where nothing can be: that is told when it is checked', () => {
    writeFileSync(path.join(folder, 'notes.txt'), '');
    const output = path.join(folder, 'notes.txt', 'out.mov');
    assert.equal(outputFor('-o', output), output);
  });

  test('is refused when it names a folder that is not there', () => {
    assert.throws(
      () => outputFor('-o', `${path.join(folder, 'nowhere')}/`),
      (error) => error instanceof FaceSwapError && error.code === 'output-folder-missing',
    );
  });
});
