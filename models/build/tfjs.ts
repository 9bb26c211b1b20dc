import { constantFromBytes, constantFromSteps, elementCount, type Constant } from './tensor';

/** Only the attributes that some converted operator has. Strings are base64, whole numbers are decimal strings. */
export interface TfjsAttributes {
  strides?: { list: { i: string[] } };
  dilations?: { list: { i?: string[] } };
  ksize?: { list: { i: string[] } };
  padding?: { s: string };
  fused_ops?: { list: { s?: string[] } };
  keep_dims?: { b: boolean };
  squeeze_dims?: { list: { i?: string[] } };
  transpose_a?: { b: boolean };
  transpose_b?: { b: boolean };
  data_format?: { s: string };
  shape?: { shape: { dim: { size: string }[] } };
}

export interface TfjsNode {
  name: string;
  op: string;
  /** Names of the nodes whose first output it takes. */
  inputs: readonly string[];
  attributes: TfjsAttributes;
}

export interface TfjsModel {
  nodes: ReadonlyMap<string, TfjsNode>;
  constants: ReadonlyMap<string, Constant>;
}

interface WeightSpec {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: string; scale?: number; min?: number };
}

interface ModelJson {
  format?: string;
  modelTopology?: { node?: { name: string; op: string; input?: string[]; attr?: TfjsAttributes }[] };
  weightsManifest?: { paths: string[]; weights: WeightSpec[] }[];
}

/**
 * Reads a TensorFlow.js graph model.
 * @param readWeights gives the bytes of a weight file by the name in the manifest.
 */
export function readTfjs(json: string, readWeights: (name: string) => Uint8Array): TfjsModel {
  const { modelTopology, weightsManifest } = JSON.parse(json) as ModelJson;
  if (!modelTopology?.node || !weightsManifest) throw new Error('not a TensorFlow.js graph model');
  const constants = new Map<string, Constant>();
  for (const { paths, weights } of weightsManifest) {
    const bytes = Buffer.concat(paths.map(readWeights));
    let offset = 0;
    for (const spec of weights) {
      const { type, size } = storage(spec);
      const end = offset + elementCount(spec.shape) * size;
      if (end > bytes.length) throw new Error(`${paths.join(', ')} ends before weight ${spec.name}`);
      constants.set(spec.name, constantOf(spec, type, bytes.subarray(offset, end)));
      offset = end;
    }
    if (offset !== bytes.length) {
      throw new Error(`${paths.join(', ')} has ${bytes.length} bytes, its manifest describes ${offset}`);
    }
  }
  const nodes = modelTopology.node.map(({ name, op, input = [], attr = {} }): TfjsNode => {
    const inputs = input
      .filter((source) => !source.startsWith('^'))
      .map((source) => source.replace(/:0$/, ''));
    return { name, op, inputs, attributes: attr };
  });
  return { nodes: new Map(nodes.map((node) => [node.name, node])), constants };
}

function constantOf(spec: WeightSpec, type: Constant['type'], bytes: Uint8Array): Constant {
  if (type !== 'uint8') return constantFromBytes(type, spec.shape, bytes);
  const { scale, min } = spec.quantization ?? {};
  if (scale === undefined || min === undefined) throw new Error(`weight ${spec.name} lacks its steps`);
  return constantFromSteps(spec.shape, bytes, { scale, min });
}

function storage({ name, dtype, quantization }: WeightSpec): { type: Constant['type']; size: number } {
  const stored = quantization?.dtype ?? dtype;
  switch (stored) {
    case 'uint8':
      return { type: stored, size: 1 };
    case 'float16':
      return { type: stored, size: 2 };
    case 'float32':
    case 'int32':
      return { type: stored, size: 4 };
    default:
      throw new Error(`weight ${name} has unsupported type ${stored}`);
  }
}

/** The nodes that the outputs need, each after its inputs. */
export function nodesFor(model: TfjsModel, outputs: readonly string[]): TfjsNode[] {
  const ordered = new Set<TfjsNode>();
  const visit = (name: string) => {
    const node = model.nodes.get(name);
    if (!node) throw new Error(`the graph has no node ${name}`);
    if (ordered.has(node)) return;
    node.inputs.forEach(visit);
    ordered.add(node);
  };
  outputs.forEach(visit);
  return [...ordered];
}
