import type { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { FaceSwapError } from '../protocol/errors';

/** How the network is reached. Without these, `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` decide. */
export interface NetworkOptions {
  /** Address of a proxy for everything. */
  proxy?: string;
  /** Hosts that are reached without it. */
  noProxy?: string;
  /** Take certificates that nobody vouches for, as VS Code's `http.proxyStrictSSL: false` says. */
  anyCertificate?: boolean;
  /** Certificates of authorities to trust besides those that Node knows, as PEM. */
  authorities?: string;
  /** Told to servers of this origin and to no other. */
  credentials?: { origin: string; authorization: string };
  /** Longest silence of a server in milliseconds. */
  stallMs?: number;
}

export const stallMs = 30_000;
const mostRedirects = 8;

/**
 * The address of a proxy, with its protocol put before it where people leave that out. Throws `usage` for what is no address;
 * names and passwords in it are not repeated.
 */
function proxyAddress(named: string | undefined): string | undefined {
  if (!named) return undefined;
  const address = /^[a-z\d+.-]+:\/\//i.test(named) ? named : `http://${named}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^(https?|socks5?):$/.test(url.protocol) && url.hostname !== '') return address;
  const reason = `The address of the proxy, “${named.replace(/^.*@/, '')}”, is not understood; write it as http://host:port`;
  throw new FaceSwapError('usage', { reason });
}

/**
 * Makes what requests go through; to be closed at the end. Throws `usage` for an address of a proxy that is none. The HTTP client is
 * loaded by the first who downloads: it is larger than everything else in this program together.
 */
export async function openNetwork(options: NetworkOptions = {}): Promise<Dispatcher> {
  const { proxy, noProxy, anyCertificate, authorities, credentials } = options;
  const { env } = process;
  const httpProxy = proxyAddress(proxy ?? env['http_proxy'] ?? env['HTTP_PROXY']);
  const httpsProxy = proxyAddress(proxy ?? env['https_proxy'] ?? env['HTTPS_PROXY']);
  const silence = options.stallMs ?? stallMs;
  const tls = {
    ...(anyCertificate === true && { rejectUnauthorized: false }),
    ...(authorities !== undefined && { ca: [...rootCertificates, authorities] }),
  };
  const { EnvHttpProxyAgent } = await import('undici');
  const agent = new EnvHttpProxyAgent({
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noProxy !== undefined && { noProxy }),
    ...(Object.keys(tls).length > 0 && { connect: tls, requestTls: tls, proxyTls: tls }),
    headersTimeout: silence,
    bodyTimeout: silence,
    connectTimeout: silence,
  });
  if (!credentials) return agent;
  const { origin, authorization } = credentials;
  return agent.compose((dispatch) => (call, handler) => {
    // Redirects lead to other servers, which are told nothing.
    if (String(call.origin) !== origin) return dispatch(call, handler);
    return dispatch({ ...call, headers: { ...(call.headers as object), authorization } }, handler);
  });
}

/** A server said no. `again`: it may say yes later. */
export class HttpRefusal extends Error {
  constructor(
    message: string,
    readonly again: boolean,
    readonly status?: number,
    /** Milliseconds to wait, when the server says so. */
    readonly waitMs?: number,
  ) {
    super(message);
  }
}

/** A file as a server begins to send it. */
export interface HttpFile {
  body: Readable;
  /** Where in the file the body begins: 0 when the server starts over. */
  start: number;
  /** Size of the whole file, when the server tells it. */
  total?: number;
  /** Says whether the file is still the same at the next request. */
  validator?: string;
}

/** What is there already: how many bytes, and the validator they came with. */
export interface Resume {
  start: number;
  validator?: string;
}

/**
 * Asks for a file from a position on, and follows redirects. A server that has another file now, or knows no ranges, sends all of it.
 * Throws `HttpRefusal`, or what undici throws when there is no connection.
 */
export async function openHttpFile(
  link: string,
  resume: Resume,
  network: Dispatcher,
  signal?: AbortSignal,
): Promise<HttpFile> {
  const { request } = await import('undici');
  let url = new URL(link);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const { statusCode, headers, body } = await request(url, {
      dispatcher: network,
      headers: requestHeaders(resume),
      ...(signal && { signal }),
    });
    const header = (name: string): string | undefined => [headers[name] ?? []].flat()[0];
    if (statusCode === 200 || statusCode === 206) return fileOf(statusCode, header, body, resume);
    await body.dump();
    const location = header('location');
    if (statusCode >= 300 && statusCode < 400 && location !== undefined) url = redirected(url, location);
    else throw refusal(statusCode, resume, header);
  }
  throw new HttpRefusal(`it redirects more than ${mostRedirects} times`, false);
}

function requestHeaders({ start, validator }: Resume): Record<string, string> {
  return {
    'user-agent': 'face-swap',
    // Compressed, neither sizes nor positions would be those of the file.
    'accept-encoding': 'identity',
    ...(start > 0 && { range: `bytes=${start}-` }),
    ...(start > 0 && validator !== undefined && { 'if-range': validator }),
  };
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const isWeb = to?.protocol === 'https:' || to?.protocol === 'http:';
  if (!to || !isWeb) throw new HttpRefusal('it redirects to an address that is not of the web', false);
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new HttpRefusal('it redirects from an encrypted address to an open one', false);
  }
  return to;
}

function refusal(
  status: number,
  { start }: Resume,
  header: (name: string) => string | undefined,
): HttpRefusal {
  // The position lies beyond the file's end: whoever asked has to start over.
  if (status === 416 && start > 0) return new HttpRefusal('it has a shorter file', true, status);
  const again = status >= 500 || status === 408 || status === 425 || status === 429;
  const seconds = Number(header('retry-after'));
  const wait = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1000 : undefined;
  return new HttpRefusal(`it answers ${status}`, again, status, wait);
}

function fileOf(
  status: number,
  header: (name: string) => string | undefined,
  body: Readable,
  { start }: Resume,
): HttpFile {
  const etag = header('etag');
  // Weak tags do not vouch for every byte.
  const validator = etag?.startsWith('W/') === false ? etag : header('last-modified');
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header('content-range') ?? '');
  if (status === 206 && Number(range?.[1]) !== start) {
    abandon(body);
    throw new HttpRefusal('it sends another part than was asked for', true);
  }
  const encoding = header('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    abandon(body);
    throw new HttpRefusal(`it sends the file packed (${encoding}), although it was asked not to`, false);
  }
  const size = status === 206 ? range?.[2] : header('content-length');
  const total = size === undefined || size === '*' ? NaN : Number(size);
  return {
    body,
    start: status === 206 ? start : 0,
    ...(Number.isInteger(total) && { total }),
    ...(validator !== undefined && { validator }),
  };
}

/** Ends a body that nobody wants; that it ended early is then no news. */
export function abandon(body: Readable): void {
  body.on('error', () => undefined).destroy();
}
