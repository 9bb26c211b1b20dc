import { dataTypes, encodeOnnx, type OnnxNode, type OnnxTensor } from '../../models/build/onnx';

/**
 * A swapper of inswapper's signature in half precision: output = target / 2 + mean of the source. The embedding map is
 * the last initializer, stored in half precision too.
 */
export function halfSwapper(map: Uint16Array): Uint8Array {
  const cast = (from: string, to: string, type: keyof typeof dataTypes): OnnxNode => {
    return { op: 'Cast', inputs: [from], output: to, attributes: { to: dataTypes[type] } };
  };
  const scalar = (name: string, value: number): OnnxTensor => {
    return { name, type: 'float32', shape: [1], data: Float32Array.of(value) };
  };
  return encodeOnnx({
    name: 'half',
    nodes: [
      cast('target', 'picture', 'float32'),
      cast('source', 'latent', 'float32'),
      { op: 'ReduceMean', inputs: ['latent'], output: 'mean', attributes: { axes: [0, 1], keepdims: 0 } },
      { op: 'Mul', inputs: ['picture', 'half'], output: 'dimmed', attributes: {} },
      { op: 'Add', inputs: ['dimmed', 'mean'], output: 'sum', attributes: {} },
      cast('sum', 'output', 'float16'),
    ],
    initializers: [
      scalar('half', 0.5),
      { name: 'map', type: 'float16', shape: [512, map.length / 512], data: map },
    ],
    inputs: [
      { name: 'target', shape: [1, 3, 128, 128], type: 'float16' },
      { name: 'source', shape: [1, 512], type: 'float16' },
    ],
    outputs: [{ name: 'output', shape: [1, 3, 128, 128], type: 'float16' }],
  });
}
