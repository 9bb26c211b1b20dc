import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  drip,
  dropAfter,
  endless,
  packed,
  stallAfter,
  status,
  whole,
  withoutRanges,
  wrongRange,
} from '../support/fileServer';
import { assertDone, content, mirror, other, server, setUp } from '../support/modelDownload';

describe('a download', () => {
  test('arrives, with progress up to the end', async () => {
    server.answer('/plain', whole(content));
    const { get, storage, progress, waits } = setUp([server.url('/plain')]);
    assertDone(await get(), storage);
    assert.equal(progress.at(-1), content.length);
    assert.deepEqual(waits, []);
  });

  test('goes on where a dropped connection left it, asking whether the file is still the same', async () => {
    server.answer('/drop', dropAfter(200_000, content), dropAfter(150_000, content), whole(content));
    const { get, storage, progress } = setUp([server.url('/drop')]);
    assertDone(await get(), storage);
    const asked = server.seen.filter(({ path }) => path === '/drop');
    assert.equal(asked.length, 3);
    assert.equal(asked[0].range, undefined);
    for (const { range, ifRange } of asked.slice(1)) {
      assert.match(range ?? '', /^bytes=[1-9]\d*-$/);
      assert.equal(ifRange, '"v1"');
    }
    assert.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
      'nothing is fetched twice',
    );
  });

  test('starts over when the server ignores ranges', async () => {
    server.answer('/ignores', dropAfter(300_000, content), withoutRanges(content));
    const { get, storage } = setUp([server.url('/ignores')]);
    assertDone(await get(), storage);
  });

  test('starts over when the file has changed in between', async () => {
    server.answer('/changed', dropAfter(300_000, other, '"old"'), whole(content, '"new"'));
    const { get, storage } = setUp([server.url('/changed')]);
    assertDone(await get(), storage);
    assert.equal(server.seen.at(-1)?.ifRange, '"old"');
  });

  test('starts over when joined parts of two versions have another hash', async () => {
    const untagged = (bytes: number, of: Buffer) => dropAfter(bytes, of, 'W/"weak"');
    server.answer('/joined', untagged(300_000, other), (request, response) => {
      // Without a tag that vouches for every byte, nobody can tell before the hash does.
      assert.equal(request.headers['if-range'], undefined);
      whole(content, 'W/"weak"')(request, response);
    });
    const { get, storage, log } = setUp([server.url('/joined')]);
    assertDone(await get(), storage);
    assert.match(log.join('\n'), /another SHA-256/);
  });

  test('goes on in the next process', async () => {
    server.answer('/later', dropAfter(250_000, content));
    const { get, failure, storage, part, progress } = setUp([server.url('/later')]);
    server.answer('/later', dropAfter(250_000, content), status(404));
    const error = await failure();
    assert.equal(error.code, 'download-failed');
    const there = readFileSync(part).length;
    assert.ok(there > 0 && content.subarray(0, there).equals(readFileSync(part)));
    server.answer('/later', whole(content));
    assertDone(await get(), storage);
    assert.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    );
  });

  test('takes a part that is whole already for the file', async () => {
    const { get, storage, part } = setUp([server.url('/nowhere')]);
    mkdirSync(storage, { recursive: true });
    writeFileSync(part, content);
    assertDone(await get(), storage);
    const unsized = setUp([server.url('/whole')], { bytes: undefined as never });
    server.answer('/whole', whole(content));
    mkdirSync(unsized.storage, { recursive: true });
    writeFileSync(unsized.part, content);
    assertDone(await unsized.get(), unsized.storage);
  });

  test('replaces a part that is longer than the file', async () => {
    server.answer('/longer', whole(content));
    const { get, storage, part } = setUp([server.url('/longer')]);
    mkdirSync(storage, { recursive: true });
    writeFileSync(part, Buffer.concat([content, other]));
    assertDone(await get(), storage);
  });

  test('follows redirects, also to other servers', async () => {
    mirror.answer('/file', whole(content));
    server.answer('/moved', status(302, { location: '/moved-again' }));
    server.answer('/moved-again', status(307, { location: mirror.url('/file') }));
    const { get, storage } = setUp([server.url('/moved')]);
    assertDone(await get(), storage);
  });

  test('survives a stall and goes on', async () => {
    server.answer('/stall', stallAfter(100_000, content), whole(content));
    const { get, storage, log } = setUp([server.url('/stall')]);
    assertDone(await get({ network: { stallMs: 100 } }), storage);
    assert.match(log[0], /it has stopped sending; trying again$/);
  });

  test('waits longer each time for a server in trouble, and as long as it asks for', async () => {
    server.answer('/busy', status(503), status(500), status(429, { 'retry-after': '7' }), whole(content));
    const { get, storage, waits } = setUp([server.url('/busy')]);
    assertDone(await get(), storage);
    assert.equal(waits.length, 3);
    assert.ok(waits[0] >= 250 && waits[0] <= 500, String(waits[0]));
    assert.ok(waits[1] >= 500 && waits[1] <= 1000, String(waits[1]));
    assert.equal(waits[2], 7000);
  });
});

