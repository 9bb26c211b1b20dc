import type { Dispatcher } from 'undici';
import { FaceSwapError } from '../protocol/errors';
import { backOffMs, realWait, type Wait } from './backOff';
import { checkSpace, type FreeBytes } from './diskSpace';
import { isFinal, isStorageTrouble, NextLink, textOf } from './downloadTrouble';
import { abandon, HttpRefusal, openHttpFile, stallMs, type NetworkOptions } from './httpFile';
import type { PartFile } from './partFile';
import { hashOf } from './verifiedFiles';

/** A file to be downloaded, and how it is known to be the right one. */
export interface WantedFile {
  /** What it is called in what people are told. */
  id: string;
  /** Its name in the storage. */
  file: string;
  bytes?: number;
  /** Hexadecimal. */
  hash: { sha256: string } | { sha512: string };
  /** Tried in this order. */
  links: readonly string[];
}

export interface DownloadOptions {
  storage: string;
  network?: NetworkOptions;
  signal?: AbortSignal;
  /** Bytes that are there, and in all when that is known. */
  onProgress?: (bytes: number, total: number | undefined) => void;
  onLog?: (message: string) => void;
  wait?: Wait;
  /** Bytes free in a folder; tests put in their own. */
  freeBytes?: FreeBytes;
}

/** Attempts in a row without news from one server. */
const mostAttempts = 5;
/** So much is news; who sends less in the time that one may be silent is as good as silent. */
const newsBytes = 1 << 16;
/** No model is larger; a server that does not say where its file ends is cut off here. */
const largestBytes = 4e9;

/** One server, as often as it makes sense. Throws `NextLink` when it does not any more. */
export async function fetchFromLink(
  link: string,
  wanted: WantedFile,
  part: PartFile,
  network: Dispatcher,
  options: DownloadOptions,
): Promise<void> {
  let attempts = 0;
  let freshStarts = 0;
  let most = await part.bytes();
  for (;;) {
    const before = await part.bytes();
    let waitMs: number | undefined;
    let trouble: string;
    try {
      await fetchRest(link, wanted, part, network, options);
      const [[algorithm, expected]] = Object.entries<string>(wanted.hash);
      if ((await hashOf(part.part, options.signal, algorithm)) === expected) return;
      await part.discard();
      trouble = `its file is not the recorded one (another ${algorithm.replace('sha', 'SHA-')})`;
      // Bytes of two servers, or of two versions of a file, may have been joined: once more, from the start.
      if (before === 0 || freshStarts++ > 0) throw new NextLink(trouble);
    } catch (error) {
      if (options.signal?.aborted || isStorageTrouble(error) || error instanceof NextLink) throw error;
      if (error instanceof FaceSwapError) throw error;
      trouble = textOf(error);
      if (isFinal(error) || (error instanceof HttpRefusal && !error.again)) throw new NextLink(trouble);
      if (error instanceof HttpRefusal) waitMs = error.waitMs;
    }
    const there = await part.bytes();
    attempts = there >= most + newsBytes ? 1 : attempts + 1;
    most = Math.max(most, there);
    if (attempts >= mostAttempts) throw new NextLink(`${trouble}, ${attempts} times in a row`);
    options.onLog?.(`${new URL(link).host}: ${trouble}; trying again`);
    await (options.wait ?? realWait)(waitMs ?? backOffMs(attempts), options.signal);
  }
}

const tooSlow = (ms: number) => `it sends less than ${newsBytes / 1024} KB in ${Math.ceil(ms / 1000)} s`;

/** Fetches what is not there yet. Returns when the part has the size of the whole. */
async function fetchRest(
  link: string,
  wanted: WantedFile,
  part: PartFile,
  network: Dispatcher,
  options: DownloadOptions,
): Promise<void> {
  let resume = await part.resume(link);
  if (wanted.bytes !== undefined && resume.start >= wanted.bytes) {
    if (resume.start === wanted.bytes) return;
    await part.discard();
    resume = { start: 0 };
  }
  const file = await openHttpFile(link, resume, network, options.signal).catch((error: unknown) => {
    // Perhaps the part is whole already, perhaps it is of another file: the hash tells, then it is fetched anew.
    if (error instanceof HttpRefusal && error.status === 416) return undefined;
    throw error;
  });
  if (!file) return;
  const { body, start, total, validator } = file;
  if (wanted.bytes !== undefined && total !== undefined && total !== wanted.bytes) {
    abandon(body);
    throw new NextLink(`its file has ${total} bytes instead of ${wanted.bytes}, so it is another one`);
  }
  const whole = wanted.bytes ?? total;
  if (wanted.bytes === undefined && total !== undefined) {
    await checkSpace(part.target, total - start, options.freeBytes).catch((error: unknown) => {
      abandon(body);
      throw error;
    });
  }
  let bytes = start;
  const news = { bytes: start, at: performance.now() };
  const longest = options.network?.stallMs ?? stallMs;
  await part.write(body, start, { link, ...(validator !== undefined && { validator }) }, (there) => {
    bytes = there;
    if (there > (whole ?? largestBytes)) body.destroy(new NextLink('it sends more than its file has'));
    const now = performance.now();
    if (there >= news.bytes + newsBytes) Object.assign(news, { bytes: there, at: now });
    else if (now > news.at + longest) body.destroy(new Error(tooSlow(longest)));
    options.onProgress?.(there, whole);
  });
  if (whole !== undefined && bytes < whole) throw new Error(`it ended after ${bytes} of ${whole} bytes`);
}
