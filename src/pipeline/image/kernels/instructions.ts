import { emit, signed, unsigned, type Code } from './assembler';
/** The instructions that the kernels use, under the names of the WebAssembly specification. */

type I32 = Code<'i32'>;
type F64 = Code<'f64'>;
type V128 = Code<'v128'>;

/** A vector instruction: its operands are vectors. */
const simd =
  (number: number) =>
  (...operands: V128[]): V128 =>
    emit('v128', operands, 0xfd, ...unsigned(number));

const integer =
  (number: number) =>
  (a: I32, b: I32): I32 =>
    emit('i32', [a, b], number);

const double =
  (number: number) =>
  (a: F64, b: F64): F64 =>
    emit('f64', [a, b], number);

/** 1 where it is so, else 0. */
const comparison =
  (number: number) =>
  (a: F64, b: F64): I32 =>
    emit('i32', [a, b], number);

/** Address hints are left at 1 byte: rows begin anywhere. */
const at = (offset: number) => [0, ...unsigned(offset)];

/** Copies so many bytes, and no more. */
export const copyMemory = (to: I32, from: I32, count: I32): Code<'none'> =>
  emit('none', [to, from, count], 0xfc, 10, 0, 0);

const bytesOf = (array: Float32Array | Float64Array | Int32Array) => [...new Uint8Array(array.buffer)];

export const i32 = {
  const: (value: number): I32 => emit('i32', [], 0x41, ...signed(value)),
  load: (address: I32, offset = 0): I32 => emit('i32', [address], 0x28, ...at(offset)),
  /** A byte. */
  load8: (address: I32): I32 => emit('i32', [address], 0x2d, ...at(0)),
  /** Two bytes without sign. */
  load16: (address: I32, offset = 0): I32 => emit('i32', [address], 0x2f, ...at(offset)),
  store: (address: I32, value: I32): Code<'none'> => emit('none', [address, value], 0x36, ...at(0)),
  /** Towards 0; what lies beyond all whole numbers becomes the nearest. */
  truncate: (value: F64): I32 => emit('i32', [value], 0xfc, 2),
  add: integer(0x6a),
  sub: integer(0x6b),
  mul: integer(0x6c),
  and: integer(0x71),
  shl: integer(0x74),
  lessThan: integer(0x48),
};

export const f64 = {
  const: (value: number): F64 => emit('f64', [], 0x44, ...bytesOf(Float64Array.of(value))),
  load: (address: I32, offset = 0): F64 => emit('f64', [address], 0x2b, ...at(offset)),
  /** A float. */
  loadFloat: (address: I32, offset = 0): F64 => emit('f64', [address], 0x2a, ...at(offset), 0xbb),
  store: (address: I32, value: F64, offset = 0): Code<'none'> =>
    emit('none', [address, value], 0x39, ...at(offset)),
  ceil: (value: F64): F64 => emit('f64', [value], 0x9b),
  floor: (value: F64): F64 => emit('f64', [value], 0x9c),
  /** Towards 0. */
  truncate: (value: F64): F64 => emit('f64', [value], 0x9d),
  add: double(0xa0),
  sub: double(0xa1),
  mul: double(0xa2),
  div: double(0xa3),
  min: double(0xa4),
  max: double(0xa5),
  equal: comparison(0x61),
  less: comparison(0x63),
  notMore: comparison(0x65),
};

export const v128 = {
  load: (address: I32, offset = 0): V128 => emit('v128', [address], 0xfd, 0, ...at(offset)),
  /** One float in all four lanes. */
  load32Splat: (address: I32, offset = 0): V128 => emit('v128', [address], 0xfd, 9, ...at(offset)),
  /** Four bytes, the rest 0. */
  load32Zero: (address: I32, offset = 0): V128 => emit('v128', [address], 0xfd, 92, ...at(offset)),
  /** `vector` with one of its eight 16-bit lanes from memory. */
  load16Lane: (address: I32, vector: V128, lane: number): V128 =>
    emit('v128', [address, vector], 0xfd, 85, ...at(0), lane),
  load64Zero: (address: I32, offset = 0): V128 => emit('v128', [address], 0xfd, 93, ...at(offset)),
  /** `vector` with its upper half from memory. */
  load64High: (address: I32, vector: V128, offset = 0): V128 =>
    emit('v128', [address, vector], 0xfd, 87, ...at(offset), 1),
  store: (address: I32, value: V128, offset = 0): Code<'none'> =>
    emit('none', [address, value], 0xfd, 11, ...at(offset)),
  and: simd(78),
  or: simd(80),
  /** Bits of the first where the third has them, else of the second. */
  select: simd(82),
  /** One lane of four. */
  store32: (address: I32, value: V128, lane = 0): Code<'none'> =>
    emit('none', [address, value], 0xfd, 90, ...at(0), lane),
  /** The lower half. */
  store64: (address: I32, value: V128): Code<'none'> => emit('none', [address, value], 0xfd, 91, ...at(0), 0),
};