describe('a mirror is asked next', () => {
  for (const [what, answer, reason] of [
    ['has no such file', status(404), /it answers 404/],
    ['redirects in a circle', status(302, { location: '/bad' }), /it redirects more than 8 times/],
    ['redirects to a file of its own', status(302, { location: 'file:///etc/passwd' }), /not of the web/],
    ['never stops sending', endless(), /it sends more than its file has/],
    [
      'sends another part than was asked for',
      wrongRange(content),
      /another part than was asked for, 5 times in a row/,
    ],
    ['sends other bytes', whole(other), /another SHA-256/],
    ['sends a web page', withoutRanges(Buffer.from('<html>log in</html>')), /has 19 bytes instead of 600000/],
    [
      'never gets anywhere',
      (_: unknown, response) => void response.destroy(),
      /broke the connection off, 5 times in a row/,
    ],
    ['packs the file', packed(content), /it sends the file packed \(gzip\), although/],
    ['drops the same bytes each time', dropAfter(10, content), /5 times in a row/],
  ] as [string, ReturnType<typeof status>, RegExp][]) {
    test(`when one ${what}`, async () => {
      server.answer('/bad', answer);
      mirror.answer('/good', whole(content));
      const { get, storage, log } = setUp([server.url('/bad'), mirror.url('/good')]);
      assertDone(await get(), storage);
      assert.match(log.join('\n'), reason);
    });
  }

  test('when one sends byte after byte and never gets done', async () => {
    server.answer('/drip', drip(content));
    mirror.answer('/good', whole(content));
    const { get, storage, log } = setUp([server.url('/drip'), mirror.url('/good')]);
    assertDone(await get({ network: { stallMs: 100 } }), storage);
    assert.match(log.join('\n'), /it sends less than 64 KB in 1 s, 5 times in a row/);
  });

  test('at once when one speaks no encryption', async () => {
    mirror.answer('/good', whole(content));
    const { get, storage, log, waits } = setUp([
      server.url('/x').replace('http:', 'https:'),
      mirror.url('/good'),
    ]);
    assertDone(await get(), storage);
    assert.match(log.join('\n'), /its encryption is not trusted \(.*\)$/);
    assert.deepEqual(waits, []);
  });

  test('and goes on with what the first one gave', async () => {
    server.answer('/half', dropAfter(300_000, content), status(410));
    mirror.answer('/rest', whole(content));
    const { get, storage } = setUp([server.url('/half'), mirror.url('/rest')]);
    assertDone(await get(), storage);
    const { range, ifRange } = mirror.seen.at(-1)!;
    assert.match(range ?? '', /^bytes=[1-9]\d*-$/);
    assert.equal(ifRange, undefined, 'the tag of another server means nothing here');
  });
});
