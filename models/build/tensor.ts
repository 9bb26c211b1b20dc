/** A constant of a network: its shape and values in the order its source file has them. */
export type Constant =
  | { type: 'float32'; shape: readonly number[]; data: Float32Array }
  /** Half floats as their 16 bits. */
  | { type: 'float16'; shape: readonly number[]; data: Uint16Array }
  | { type: 'int32'; shape: readonly number[]; data: Int32Array }
  /** Bytes that stand for `byte * scale + min`. */
  | { type: 'uint8'; shape: readonly number[]; data: Uint8Array; scale: number; min: number };

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

const arrays = { float32: Float32Array, float16: Uint16Array, int32: Int32Array };

/** A constant of bytes that stand for numbers at even steps. */
export function constantFromSteps(
  shape: readonly number[],
  bytes: Uint8Array,
  { scale, min }: { scale: number; min: number },
): Constant {
  if (bytes.length !== elementCount(shape)) {
    throw new Error(`constant of shape [${shape.join()}] has ${bytes.length} bytes`);
  }
  return { type: 'uint8', shape, data: Uint8Array.from(bytes), scale, min };
}

/** The same constant in floats when it is made of steps, reckoned in single precision as a network would. */
function withoutSteps(constant: Constant): Exclude<Constant, { type: 'uint8' }> {
  if (constant.type !== 'uint8') return constant;
  const { shape, data } = constant;
  const [scale, min] = [constant.scale, constant.min].map(Math.fround);
  return { type: 'float32', shape, data: Float32Array.from(data, (step) => Math.fround(step * scale) + min) };
}

/** Makes a constant of little-endian bytes. They are copied, because typed arrays want aligned memory. */
export function constantFromBytes(
  type: keyof typeof arrays,
  shape: readonly number[],
  bytes: Uint8Array,
): Constant {
  const expected = elementCount(shape) * arrays[type].BYTES_PER_ELEMENT;
  if (bytes.length !== expected) {
    throw new Error(`${type} constant of shape [${shape.join()}] has ${bytes.length} bytes, not ${expected}`);
  }
  const { buffer } = Uint8Array.from(bytes);
  switch (type) {
    case 'float32':
      return { type, shape, data: new Float32Array(buffer) };
    case 'float16':
      return { type, shape, data: new Uint16Array(buffer) };
    case 'int32':
      return { type, shape, data: new Int32Array(buffer) };
  }
}

/** Reorders axes: axis `i` of the result is axis `order[i]` of the input, as in numpy's transpose. */
export function permute(constant: Constant, order: readonly number[]): Constant {
  const { shape } = constant;
  if (order.length !== shape.length || new Set(order).size !== order.length) {
    throw new Error(`axes [${order.join()}] do not permute shape [${shape.join()}]`);
  }
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const newShape = order.map((axis) => shape[axis]);
  const newStrides = order.map((axis) => strides[axis]);
  const data = constant.data.slice();
  const index = order.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    data[to] = constant.data[from];
    for (let axis = order.length - 1; axis >= 0; axis--) {
      from += newStrides[axis];
      if (++index[axis] < newShape[axis]) break;
      from -= newStrides[axis] * newShape[axis];
      index[axis] = 0;
    }
  }
  return { ...constant, shape: newShape, data } as Constant;
}

/** The same values under another shape with as many elements; one size may be -1. */
export function resolveShape(shape: readonly number[], count: number): number[] {
  const known = elementCount(shape.filter((size) => size >= 0));
  const resolved = shape.map((size) => (size < 0 ? count / known : size));
  if (elementCount(resolved) !== count || !resolved.every(Number.isInteger)) {
    throw new Error(`${count} elements cannot take the shape [${shape.join()}]`);
  }
  return resolved;
}

/** The number that 16 bits stand for as an IEEE 754 half float. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** A constant's numbers. Whole numbers are no numbers of a network. */
export function floatsOf(constant: Constant): Float32Array {
  const { type, data } = withoutSteps(constant);
  if (type === 'int32') throw new Error('whole numbers are no weights');
  return type === 'float32' ? data : Float32Array.from(data, halfToFloat);
}
