import { encodeOnnx, type OnnxNode, type OnnxTensor } from '../../models/build/onnx';

/** A face that a stand-in reports, in pixels of the detector's input with centres at whole numbers. */
export interface ReportedFace {
  /** Left, top, right, bottom. */
  box: readonly [number, number, number, number];
  points: readonly (readonly [number, number])[];
}

const STRIDES = [8, 16, 32];

/** One convolution that turns every cell of `stride` pixels into `bias.length` values. */
interface Head {
  name: string;
  stride: number;
  /** Weights of red, green and blue for the first value; the others have none. */
  colour?: readonly [number, number, number];
  bias: readonly number[];
  /** Values per row of the output. */
  row: number;
  sigmoid: boolean;
}

function network(inputShape: readonly number[], heads: readonly Head[], batch: boolean): Uint8Array {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const add = (op: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}) => {
    nodes.push({ op, inputs, output, attributes });
    return output;
  };
  for (const { name, stride, colour, bias, row, sigmoid } of heads) {
    const area = stride * stride;
    const weights = new Float32Array(bias.length * 3 * area);
    colour?.forEach((weight, c) => weights.fill(weight / area, c * area, (c + 1) * area));
    const shape = BigInt64Array.from(batch ? [1n, -1n, BigInt(row)] : [-1n, BigInt(row)]);
    initializers.push(
      { name: `${name}_w`, type: 'float32', shape: [bias.length, 3, stride, stride], data: weights },
      { name: `${name}_b`, type: 'float32', shape: [bias.length], data: Float32Array.from(bias) },
      { name: `${name}_s`, type: 'int64', shape: [shape.length], data: shape },
    );
    const cells = add('Conv', ['picture', `${name}_w`, `${name}_b`], `${name}_c`, {
      kernel_shape: [stride, stride],
      strides: [stride, stride],
    });
    const rows = add('Transpose', [cells], `${name}_t`, { perm: [0, 2, 3, 1] });
    const values = add('Reshape', [rows, `${name}_s`], sigmoid ? `${name}_r` : name);
    if (sigmoid) add('Sigmoid', [values], name);
  }
  return encodeOnnx({
    name: 'stand-in',
    nodes,
    initializers,
    inputs: [{ name: 'picture', shape: inputShape }],
    outputs: heads.map(({ name, row }) => ({ name, shape: batch ? [1, -1, row] : [-1, row] })),
  });
}

/** A sure no, and the steepness of a yes. */
const NO = -50;
const STEEP = 40;

/**
 * A network of SCRFD's signature that reports `face` where the first cell of 8 × 8 pixels is magenta, and moved along
 * wherever another one is. Its outputs have numbers for names, out of order, as the real files have.
 */
export function scrfdStandIn(face: ReportedFace, options: { side: number; keypoints: boolean }): Uint8Array {
  const { side, keypoints } = options;
  const names = ['448', '471', '494', '451', '474', '497', '454', '477', '500'];
  const [left, top, right, bottom] = face.box;
  const heads: Head[] = [];
  const add = (row: number, values: (stride: number) => number[], first = false) => {
    for (const stride of STRIDES) {
      const anchor = values(stride);
      const name = names[heads.length];
      if (!first) heads.push({ name, stride, bias: [...anchor, ...anchor], row, sigmoid: false });
      else {
        const colour = [STEEP, -STEEP, STEEP] as const;
        heads.push({ name, stride, colour, bias: [-2.7 * STEEP, NO], row, sigmoid: true });
      }
    }
  };
  add(1, () => [], true);
  add(4, (stride) => [-left, -top, right, bottom].map((value) => value / stride));
  if (keypoints) add(10, (stride) => face.points.flat().map((value) => value / stride));
  return network([1, 3, side, side], heads, false);
}

/** The same with YuNet's signature, which sees blue, green and red from 0 to 255. */
export function yunetStandIn(face: ReportedFace, side: number): Uint8Array {
  const [left, top, right, bottom] = face.box;
  const heads: Head[] = [];
  const add = (
    kind: string,
    row: number,
    head: (stride: number) => Omit<Head, 'name' | 'stride' | 'row'>,
  ) => {
    for (const stride of STRIDES) heads.push({ name: `${kind}_${stride}`, stride, row, ...head(stride) });
  };
  const steep = STEEP / 128;
  add('cls', 1, () => ({ colour: [steep, -steep, steep], bias: [-490 * steep], sigmoid: true }));
  add('obj', 1, () => ({ bias: [4], sigmoid: true }));
  add('bbox', 4, (stride) => ({
    bias: [
      (left + right) / 2 / stride,
      (top + bottom) / 2 / stride,
      Math.log((right - left) / stride),
      Math.log((bottom - top) / stride),
    ],
    sigmoid: false,
  }));
  add('kps', 10, (stride) => ({ bias: face.points.flat().map((value) => value / stride), sigmoid: false }));
  return network([1, 3, side, side], heads, true);
}

/** Side of the cells that `arcfaceStandIn` averages, and how many values it makes of them. */
export const arcfaceCell = 14;
export const arcfaceValues = 512;

/**
 * A network of ArcFace's signature. Value i of its embedding is the mean of one colour in one cell of 14 × 14 pixels, number
 * i mod 192 in the order colour, row, column, times i + 1 (plus `shift`, so that there can be several).
 */
export function arcfaceStandIn(shift = 0): Uint8Array {
  const cells = 3 * (112 / arcfaceCell) ** 2;
  const weights = new Float32Array(cells * arcfaceValues);
  for (let i = 0; i < arcfaceValues; i++) weights[(i % cells) * arcfaceValues + i] = i + 1 + shift;
  const window = [arcfaceCell, arcfaceCell];
  return encodeOnnx({
    name: 'stand-in',
    nodes: [
      {
        op: 'AveragePool',
        inputs: ['input.1'],
        output: 'means',
        attributes: { kernel_shape: window, strides: window },
      },
      { op: 'Reshape', inputs: ['means', 'flat'], output: 'row', attributes: {} },
      { op: 'MatMul', inputs: ['row', 'weights'], output: '683', attributes: {} },
    ],
    initializers: [
      { name: 'flat', type: 'int64', shape: [2], data: BigInt64Array.of(-1n, BigInt(cells)) },
      { name: 'weights', type: 'float32', shape: [cells, arcfaceValues], data: weights },
    ],
    inputs: [{ name: 'input.1', shape: [-1, 3, 112, 112] }],
    outputs: [{ name: '683', shape: [-1, arcfaceValues] }],
  });
}
