import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { hashOfFile } from './fileHash';
import { c2paUuid, offsetBytes, topBoxes, type TopBox } from './isoBoxes';

/** How a manifest is bound to a file, as the reference implementation tells it: hashes as `b64'…'`. */
export interface HardBinding {
  label: string;
  alg?: string;
  hash?: string;
  exclusions?: Exclusion[];
  /** Hashes of pieces. */
  merkle?: unknown;
}

/** Boxes that do not count; conditions beside these make them fewer. */
interface Exclusion {
  xpath?: string;
  data?: { offset: number; value: unknown }[] | null;
  [condition: string]: unknown;
}

/** Whether the bytes of a file are those that were signed; undefined for bindings of a kind that is not read here. */
export type CheckBinding = (binding: HardBinding) => Promise<boolean | undefined>;

const algorithms = ['sha256', 'sha384', 'sha512'];

/** The check for a manifest beside its file: all bytes count. */
export function wholeFileCheck(file: string): CheckBinding {
  return async ({ label, alg = 'sha256', hash, exclusions = [] }) => {
    if (label !== 'c2pa.hash.data' || exclusions.length > 0 || !algorithms.includes(alg)) return undefined;
    return (await hashOfFile(file, alg)).equals(bytesOf(hash));
  };
}

/** Where a file made of boxes has its manifest, when there is just one place. */
export interface IsoStore {
  store: Uint8Array;
  check: CheckBinding;
}

/** Version, purpose and offset that stand before the store in its box. */
const storeHead = 4 + 'manifest\0'.length + 8;
const purpose = Buffer.from('\0\0\0\0manifest\0', 'latin1');
const mostStoreBytes = 64e6;

/**
 * The manifest store of a file made of boxes, with a check in small pieces: the reference implementation reads hundreds of MB at a
 * time. The check knows bindings that leave out whole boxes at the top, as all do that are not made for streaming. Undefined for
 * everything unusual.
 */
export async function isoStore(file: string): Promise<IsoStore | undefined> {
  const handle = await open(file);
  try {
    const boxes = (await topBoxes(handle)) ?? [];
    const places = boxes.filter(({ uuid }) => uuid === c2paUuid);
    const box = places.at(0);
    if (!box || places.length > 1) return undefined;
    if (box.head !== 24 || box.end - box.start > mostStoreBytes) return undefined;
    const content = Buffer.alloc(box.end - box.start - box.head);
    await handle.read(content, 0, content.length, box.start + box.head);
    if (!content.subarray(0, purpose.length).equals(purpose)) return undefined;
    return {
      store: content.subarray(storeHead),
      check: async ({ label, alg = 'sha256', hash, exclusions = [], merkle }) => {
        const leftOut = merkle === undefined ? typesLeftOut(exclusions) : undefined;
        if (label !== 'c2pa.hash.bmff.v3' || !leftOut || !algorithms.includes(alg)) return undefined;
        return (await hashOfBoxes(file, boxes, leftOut, alg)).equals(bytesOf(hash));
      },
    };
  } finally {
    await handle.close();
  }
}

const manifestBox = [...Buffer.from(c2paUuid, 'hex')].join();

/** What tools leave out as a matter of course. Of anything more the library has to say what it thinks. */
const usuallyLeftOut = new Set(['/ftyp', '/mfra', '/free', '/skip']);

/**
 * The types of boxes at the top of a file that do not count, beside the manifest's own. Undefined when anything else is left out, or
 * boxes under conditions, or when the manifest itself is not.
 */
function typesLeftOut(exclusions: readonly Exclusion[]): ReadonlySet<string> | undefined {
  const types = new Set<string>();
  let isManifestOut = false;
  for (const { xpath = '', data, ...more } of exclusions) {
    if (Object.values(more).some((condition) => condition !== null)) return undefined;
    if (/^\/uuid(\[\d\])?$/.test(xpath) && isManifest(data)) isManifestOut ||= xpath === '/uuid';
    else if (usuallyLeftOut.has(xpath) && !data) types.add(xpath.slice(1));
    else return undefined;
  }
  return isManifestOut ? types : undefined;
}

function isManifest(data: Exclusion['data']): boolean {
  const [{ offset, value } = { offset: 0, value: '' }] = data ?? [];
  return data?.length === 1 && offset === 8 && String(value) === manifestBox;
}

async function hashOfBoxes(
  file: string,
  boxes: readonly TopBox[],
  leftOut: ReadonlySet<string>,
  algorithm: string,
): Promise<Buffer> {
  const hash = createHash(algorithm);
  for (const { type, uuid, start, end } of boxes) {
    if (leftOut.has(type) || uuid === c2paUuid) continue;
    hash.update(offsetBytes(start));
    const pieces = createReadStream(file, { start, end: end - 1, highWaterMark: 1 << 20 });
    for await (const piece of pieces) hash.update(piece as Buffer);
  }
  return hash.digest();
}

function bytesOf(hash = ''): Buffer {
  return Buffer.from(/^b64'(.*)'$/.exec(hash)?.[1] ?? '', 'base64');
}