export const f32x4 = {
  const: (...values: [number, number, number, number]): V128 =>
    emit('v128', [], 0xfd, 12, ...bytesOf(Float32Array.from(values))),
  /** A double in all four lanes, rounded. */
  splat: (value: F64): V128 => emit('v128', [value], 0xb6, 0xfd, 19),
  all: (value: number): V128 => f32x4.const(value, value, value, value),
  /** All bits of a lane where it is so. */
  equal: simd(65),
  less: simd(67),
  notLess: simd(70),
  floor: simd(104),
  add: simd(228),
  sub: simd(229),
  mul: simd(230),
  div: simd(231),
  /** The first when the second is no number: one instruction, unlike the other minimum. */
  min: simd(234),
  /** The first when the second is no number. */
  max: simd(235),
  convert: simd(250),
};

export const f64x2 = {
  splat: (value: F64): V128 => emit('v128', [value], 0xfd, 20),
  /** The lower two of four floats as doubles, and back, with 0 in the upper two. */
  promote: simd(95),
  demote: simd(94),
  add: simd(240),
  sub: simd(241),
  mul: simd(242),
  div: simd(243),
};

export const i32x4 = {
  const: (...values: [number, number, number, number]): V128 =>
    emit('v128', [], 0xfd, 12, ...bytesOf(Int32Array.from(values))),
  all: (value: number): V128 => i32x4.const(value, value, value, value),
  splat: (value: I32): V128 => emit('v128', [value], 0xfd, 17),
  lane: (vector: V128, lane: number): I32 => emit('i32', [vector], 0xfd, 27, lane),
  withLane: (vector: V128, value: I32, lane: number): V128 => emit('v128', [vector, value], 0xfd, 28, lane),
  add: simd(174),
  sub: simd(177),
  mul: simd(181),
  /** Of eight 16-bit lanes, with sign, the sums of the products of two side by side. */
  dot: simd(186),
  /** All bits of a lane where the first is greater. */
  greater: simd(59),
  min: simd(182),
  max: simd(184),
  shr: (vector: V128, by: number): V128 => emit('v128', [vector, i32.const(by)], 0xfd, ...unsigned(172)),
  shl: (vector: V128, by: number): V128 => emit('v128', [vector, i32.const(by)], 0xfd, ...unsigned(171)),
  /** Of eight 16-bit lanes the lower or the upper four. */
  lower: simd(169),
  upper: simd(170),
};

export const i16x8 = {
  all: (value: number): V128 => i32x4.all((value << 16) | value),
  add: simd(142),
  /** Lanes count as numbers without sign. */
  shr: (vector: V128, by: number): V128 => emit('v128', [vector, i32.const(by)], 0xfd, ...unsigned(141)),
};

export const bytes = {
  /** Sums of neighbours, as eight 16-bit lanes. */
  addPairs: simd(125),
  /** Of sixteen bytes the lower or upper eight as 16-bit lanes. */
  lower: simd(137),
  upper: simd(138),
  /** Two vectors of four lanes as eight 16-bit lanes, and two of eight as sixteen bytes, limited to 0–255. */
  from32: simd(134),
  from16: simd(102),
};

/** Bytes of two vectors of sixteen: 0–15 are the first one's. */
export const pickBytes = (a: V128, b: V128, places: readonly number[]): V128 =>
  emit('v128', [a, b], 0xfd, 13, ...places);

/** Lanes of two vectors of four: 0–3 are the first one's. */
export function pick(a: V128, b: V128, ...lanes: [number, number, number, number]): V128 {
  const places = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte));
  return pickBytes(a, b, places);
}

/** Floats from 0 on, below 2^16, as whole numbers: at 2^23 the last bits of a float count ones. `truncate` is a dozen instructions. */
export function wholeNumbers(values: V128): V128 {
  return v128.and(f32x4.add(f32x4.floor(values), f32x4.all(2 ** 23)), i32x4.all(0xffff));
}

/** The same of floats that may also lie below 0, with a whole number below 0 for these. */
export function signedNumbers(values: V128): V128 {
  return i32x4.sub(f32x4.add(f32x4.floor(values), f32x4.all(2 ** 23)), i32x4.all(0x4b000000));
}
