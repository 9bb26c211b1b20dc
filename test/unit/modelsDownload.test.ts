import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { after, before, describe, test, type TestContext } from 'node:test';
import { backOffMs } from '../../src/models/backOff';
import type { NeuralModel } from '../../src/models/catalogue';
import { downloadModel, type DownloadOptions } from '../../src/models/download';
import { FaceSwapError } from '../../src/protocol/errors';
import { describeError } from '../../src/protocol/errorText';
import {
  drip,
  dropAfter,
  endless,
  fileServer,
  packed,
  stallAfter,
  status,
  whole,
  withoutRanges,
  wrongRange,
  type FileServer,
} from '../support/fileServer';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder('download');
const content = randomBytes(600_000);
const other = randomBytes(content.length);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
let server: FileServer;
let mirror: FileServer;
let count = 0;

before(async () => {
  server = await fileServer();
  mirror = await fileServer();
});
after(() => [server, mirror].forEach((one) => one.close()));

/** A fresh storage, a model with these links, and everything that happened. */
function setUp(links: string[], changes: Partial<NeuralModel> = {}) {
  const storage = folder.path(`storage ${++count}`);
  const model: NeuralModel = {
    id: 'some_model',
    role: 'face_swapper',
    family: 'inswapper',
    name: 'Some model',
    file: 'some_model.onnx',
    bytes: content.length,
    sha256: sha256(content),
    links,
    licence: { name: 'MIT', link: 'https://example.org', commercialUse: true },
    inputs: [],
    outputs: [],
    ...changes,
  };
  const waits: number[] = [];
  const progress: number[] = [];
  const log: string[] = [];
  const options: DownloadOptions = {
    storage,
    wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    onProgress: (bytes) => void progress.push(bytes),
    onLog: (message) => void log.push(message),
  };
  const get = (more: Partial<DownloadOptions> = {}) => downloadModel(model, { ...options, ...more });
  const failure = async (more: Partial<DownloadOptions> = {}): Promise<FaceSwapError> => {
    const error: unknown = await get(more).catch((reason: unknown) => reason);
    assert.ok(error instanceof FaceSwapError, String(error));
    return error;
  };
  return { storage, waits, progress, log, get, failure, part: `${storage}/some_model.onnx.part` };
}

function assertDone(file: string, storage: string): void {
  assert.ok(readFileSync(file).equals(content), 'the file is the one of the server');
  assert.deepEqual(readdirSync(storage).sort(), ['some_model.onnx', 'verified.json'], 'nothing else is left');
}

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

describe('a proxy', () => {
  /** A proxy that tunnels everything to the one server, and counts. */
  async function startProxy(t: TestContext) {
    let tunnels = 0;
    const proxy = createServer().on('connect', (request, socket) => {
      tunnels++;
      assert.equal(request.url, 'models.invalid:80');
      const { port, hostname } = new URL(server.url('/'));
      const onward = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [onward, socket]) end.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    t.after(() => proxy.close());
    return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels: () => tunnels };
  }

  test('of the settings is used, except for hosts that need none', async (t) => {
    server.answer('/x', whole(content));
    const { url: proxy, tunnels } = await startProxy(t);
    const { get, failure, storage } = setUp(['http://models.invalid/x']);
    const error = await failure({ network: { proxy, noProxy: 'models.invalid' } });
    assert.match(error.facts.reason ?? '', /models\.invalid: the address of models\.invalid is not known/);
    assert.equal(tunnels(), 0);
    // People leave the protocol out.
    assertDone(await get({ network: { proxy: proxy.slice('http://'.length) } }), storage);
    assert.ok(tunnels() > 0);
  });

  test('that refuses is named, not the server behind it', async () => {
    const { failure } = setUp(['http://models.invalid/x']);
    const error = await failure({ network: { proxy: 'http://127.0.0.1:9' } });
    assert.match(error.facts.reason ?? '', /^models\.invalid: 127\.0\.0\.1:9 refuses the connection/);
  });

  for (const proxy of ['ftp://127.0.0.1:1', 'http://', 'me:secret@a b:80']) {
    test(`that is called “${proxy}” is a mistake that is told, wherever it stands`, async (t) => {
      const { failure, storage } = setUp(['http://models.invalid/x']);
      const error = await failure({ network: { proxy } });
      assert.equal(error.code, 'usage');
      assert.doesNotMatch(error.facts.reason ?? '', /secret/);
      assert.match(
        error.facts.reason ?? '',
        /^The address of the proxy, “[^”]+”, is not understood; write it as http:/,
      );
      const before = process.env['HTTPS_PROXY'];
      process.env['HTTPS_PROXY'] = proxy;
      t.after(() => {
        if (before === undefined) delete process.env['HTTPS_PROXY'];
        else process.env['HTTPS_PROXY'] = before;
      });
      assert.equal((await failure()).code, 'usage');
      // Nor is the file locked for the next try.
      assert.ok(!existsSync(storage));
    });
  }

  test('of the environment is used when the settings name none', async (t) => {
    server.answer('/x', whole(content));
    const { url, tunnels } = await startProxy(t);
    const before = process.env['HTTP_PROXY'];
    process.env['HTTP_PROXY'] = url;
    t.after(() => {
      if (before === undefined) delete process.env['HTTP_PROXY'];
      else process.env['HTTP_PROXY'] = before;
    });
    const { get, storage } = setUp(['http://models.invalid/x']);
    assertDone(await get(), storage);
    assert.ok(tunnels() > 0);
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
