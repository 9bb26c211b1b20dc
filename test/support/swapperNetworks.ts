import { dataTypes, encodeOnnx, type OnnxNode, type OnnxTensor } from '../../models/build/onnx';
import { floatToHalf } from '../../src/pipeline/inference/tensorTypes';

/** Numbers from −1 to 1 that a seed decides. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // Numerical Recipes' generator: even enough for weights.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const node = (op: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}) => {
  return { op, inputs, output, attributes };
};
const cast = (from: string, to: string, type: keyof typeof dataTypes) =>
  node('Cast', [from], to, { to: dataTypes[type] });
const floats = (name: string, shape: number[], next: () => number): OnnxTensor => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next);
  return { name, type: 'float32', shape, data };
};
const shapeOf = (name: string, ...shape: number[]): OnnxTensor => {
  return { name, type: 'int64', shape: [shape.length], data: BigInt64Array.from(shape, BigInt) };
};
/** A convolution of 3 × 3 that mostly keeps what it sees. */
const filter = (next: () => number) => {
  const weights = floats('filter', [3, 3, 3, 3], () => next() * 0.12);
  for (let c = 0; c < 3; c++) (weights.data as Float32Array)[(c * 3 + c) * 9 + 4] += 0.8;
  return weights;
};
const convolve = (from: string, to: string) =>
  node('Conv', [from, 'filter'], to, { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });

export interface SwapperSignature {
  size: number;
  /** A face of this side; without it an embedding of 512 numbers. */
  sourceImage?: number;
  /** Half precision at every door and in the map. */
  half?: boolean;
  /** An embedding map as the last initializer, which no node reads. */
  map?: boolean;
  /** A second output, as hyperswap has it. */
  mask?: boolean;
}

/** A swapper of any signature of the catalogue: the target through a filter, shaded by the source. Output 0–1. */
export function swapperStandIn(
  seed: number,
  { size, sourceImage, half, map, mask }: SwapperSignature,
): Uint8Array {
  const next = randomNumbers(seed);
  const door = half ? 'float16' : 'float32';
  const values = sourceImage ? 3 * sourceImage ** 2 : 512;
  const nodes: OnnxNode[] = [
    cast('target', 'picture', 'float32'),
    cast('source', 'person', 'float32'),
    convolve('picture', 'filtered'),
    node('Reshape', ['person', 'row'], 'flat'),
    node('MatMul', ['flat', 'shade'], 'shades'),
    node('Reshape', ['shades', 'colours'], 'tint'),
    node('Add', ['filtered', 'tint'], 'sum'),
    node('Clip', ['sum', 'low', 'high'], 'clipped'),
    cast('clipped', 'output', door),
    ...(mask ? [node('Slice', ['clipped', 'from', 'to', 'axis'], 'mask')] : []),
  ];
  const scale = sourceImage ? 0.4 / values : 1.5;
  const mapData = floats('buff2fs', [512, 512], () => next() * 0.05);
  return encodeOnnx({
    name: 'stand-in',
    nodes,
    initializers: [
      filter(next),
      floats('shade', [values, 3], () => next() * scale),
      floats('low', [], () => 0),
      floats('high', [], () => 1),
      shapeOf('row', 1, values),
      shapeOf('colours', 1, 3, 1, 1),
      ...(mask ? [shapeOf('from', 0), shapeOf('to', 1), shapeOf('axis', 1)] : []),
      ...(map
        ? [
            half
              ? {
                  ...mapData,
                  type: 'float16' as const,
                  data: Uint16Array.from(mapData.data as Float32Array, floatToHalf),
                }
              : mapData,
          ]
        : []),
    ],
    inputs: [
      { name: 'target', shape: [1, 3, size, size], type: door },
      { name: 'source', shape: sourceImage ? [1, 3, sourceImage, sourceImage] : [1, 512], type: door },
    ],
    outputs: [
      { name: 'output', shape: [1, 3, size, size], type: door },
      ...(mask ? [{ name: 'mask', shape: [1, 1, size, size] }] : []),
    ],
  });
}

export interface EnhancerSignature {
  size: number;
  /** The type of CodeFormer's weight, where there is one. */
  weight?: 'float32' | 'float64';
  /** Outputs after the picture, as RestoreFormer++ has them. */
  more?: number;
}

/** An enhancer of any signature of the catalogue: a filter, and where there is a weight that share of it. Goes beyond −1…1. */
export function enhancerStandIn(seed: number, { size, weight, more = 0 }: EnhancerSignature): Uint8Array {
  const next = randomNumbers(seed);
  const others = Array.from({ length: more }, (_, i) => `feature_${i}`);
  return encodeOnnx({
    name: 'stand-in',
    nodes: [
      convolve('input', 'filtered'),
      node('Mul', ['filtered', 'gain'], weight ? 'restored' : 'output'),
      ...(weight
        ? [
            cast('weight', 'share', 'float32'),
            node('Mul', ['restored', 'share'], 'shared'),
            node('Add', ['shared', 'input'], 'output'),
          ]
        : []),
      ...others.map((name) => node('ReduceMean', ['filtered'], name, { axes: [2, 3] })),
    ],
    initializers: [filter(next), floats('gain', [], () => 1.2)],
    inputs: [
      { name: 'input', shape: [1, 3, size, size] },
      ...(weight ? [{ name: 'weight', shape: [1], type: weight }] : []),
    ],
    outputs: [
      { name: 'output', shape: [1, 3, size, size] },
      ...others.map((name) => ({ name, shape: [1, 3, 1, 1] })),
    ],
  });
}
