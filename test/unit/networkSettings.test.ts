import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkSettings } from '../../src/host/networkSettings';

const settings = (values: Record<string, unknown>) => networkSettings((name) => values[name]);

test('the defaults of VS Code leave the proxy to the environment', () => {
  assert.deepEqual(settings({ proxy: '', noProxy: [], proxySupport: 'override', proxyStrictSSL: true }), {});
});

test('a proxy, its exceptions and certificates that nobody vouches for are taken over', () => {
  const values = { proxy: 'http://proxy:3128', noProxy: ['localhost', '.corp'], proxyStrictSSL: false };
  assert.deepEqual(settings(values), {
    proxy: 'http://proxy:3128',
    noProxy: 'localhost,.corp',
    anyCertificate: true,
  });
});

test('proxies that are switched off are switched off, those of the environment as well', () => {
  assert.deepEqual(settings({ proxy: 'http://proxy:3128', proxySupport: 'off' }), { noProxy: '*' });
});
