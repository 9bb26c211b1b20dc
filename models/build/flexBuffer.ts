/** What a FlexBuffer may hold, as far as the options of custom operators need it. */
export type FlexValue = number | readonly number[] | undefined;

/** Types of https://flatbuffers.dev/flatbuffers_internals#flexbuffers-encoding. */
const INT = 1;
const UINT = 2;
const FLOAT = 3;
const MAP = 9;
const VECTOR_INT = 11;
const VECTOR_UINT = 12;

/**
 * Reads a FlexBuffer whose root is a map of numbers and lists of integers: the options of TensorFlow Lite's custom
 * operators. Values of other types read as undefined. Throws when an offset leaves the buffer.
 */
export function readFlexMap(bytes: Uint8Array): Map<string, FlexValue> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const uint = (at: number, width: number) =>
    width === 1 ? view.getUint8(at) : width === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  /** Follows an offset, which always points back. */
  const follow = (at: number, width: number) => {
    const target = at - uint(at, width);
    if (target < 0) throw new Error(`FlexBuffer is damaged: it points ${-target} bytes in front of itself`);
    return target;
  };
  const int = (at: number, width: number) =>
    width === 1 ? view.getInt8(at) : width === 2 ? view.getInt16(at, true) : view.getInt32(at, true);
  // The last bytes are the root, its packed type and its width. A packed type is the type and the width of the thing.
  const rootWidth = view.getUint8(bytes.length - 1);
  const rootType = view.getUint8(bytes.length - 2);
  if (rootType >> 2 !== MAP) throw new Error('the options of a custom operator are no map');
  const rootAt = bytes.length - 2 - rootWidth;
  const map = follow(rootAt, rootWidth);
  const width = 1 << (rootType & 3);
  const size = uint(map - width, width);
  // In front of a map's size lie the offset of its keys and the width of their offsets.
  const keysAt = map - 3 * width;
  const keys = follow(keysAt, width);
  const keyWidth = uint(map - 2 * width, width);
  const text = (at: number) => new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));

  const value = (at: number, packedType: number): FlexValue => {
    const type = packedType >> 2;
    if (type === INT) return int(at, width);
    if (type === UINT) return uint(at, width);
    if (type === FLOAT) return width === 8 ? view.getFloat64(at, true) : view.getFloat32(at, true);
    if (type !== VECTOR_INT && type !== VECTOR_UINT) return undefined;
    const itemWidth = 1 << (packedType & 3);
    const start = follow(at, width);
    const length = uint(start - itemWidth, itemWidth);
    const read = type === VECTOR_INT ? int : uint;
    return Array.from({ length }, (_, i) => read(start + i * itemWidth, itemWidth));
  };

  const result = new Map<string, FlexValue>();
  for (let i = 0; i < size; i++) {
    const keyAt = keys + i * keyWidth;
    result.set(text(follow(keyAt, keyWidth)), value(map + i * width, view.getUint8(map + size * width + i)));
  }
  return result;
}
