import { FaceSwapError } from '../protocol/errors';

/** This server will not give the file; another one may. */
export class NextLink extends Error {}

const fileCalls = ['write', 'open', 'ftruncate', 'fsync', 'rename', 'mkdir', 'copyfile', 'unlink', 'rm'];
const networkCodes = ['EPIPE', 'ECONNRESET'];

/** Trouble with the own disk, which no other server would cure. */
export function isStorageTrouble(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  // Sockets are written to as well.
  return fileCalls.includes(syscall ?? '') && !networkCodes.includes(code ?? '');
}

/** The error to tell for trouble with the own disk; any other error as it is. */
export function storageError(error: unknown, file: string): unknown {
  if (!isStorageTrouble(error)) return error;
  const { code, message } = error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new FaceSwapError('disk-full', { file }, { cause: error });
  return new FaceSwapError('output-not-writable', { file, reason: message }, { cause: error });
}

const texts: Partial<Record<string, string>> = {
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'it broke the connection off',
  ENOTFOUND: 'its address is not known here',
  EAI_AGAIN: 'its address cannot be looked up now',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
  UND_ERR_BODY_TIMEOUT: 'it has stopped sending',
  UND_ERR_SOCKET: 'it broke the connection off',
};

/** Trouble that another try would meet again: a certificate does not get better. */
export function isFinal(error: unknown): boolean {
  return /CERT|SIGNATURE|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(codeOf(error));
}

/** What happened, in words that go on after the server's name. */
export function textOf(error: unknown): string {
  const known = unreached(error) ?? texts[codeOf(error)];
  if (known !== undefined) return known;
  const { message } = error as Error;
  return isFinal(error) ? `its encryption is not trusted (${message.trim().split('\n')[0]})` : message;
}

/** Names who cannot be reached where that is told: it may be a proxy. */
function unreached(error: unknown): string | undefined {
  const { cause, errors = [] } = error as Error & { errors?: unknown[] };
  for (const one of [error, cause, ...errors]) {
    const { code, address, port, hostname } = (one ?? {}) as Record<string, string | undefined>;
    if (code === 'ECONNREFUSED' && address !== undefined) return `${address}:${port} refuses the connection`;
    if (code === 'ENOTFOUND' && hostname !== undefined) return `the address of ${hostname} is not known here`;
  }
  return undefined;
}

function codeOf(error: unknown): string {
  const { code, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  return texts[code ?? ''] === undefined ? (cause?.code ?? code ?? '') : code!;
}
