import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { NetworkOptions } from '../models/httpFile';

/** The registry that the user's npm is set to, and how it is reached. */
export interface NpmSettings {
  /** Ends with a slash. */
  registry: string;
  network: NetworkOptions;
}

const usual = 'https://registry.npmjs.org/';

/**
 * Reads what npm would: its variables, the user's .npmrc, the one of the machine. The .npmrc of a project is left out, because
 * whoever wrote a workspace must not choose where native code comes from. npm itself need not be there.
 */
export function readNpmSettings(env: NodeJS.ProcessEnv = process.env, home = homedir()): NpmSettings {
  const files = npmrcFiles(env, home);
  const settings = new Map<string, string[]>();
  for (const file of files) {
    for (const [key, values] of readNpmrc(file, env)) if (!settings.has(key)) settings.set(key, values);
  }
  const get = (key: string): string | undefined => variable(env, key) ?? settings.get(key)?.at(-1);
  const chosen = get('registry') ?? usual;
  const registry = URL.canParse(chosen) ? `${chosen.replace(/\/+$/, '')}/` : usual;
  const authorities = authoritiesOf(get('cafile'), settings.get('ca') ?? settings.get('ca[]') ?? []);
  const credentials = credentialsFor(registry, (key) => settings.get(key)?.at(-1));
  const proxy = get('https-proxy') ?? get('proxy');
  const noProxy = get('noproxy') ?? get('no-proxy');
  return {
    registry,
    network: {
      ...(proxy !== undefined && URL.canParse(proxy) && { proxy }),
      ...(noProxy !== undefined && noProxy !== '' && { noProxy }),
      ...(get('strict-ssl') === 'false' && { anyCertificate: true }),
      ...(authorities !== undefined && { authorities }),
      ...(credentials !== undefined && {
        credentials: { origin: new URL(registry).origin, authorization: credentials },
      }),
    },
  };
}

/** npm takes its variables in small and capital letters, and with either stroke. */
function variable(env: NodeJS.ProcessEnv, key: string): string | undefined {
  const wanted = `npm_config_${key.replaceAll('-', '_')}`;
  const name = Object.keys(env).find((one) => one.toLowerCase().replaceAll('-', '_') === wanted);
  const value = name === undefined ? undefined : env[name];
  return value === '' ? undefined : value;
}

/** Those that count more come first. */
function npmrcFiles(env: NodeJS.ProcessEnv, home: string): string[] {
  const user = variable(env, 'userconfig') ?? path.join(home, '.npmrc');
  const global = variable(env, 'globalconfig');
  if (global !== undefined) return [user, global];
  const prefix = variable(env, 'prefix') ?? readNpmrc(user, env).get('prefix')?.at(-1);
  // Beside the Node in whose folder npm lies; on Windows that is the prefix itself.
  const folders = (env['PATH'] ?? env['Path'] ?? '')
    .split(path.delimiter)
    .filter((one) => path.isAbsolute(one));
  const prefixes = folders.map((folder) => (process.platform === 'win32' ? folder : path.dirname(folder)));
  return [
    user,
    ...[...(prefix === undefined ? [] : [prefix]), ...prefixes].map((one) => path.join(one, 'etc', 'npmrc')),
  ];
}

/** Lines of an .npmrc; keys may be given several times. `${NAME}` stands for a variable. */
function readNpmrc(file: string, env: NodeJS.ProcessEnv): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return settings;
  }
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*([^#;\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (!found) continue;
    const [, key, raw] = found;
    const value = raw
      .replace(/^"(.*)"$/, '$1')
      .replace(/\$\{([^}]+)\}/g, (_, name: string) => env[name] ?? '');
    settings.set(key, [...(settings.get(key) ?? []), value]);
  }
  return settings;
}

function authoritiesOf(file: string | undefined, certificates: readonly string[]): string | undefined {
  try {
    const fromFile = file === undefined || file === '' ? [] : [readFileSync(file, 'utf8')];
    const all = [...fromFile, ...certificates.map((one) => one.replaceAll('\\n', '\n'))].filter(
      (one) => one !== '',
    );
    return all.length > 0 ? all.join('\n') : undefined;
  } catch {
    return undefined;
  }
}

/** npm keeps secrets under the address without its protocol: `//host/path/:_authToken`, also of folders further up. */
function credentialsFor(registry: string, get: (key: string) => string | undefined): string | undefined {
  const { host, pathname } = new URL(registry);
  const parts = pathname.split('/').filter((part) => part !== '');
  for (let depth = parts.length; depth >= 0; depth--) {
    const place = `//${[host, ...parts.slice(0, depth)].join('/')}/`;
    const token = get(`${place}:_authToken`);
    if (token) return `Bearer ${token}`;
    const basic = get(`${place}:_auth`);
    if (basic) return `Basic ${basic}`;
    const [name, password] = [get(`${place}:username`), get(`${place}:_password`)];
    // The password is kept as base64.
    if (name && password) {
      const clear = Buffer.from(password, 'base64').toString('utf8');
      return `Basic ${Buffer.from(`${name}:${clear}`).toString('base64')}`;
    }
  }
  return undefined;
}
