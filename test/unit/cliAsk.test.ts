import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { ask, type Terminal } from '../../src/cli/ask';
import { FaceSwapError } from '../../src/protocol/errors';

/** Asks on a terminal where these keys are pressed; `undefined` ends the input. */
async function answered(keys: string | undefined, isTTY = true, signal = new AbortController().signal) {
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: () => undefined });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const answer = ask('Really?', signal, { stdin, stderr } as unknown as Terminal);
  stdin.end(keys);
  return answer;
}

const isCancelled = (error: unknown) => error instanceof FaceSwapError && error.code === 'cancelled';

describe('a question on a terminal', () => {
  test('is answered with yes by yes alone', async () => {
    for (const yes of ['y\n', ' YES \n']) assert.equal(await answered(yes), true, yes);
    for (const no of ['\n', 'n\n', 'yeah\n', undefined]) assert.equal(await answered(no), false, no);
  });

  test('is answered with no where nobody can answer', async () => {
    assert.equal(await answered('y\n', false), false);
  });

  test('ends as cancelled by Ctrl-C, and by a signal', async () => {
    await assert.rejects(answered('\u0003'), isCancelled);
    await assert.rejects(answered(undefined, true, AbortSignal.abort()), isCancelled);
  });
});
