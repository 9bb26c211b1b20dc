import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { backOffMs } from '../../src/models/backOff';
import { describeError } from '../../src/protocol/errorText';
import { dropAfter, stallAfter, status, whole } from '../support/fileServer';
import { assertDone, content, mirror, other, server, setUp } from '../support/modelDownload';

describe('a download that fails', () => {
  test('says what every server did', async () => {
    server.answer('/wrong', whole(other));
    const { failure, storage } = setUp([
      server.url('/wrong'),
      mirror.url('/absent'),
      'http://127.0.0.1:9/closed',
    ]);
    const error = await failure();
    assert.equal(error.code, 'download-failed');
    assert.match(
      error.facts.reason ?? '',
      /^127\.0\.0\.1:\d+: its file is not the recorded one \(another SHA-256\); 127.*: it answers 404; 127\.0\.0\.1:9: 127\.0\.0\.1:9 refuses/,
    );
    assert.deepEqual(readdirSync(storage), [], 'wrong bytes are not kept');
    assert.match(describeError(error), /; check the connection and try again later, or add the file/);
    server.answer('/half', dropAfter(300_000, content), status(410));
    const half = await setUp([server.url('/half')]).failure();
    assert.match(
      describeError(half),
      /it answers 410\); check .* again, which goes on from what has arrived\.$/,
    );
  });

  test('is refused before the first byte when the disk is too full, whoever tells the size', async () => {
    server.answer('/full', whole(content));
    const free = { freeBytes: () => Promise.resolve(1e6) };
    const told = await setUp([server.url('/full')]).failure(free);
    assert.deepEqual([told.code, told.facts['free']], ['disk-full', 1e6]);
    const { failure, part } = setUp([server.url('/full')], { bytes: undefined as never });
    assert.equal((await failure(free)).code, 'disk-full');
    assert.equal(existsSync(part), false);
  });

  test(
    'tells a disk that fills up from a server in trouble',
    { skip: !existsSync('/dev/full') },
    async () => {
      server.answer('/fills', whole(content));
      const { failure, storage, log } = setUp([server.url('/fills')]);
      mkdirSync(storage, { recursive: true });
      // Every write to this device fails as on a full disk.
      symlinkSync('/dev/full', `${storage}/some_model.onnx.part`);
      const error = await failure();
      assert.equal(error.code, 'disk-full');
      assert.deepEqual(log, []);
    },
  );

  test('cannot write where a file lies in the way', async () => {
    const { failure, storage } = setUp([server.url('/plain')]);
    writeFileSync(storage, 'a file');
    assert.equal((await failure()).code, 'output-not-writable');
  });

  test('keeps what has come when it is cancelled, and goes on from there', async () => {
    server.answer('/cancel', stallAfter(300_000, content));
    const { get, failure, storage, part } = setUp([server.url('/cancel')]);
    const abort = new AbortController();
    const error = await failure({
      signal: abort.signal,
      onProgress: (bytes) => {
        if (bytes > 0) abort.abort();
      },
    });
    assert.equal(error.code, 'cancelled');
    assert.equal(error.facts['model'], 'some_model');
    const there = readFileSync(part).length;
    assert.ok(there > 0);
    server.answer('/cancel', whole(content));
    assertDone(await get(), storage);
    assert.equal(server.seen.at(-1)?.range, `bytes=${there}-`);
  });

  test('keeps a second process away, but not because of one that has died', async () => {
    server.answer('/lock', whole(content));
    const { get, failure, storage, part } = setUp([server.url('/lock')]);
    mkdirSync(storage, { recursive: true });
    writeFileSync(`${part}.lock`, String(process.pid));
    assert.match((await failure()).facts.reason ?? '', /another process/);
    writeFileSync(`${part}.lock`, '999999999');
    assertDone(await get(), storage);
  });

  test('never starts for a model that no record vouches for', async () => {
    const { failure } = setUp([], { sha256: undefined as never, page: 'https://example.org/page' });
    const error = await failure();
    assert.deepEqual([error.code, error.facts['link']], ['model-by-hand', 'https://example.org/page']);
  });
});

test('waits double, lose up to half of themselves by chance, and end at half a minute', () => {
  assert.deepEqual(
    [1, 2, 3, 20].map((attempt) => backOffMs(attempt, () => 0)),
    [500, 1000, 2000, 30_000],
  );
  assert.equal(
    backOffMs(3, () => 1),
    1000,
  );
});
