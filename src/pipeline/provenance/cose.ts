import { constants, sign, type KeyObject } from 'node:crypto';

/** A private key with its certificates, the signer's own first, in DER. */
export interface Signer {
  key: KeyObject;
  certificates: readonly Buffer[];
}

interface Algorithm {
  /** C2PA's name. */
  name: string;
  /** COSE's number. */
  id: number;
  hash: string | null;
}

const curves: Record<string, Algorithm | undefined> = {
  prime256v1: { name: 'es256', id: -7, hash: 'sha256' },
  secp384r1: { name: 'es384', id: -35, hash: 'sha384' },
  secp521r1: { name: 'es512', id: -36, hash: 'sha512' },
};

/** How a key signs; undefined for keys that C2PA does not know. */
export function algorithmOf(key: KeyObject): Algorithm | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec') return curves[details?.namedCurve ?? ''];
  if (type === 'ed25519') return { name: 'ed25519', id: -8, hash: null };
  const bits = details?.modulusLength ?? 0;
  return type === 'rsa' && bits >= 2048 ? { name: 'ps256', id: -37, hash: 'sha256' } : undefined;
}

/** Room for a later time stamp, and a fixed length of the head before it. */
const padding = 512;

/**
 * A COSE_Sign1 structure (RFC 9052) without its payload, as C2PA claims are signed. Its length depends on the signer alone.
 */
export function coseSign1(payload: Uint8Array, { key, certificates }: Signer): Buffer {
  const algorithm = algorithmOf(key);
  if (!algorithm) throw new Error('no algorithm for this key');
  const chain = certificates.map(bytes);
  const x5chain = chain.length === 1 ? chain[0] : array(...chain);
  const head = bytes(map([integer(1), integer(algorithm.id)], [integer(33), x5chain]));
  const signed = array(text('Signature1'), head, bytes(Buffer.alloc(0)), bytes(payload));
  const signature = sign(algorithm.hash, signed, {
    key,
    dsaEncoding: 'ieee-p1363',
    ...(algorithm.name === 'ps256' && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  });
  const open = map([text('pad'), bytes(Buffer.alloc(padding))]);
  return Buffer.concat([cborHead(6, 18), array(head, open, Buffer.of(0xf6), bytes(signature))]);
}

/** CBOR (RFC 8949): the type in three bits, then the length or value in as few bytes as hold it. */
function cborHead(major: number, value: number): Buffer {
  const type = major << 5;
  if (value < 24) return Buffer.of(type | value);
  if (value < 0x100) return Buffer.of(type | 24, value);
  if (value < 0x10000) return Buffer.of(type | 25, value >> 8, value & 0xff);
  const wide = Buffer.alloc(5);
  wide[0] = type | 26;
  wide.writeUInt32BE(value, 1);
  return wide;
}

const integer = (value: number) => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value));
const bytes = (content: Uint8Array) => Buffer.concat([cborHead(2, content.length), content]);
const text = (content: string) => Buffer.concat([cborHead(3, content.length), Buffer.from(content, 'ascii')]);
const array = (...items: Buffer[]) => Buffer.concat([cborHead(4, items.length), ...items]);
const map = (...pairs: [Buffer, Buffer][]) => Buffer.concat([cborHead(5, pairs.length), ...pairs.flat()]);
