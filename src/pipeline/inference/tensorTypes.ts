import { halfToFloat } from './lastInitializer';
import { ort } from './runtime';

/**
 * Float32 values as a tensor of the type a model asks for: float32, float16 or float64. Throws what onnxruntime
 * throws when the values do not fill the shape.
 */
export function toTensor(
  type: string | undefined,
  values: Float32Array,
  shape: readonly number[],
): ort.Tensor {
  if (type === 'float16') return new ort.Tensor('float16', Uint16Array.from(values, floatToHalf), shape);
  if (type === 'float64') return new ort.Tensor('float64', Float64Array.from(values), shape);
  return new ort.Tensor('float32', values, shape);
}

/** A tensor of zeros for a model to write its output into. */
export function emptyTensor(type: string | undefined, shape: readonly number[]): ort.Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return toTensor(type, new Float32Array(count), shape);
}

let halves: Float32Array | undefined;

/** A tensor's values as float32; the tensor's own memory when it holds float32. */
export function toFloats(tensor: ort.Tensor): Float32Array {
  const { data } = tensor;
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array && tensor.type === 'float16') {
    halves ??= Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half));
    const table = halves;
    return Float32Array.from(data, (half) => table[half]);
  }
  // Float64, and float16 where the runtime has an array type of its own for it.
  return Float32Array.from(data as Float64Array);
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** The nearest half-precision number, halfway cases to even, as its 16 bits. */
export function floatToHalf(value: number): number {
  float[0] = value;
  const [word] = bits;
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 255;
  const fraction = word & 0x7fffff;
  if (exponent === 255) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  const scale = exponent - 112;
  if (scale >= 31) return sign | 0x7c00;
  if (scale <= 0) {
    // Too small for a leading one: the fraction is shifted until the exponent fits.
    if (scale < -10) return sign;
    return sign | roundEven(fraction | 0x800000, 14 - scale);
  }
  // A fraction that rounds up to the next power of two carries into the exponent, as it should.
  return sign + ((scale << 10) + roundEven(fraction, 13));
}

/** `value` shifted right by `shift` bits, rounded to nearest, halfway cases to even. */
function roundEven(value: number, shift: number): number {
  const whole = value >>> shift;
  const rest = value - whole * 2 ** shift;
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && whole % 2 === 1) ? whole + 1 : whole;
}
