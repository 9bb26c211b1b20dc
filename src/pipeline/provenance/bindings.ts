import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { hashOfFile } from './fileHash';
import { c2paUuid, offsetBytes, topBoxes, unhashed, type TopBox } from './isoBoxes';

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
 * time. The check knows bindings that leave out what ours do, no more. Undefined for everything unusual.
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
        const isUsual = merkle === undefined && leaveOutTheSame(exclusions);
        if (label !== 'c2pa.hash.bmff.v3' || !isUsual || !algorithms.includes(alg)) return undefined;
        return (await hashOfBoxes(file, boxes, alg)).equals(bytesOf(hash));
      },
    };
  } finally {
    await handle.close();
  }
}

const manifestBox = [...Buffer.from(c2paUuid, 'hex')].join();

const leftOut = ['/uuid', ...[...unhashed].map((type) => `/${type}`)];

function leaveOutTheSame(exclusions: readonly Exclusion[]): boolean {
  return (
    exclusions.every(isOurs) && leftOut.every((place) => exclusions.some(({ xpath }) => xpath === place))
  );
}

function isOurs({ xpath = '', data, ...more }: Exclusion): boolean {
  if (Object.values(more).some((condition) => condition !== null)) return false;
  if (unhashed.has(xpath.slice(1))) return !data;
  const [{ offset, value } = { offset: 0, value: '' }] = data ?? [];
  return (
    /^\/uuid(\[\d\])?$/.test(xpath) && data?.length === 1 && offset === 8 && String(value) === manifestBox
  );
}

async function hashOfBoxes(file: string, boxes: readonly TopBox[], algorithm: string): Promise<Buffer> {
  const hash = createHash(algorithm);
  for (const { type, uuid, start, end } of boxes) {
    if (unhashed.has(type) || uuid === c2paUuid) continue;
    hash.update(offsetBytes(start));
    const pieces = createReadStream(file, { start, end: end - 1, highWaterMark: 1 << 20 });
    for await (const piece of pieces) hash.update(piece as Buffer);
  }
  return hash.digest();
}

function bytesOf(hash = ''): Buffer {
  return Buffer.from(/^b64'(.*)'$/.exec(hash)?.[1] ?? '', 'base64');
}
