import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { whole } from '../support/fileServer';
import { assertDone, content, server, setUp } from '../support/modelDownload';

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
