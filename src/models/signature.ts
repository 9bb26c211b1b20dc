import { readOnnxHead, type OnnxHead, type OnnxPort } from './onnxHead';

/** Kinds of networks whose inputs and outputs are alike; which one of a kind a file is, its hash or its name says. */
export const modelFamilies = [
  'inswapper',
  'hyperswap',
  'embedding_swapper',
  'image_swapper',
  'face_restorer',
  'codeformer',
  'scrfd',
  'yunet',
  'arcface',
  'embedding_converter',
] as const;
export type ModelFamily = (typeof modelFamilies)[number];

export const neuralRoles = [
  'face_swapper',
  'face_enhancer',
  'face_detector',
  'face_recognizer',
  'embedding_converter',
] as const;
export type NeuralRole = (typeof neuralRoles)[number];

/** What a file was taken for, and why. */
export interface Recognition {
  family: ModelFamily;
  role: NeuralRole;
  /** Side of the square picture it works on; undefined when it takes any. */
  size?: number;
  /** Some input is float16. */
  half: boolean;
  /** One clause, to be put after a colon. */
  reason: string;
  head: OnnxHead;
}

/** A file that is ONNX and none of the known kinds. */
export interface Unrecognised {
  family?: undefined;
  reason: string;
  head: OnnxHead;
}

/**
 * Says from the inputs and outputs of an ONNX file what it is; never reads its weights.
 * Throws what `readOnnxHead` throws.
 */
export async function recogniseModel(file: string): Promise<Recognition | Unrecognised> {
  return recogniseHead(await readOnnxHead(file));
}

/** The same for a head that has been read. */
export function recogniseHead(head: OnnxHead): Recognition | Unrecognised {
  const half = head.inputs.some(({ type }) => type === 'float16');
  for (const look of [swapper, enhancer, recognizer, detector]) {
    const found = look(head);
    if (found) return { ...found, half, head };
  }
  const ports = `${head.inputs.map(portText).join(', ')} to ${head.outputs.map(portText).join(', ')}`;
  return { reason: `no known kind of model turns ${ports}`, head };
}

type Found = Pick<Recognition, 'family' | 'role' | 'size' | 'reason'> | undefined;

function swapper({ inputs, outputs, lastInitializer }: OnnxHead): Found {
  const target = inputs.find(({ name }) => name === 'target');
  const source = inputs.find(({ name }) => name === 'source');
  const size = target && side(target);
  if (inputs.length !== 2 || !target || !source || size === undefined || side(outputs[0]) === undefined)
    return;
  const role = 'face_swapper';
  const faces = `target faces of ${size}×${size}`;
  const fromImage = side(source);
  if (fromImage !== undefined) {
    return {
      family: 'image_swapper',
      role,
      size,
      reason: `${faces} and a source picture of ${fromImage}×${fromImage}`,
    };
  }
  if (!fits(source, [-1, 512])) return;
  const { dims } = lastInitializer ?? {};
  if (dims?.length === 2 && dims.every((extent) => extent === 512)) {
    return {
      family: 'inswapper',
      role,
      size,
      reason: `${faces}, a source of 512 numbers and an embedding map`,
    };
  }
  const reason = `${faces} and a source embedding of 512 numbers`;
  if (size === 128) return { family: 'inswapper', role, size, reason: `${reason}, at inswapper's size` };
  if (outputs.length === 2 && outputs.some(({ name }) => name === 'mask')) {
    return { family: 'hyperswap', role, size, reason: `${reason}, with a mask of its own` };
  }
  return { family: 'embedding_swapper', role, size, reason };
}

function enhancer({ inputs, outputs }: OnnxHead): Found {
  const size = side(inputs[0]);
  if (size === undefined || size < 256 || side(outputs[0]) !== size) return;
  const role = 'face_enhancer';
  const faces = `faces of ${size}×${size} in and out`;
  const weight = inputs.find(({ name }) => name === 'weight' || name === 'w');
  if (inputs.length === 2 && weight && (weight.dims ?? []).every((extent) => extent < 2)) {
    const precision = weight.type === 'float64' ? ' in double precision' : '';
    return { family: 'codeformer', role, size, reason: `${faces}, and a weight${precision}` };
  }
  if (inputs.length !== 1) return;
  // RestoreFormer++ gives what it has found out on the way as well; the picture comes first.
  const more = outputs.length > 1 ? `, ${outputs.length - 1} more outputs` : ', nothing else';
  return { family: 'face_restorer', role, size, reason: `${faces}${more}` };
}

function recognizer({ inputs, outputs }: OnnxHead): Found {
  if (inputs.length !== 1 || outputs.length !== 1) return;
  if (fits(inputs[0], [-1, 512]) && fits(outputs[0], [-1, 512])) {
    const role = 'embedding_converter';
    return { family: role, role, reason: 'an embedding of 512 numbers in, another one out' };
  }
  if (side(inputs[0]) !== 112 || !fits(outputs[0], [-1, 512])) return;
  const reason = 'faces of 112×112 in, an embedding of 512 numbers out';
  return { family: 'arcface', role: 'face_recognizer', size: 112, reason };
}

function detector({ inputs, outputs }: OnnxHead): Found {
  if (inputs.length !== 1 || inputs[0].dims?.length !== 4 || inputs[0].dims[1] !== 3) return;
  const size = side(inputs[0]);
  const found = { role: 'face_detector' as const, ...(size !== undefined && { size }) };
  const names = new Set(outputs.map(({ name }) => name));
  const yunet = ['cls', 'obj', 'bbox', 'kps'].flatMap((kind) =>
    [8, 16, 32].map((stride) => `${kind}_${stride}`),
  );
  if (outputs.length === yunet.length && yunet.every((name) => names.has(name))) {
    return { ...found, family: 'yunet', reason: 'class, objectness, box and points for three strides' };
  }
  // Scores first, then boxes, then points, each for three strides.
  const perAnchor = outputs.length === 9 ? [1, 4, 10] : outputs.length === 6 ? [1, 4] : [];
  // Files for pictures of any size may leave every extent open.
  const fitsScrfd = outputs.every(({ dims }, i) => {
    const extent = dims?.at(-1) ?? -1;
    return extent < 0 || extent === perAnchor[Math.floor(i / 3)];
  });
  if (perAnchor.length === 0 || !fitsScrfd) return;
  const points = outputs.length === 9 ? 'scores, boxes and points' : 'scores and boxes';
  return { ...found, family: 'scrfd', reason: `${points} for three strides` };
}

/** The side of a square RGB picture with channels first. */
function side({ dims }: OnnxPort): number | undefined {
  if (dims?.length !== 4 || dims[1] !== 3 || dims[2] !== dims[3] || dims[2] < 0) return undefined;
  return dims[2];
}

/** -1 in `wanted` takes any extent; a free extent of the port fits everything. */
function fits({ dims }: OnnxPort, wanted: readonly number[]): boolean {
  return (
    dims?.length === wanted.length && wanted.every((size, i) => size < 0 || dims[i] < 0 || dims[i] === size)
  );
}

function portText({ name, type, dims }: OnnxPort): string {
  return `${name} (${type}${dims ? ` ${dims.map((size) => (size < 0 ? '?' : size)).join('×')}` : ''})`;
}
