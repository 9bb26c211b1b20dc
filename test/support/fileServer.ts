import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** How one request is answered. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface FileServer {
  /** Address of a path. */
  url(path: string): string;
  /** Answers the next requests for a path one by one; the last answer stays. */
  answer(path: string, ...answers: Answer[]): void;
  /** Every request so far: path and Range header. */
  seen: { path: string; range: string | undefined; ifRange: string | undefined }[];
  close(): void;
}

/** A web server on this machine that behaves as badly as a test wants. */
export async function fileServer(): Promise<FileServer> {
  const answers = new Map<string, Answer[]>();
  const seen: FileServer['seen'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { range, 'if-range': ifRange } = request.headers;
    seen.push({ path, range, ifRange: [ifRange ?? []].flat()[0] });
    const queue = answers.get(path) ?? [];
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (answer) answer(request, response);
    else response.writeHead(404).end('<html>Not Found</html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    answer: (path, ...list) => void answers.set(path, list),
    seen,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function startOf({ headers: { range } }: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
}

/** A well-behaved server with ranges and a tag, which honours If-Range. */
export function whole(content: Buffer, etag = '"v1"'): Answer {
  return (request, response) => {
    const { 'if-range': ifRange } = request.headers;
    const start = ifRange === undefined || ifRange === etag ? startOf(request) : 0;
    if (start >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const rest = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      'content-length': rest.length,
      ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    response.end(rest);
  };
}

/** Sends so many bytes of what `whole` would send, then breaks the connection. */
export function dropAfter(bytes: number, content: Buffer, etag = '"v1"'): Answer {
  return (request, response) => {
    const { 'if-range': ifRange } = request.headers;
    const start = ifRange === undefined || ifRange === etag ? startOf(request) : 0;
    const rest = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      'content-length': rest.length,
      ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    response.write(rest.subarray(0, bytes), () => response.destroy());
  };
}

/** Knows no ranges and no tags. */
export function withoutRanges(content: Buffer): Answer {
  return (_request, response) =>
    void response.writeHead(200, { 'content-length': content.length }).end(content);
}

/** Never silent for long, and never done: a byte every few milliseconds. */
export function drip(content: Buffer): Answer {
  return (request, response) => {
    let at = startOf(request);
    const range = { 'content-range': `bytes ${at}-${content.length - 1}/${content.length}` };
    response.writeHead(at > 0 ? 206 : 200, {
      'content-length': content.length - at,
      ...(at > 0 && range),
    });
    const timer = setInterval(() => response.write(content.subarray(at, ++at)), 5);
    response.on('close', () => clearInterval(timer));
  };
}

/** Packs the file, asked or not. */
export function packed(content: Buffer): Answer {
  return (_request, response) =>
    void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content));
}

/** Sends some bytes, then nothing any more, without ending. */
export function stallAfter(bytes: number, content: Buffer): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, bytes));
  };
}

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_request, response) => void response.writeHead(code, headers).end('<html>no</html>');
}

/** Never stops sending, and does not say how much it will be. */
export function endless(): Answer {
  return (_request, response) => {
    const send = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
    };
    response.writeHead(200).on('drain', send);
    send();
  };
}

/** Answers a range with another one. */
export function wrongRange(content: Buffer): Answer {
  return (_request, response) => {
    const headers = { 'content-range': `bytes 1-${content.length - 1}/${content.length}` };
    response.writeHead(206, headers).end(content.subarray(1));
  };
}
