import { gunzipSync } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { backOffMs, realWait, type Wait } from '../models/backOff';
import { isFinal, NextLink, textOf } from '../models/downloadTrouble';
import { HttpRefusal, openHttpFile } from '../models/httpFile';

const mostAttempts = 3;
/** Records of packages are kilobytes. */
const mostBytes = 16 << 20;

/**
 * A JSON document of the web; undefined when the server has none (404). Throws `NextLink` with the cause in words, or what
 * the signal throws.
 */
export async function fetchJson(
  link: string,
  network: Dispatcher,
  options: { signal?: AbortSignal; wait?: Wait } = {},
): Promise<unknown> {
  const { signal, wait = realWait } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return JSON.parse(await text(link, network, signal)) as unknown;
    } catch (error) {
      if (signal?.aborted) throw error;
      if (error instanceof HttpRefusal && error.status === 404) return undefined;
      if (error instanceof SyntaxError) throw new NextLink('its answer is not understood', { cause: error });
      const isOver =
        attempt >= mostAttempts || isFinal(error) || (error instanceof HttpRefusal && !error.again);
      if (isOver) throw new NextLink(textOf(error), { cause: error });
      await wait((error instanceof HttpRefusal ? error.waitMs : undefined) ?? backOffMs(attempt), signal);
    }
  }
}

async function text(link: string, network: Dispatcher, signal: AbortSignal | undefined): Promise<string> {
  const { body } = await openHttpFile(link, { start: 0 }, network, signal);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) throw new HttpRefusal('its answer does not end', false);
  }
  const all = Buffer.concat(chunks);
  // NuGet packs some of its documents whatever it is asked for.
  const isPacked = all[0] === 0x1f && all[1] === 0x8b;
  return (isPacked ? gunzipSync(all, { maxOutputLength: mostBytes }) : all).toString('utf8');
}
