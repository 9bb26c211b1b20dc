import type { NetworkOptions } from '../models/httpFile';

/**
 * VS Code's settings `http.*` for downloads; `get` takes names without `http.`. Where they name no proxy, the environment
 * decides, as it does in VS Code.
 */
export function networkSettings(get: (name: string) => unknown): NetworkOptions {
  const [proxy, noProxy] = [get('proxy'), get('noProxy')];
  const isOff = get('proxySupport') === 'off';
  const hosts = Array.isArray(noProxy) ? noProxy.filter((host) => typeof host === 'string') : [];
  return {
    ...(!isOff && typeof proxy === 'string' && proxy !== '' && { proxy }),
    ...(isOff ? { noProxy: '*' } : hosts.length > 0 && { noProxy: hosts.join(',') }),
    ...(get('proxyStrictSSL') === false && { anyCertificate: true }),
  };
}
