import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorCodes, type ErrorCode, type ErrorFacts } from '../../src/protocol/errors';
import { describeError } from '../../src/protocol/errorText';
import { exitCodeOf, exitCodes } from '../../src/protocol/exitCodes';

const file = '/videos/our party.mp4';

/** Facts as the code that throws gives them. */
const full: Partial<Record<ErrorCode, ErrorFacts>> = {
  usage: { option: 'source', reason: 'a file name is missing' },
  'media-truncated': { frames: 12, expected: 40, reason: 'partial file' },
  'media-unsupported': { feature: 'HDR' },
  'disk-full': { needed: 5.5e9, free: 12e6 },
  'no-reference-face': { frame: 3 },
  'model-missing': { model: 'face_enhancer' },
  'tool-missing': { tool: 'ffmpeg', reason: 'spawn ENOENT' },
  'tool-failed': { tool: 'ffmpeg', stderr: 'one\nInvalid data found\n' },
  'output-rotation-unfit': { extension: '.mkv' },
  'output-encoder-unfit': { encoder: 'libx264', extension: '.webm' },
  'encoder-unavailable': { encoder: 'h264_nvenc', stderr: 'No capable devices found' },
  'out-of-memory': { limit: 4 },
  'verification-failed': { what: 'frames', expected: 40, found: 39 },
  'worker-died': { reason: 'SIGKILL', signal: 'SIGKILL', stderr: '' },
  internal: { reason: 'x is not a function' },
};

/** Codes about a file that a person has named. */
const aboutFile = errorCodes.filter((code) =>
  /^(input|output(?!-encoder|-rotation)|media|not-media|no-video|no-source|disk)/.test(code),
);

describe('the sentence for an error', () => {
  for (const code of errorCodes) {
    for (const [kind, facts] of Object.entries({ full: { file, ...full[code] }, bare: {} })) {
      test(`is one clear line for ${code}, ${kind} facts`, () => {
        const sentence = describeError({ code, facts });
        assert.match(sentence, /^([\p{Lu}“]|--|ffmpeg)[^\n]{15,}[^.]\.$/u);
        assert.doesNotMatch(sentence, /undefined|null|NaN|\[object|\(\)|“”| {2}|\.\.| [,;.](?!\w)/);
      });
    }
  }

  for (const code of aboutFile) {
    test(`names the file for ${code}`, () => {
      assert.match(describeError({ code, facts: { file, ...full[code] } }), /our party\.mp4/);
    });
  }

  test('says what to do next for everything but cancelling', () => {
    for (const code of errorCodes.filter((other) => other !== 'cancelled' && other !== 'usage')) {
      assert.match(
        describeError({ code, facts: { file, ...full[code] } }),
        /; .|, and was not|please report/,
        code,
      );
    }
  });

  test('tells the facts that decide what to do', () => {
    const sentence = (code: ErrorCode) => describeError({ code, facts: { file, ...full[code] } });
    assert.match(sentence('media-truncated'), /12 of 40 frames/);
    assert.match(sentence('media-unsupported'), /HDR/);
    assert.match(sentence('disk-full'), /5\.5 GB needed, 12 MB free/);
    const little = { code: 'disk-full', facts: { file, needed: 1.6e6, free: 1.5e6 } } as const;
    assert.match(describeError(little), /2 MB needed, 1 MB free/);
    const limited = { code: 'disk-full', facts: { file, limit: 4096 } } as const;
    assert.match(describeError(limited), /4096 MB.*--max-disk-mb/);
    assert.match(sentence('output-exists'), /--overwrite/);
    assert.match(sentence('tool-failed'), /Invalid data found/);
    const crashed = {
      code: 'tool-failed',
      facts: { file, ...full['tool-failed'], reason: 'SIGSEGV' },
    } as const;
    assert.match(describeError(crashed), /failed on .*our party\.mp4” \(SIGSEGV\)/);
    assert.match(
      describeError({ code: 'tool-failed', facts: { reason: 'SIGKILL' } }),
      /SIGKILL.*memory.*; close/,
    );
    assert.match(sentence('encoder-unavailable'), /h264_nvenc.*No capable devices/);
    assert.match(sentence('out-of-memory'), /4 GB/);
    assert.match(sentence('worker-died'), /SIGKILL/);
    assert.match(sentence('usage'), /^--source: /);
  });

  test('speaks of models where a file should have been one, or is one already', () => {
    const exists = describeError({ code: 'output-exists', facts: { file, model: 'gfpgan_1.4' } });
    assert.match(exists, /there as gfpgan_1\.4 already .*“face-swap models remove gfpgan_1\.4”/);
    const empty = describeError({ code: 'input-empty', facts: { file, wanted: 'model' } });
    assert.match(empty, /is empty; choose a file with a model in it\.$/);
  });

  test('names the target in which there is no reference face', () => {
    for (const facts of [{ file }, { file, frame: 3 }, { file, frame: 9, frames: 9 }])
      assert.match(describeError({ code: 'no-reference-face', facts }), /target “.*our party\.mp4”/);
  });

  test('does not offer a video where a photo is wanted', () => {
    const sentence = describeError({ code: 'not-media', facts: { file, wanted: 'photo' } });
    assert.match(sentence, /our party\.mp4” is not a picture.*choose a photo/);
  });

  test('stays on one line whatever the file is called', () => {
    const odd = '/videos/line\nbreak\u001b[31m "it\'s".mp4';
    const sentence = describeError({ code: 'input-missing', facts: { file: odd } });
    assert.match(sentence, /break/);
    assert.equal(sentence, sentence.replaceAll(/\p{Cc}/gu, ''));
  });

  test('does not end in two full stops when a library ends its own sentence', () => {
    const sentence = describeError({ code: 'internal', facts: { reason: 'Out of luck.' } });
    assert.match(sentence, /\(Out of luck\)/);
  });
});

describe('exit codes', () => {
  test('are what the documentation says', () => {
    const table: [ErrorCode, number][] = [
      ['usage', 2],
      ['input-missing', 3],
      ['media-truncated', 3],
      ['output-exists', 3],
      ['no-reference-face', 3],
      ['model-missing', 4],
      ['no-source-face', 5],
      ['tool-failed', 6],
      ['worker-died', 6],
      ['internal', 6],
      ['cancelled', 130],
    ];
    for (const [code, exit] of table) assert.equal(exitCodeOf(code), exit, code);
  });

  test('are never 0 or 1 for a failure', () => {
    const allowed = Object.values(exitCodes).filter((code) => code !== 0);
    for (const code of errorCodes) assert.ok(allowed.includes(exitCodeOf(code) as 2), code);
  });
});
