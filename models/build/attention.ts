import type { FlexValue } from './flexBuffer';
import type { Graph, Value } from './graph';

/**
 * MediaPipe's custom operators of the face mesh with attention (mediapipe/util/tflite/operations, version 2), expressed
 * in ONNX. A transform is a 4×4 matrix that takes points of a small crop to points of the whole.
 */
export type Options = ReadonlyMap<string, FlexValue>;

function numberOf(options: Options, name: string): number {
  const value = options.get(name);
  if (typeof value !== 'number') throw new Error(`option ${name} of a custom operator is no number`);
  return value;
}

const floats = (graph: Graph, shape: number[], values: number[]) =>
  graph.weight({ type: 'float32', shape, data: Float32Array.from(values) });

/**
 * Landmarks2TransformMatrix: the crop around some landmarks, turned so that the line between two of them is level.
 * @param landmarks 1×n×3
 */
export function transformAround(graph: Graph, landmarks: Value, options: Options): Value {
  const subset = options.get('subset_idxs');
  if (typeof subset !== 'object') throw new Error('a custom operator lacks its landmarks');
  if (numberOf(options, 'target_rotation_radians') !== 0) throw new Error('turned crops are not supported');
  const size = [numberOf(options, 'output_width'), numberOf(options, 'output_height')];
  const scale = [numberOf(options, 'scale_x') / size[0], numberOf(options, 'scale_y') / size[1]];
  const points = graph.node('Slice', [
    graph.node('Reshape', [graph.channelsLast(landmarks), graph.integers([-1, 3])]),
    graph.integers([0]),
    graph.integers([2]),
    graph.integers([1]),
  ]);
  const pick = (indices: readonly number[]) =>
    graph.node('Gather', [points, graph.integers(indices)], { axis: 0 });

  // Unit vectors of the crop's axes, as rows: (c, s) along the line, (-s, c) across it.
  const line = graph.node('Sub', [
    pick([numberOf(options, 'right_rotation_idx')]),
    pick([numberOf(options, 'left_rotation_idx')]),
  ]);
  const along = graph.node('Div', [line, graph.node('ReduceL2', [line], { axes: [1], keepdims: 1 })]);
  const across = graph.node('MatMul', [along, floats(graph, [2, 2], [0, 1, -1, 0])]);
  const axes = graph.node('Concat', [along, across], { axis: 0 });
  const inverse = graph.node('Transpose', [axes], { perm: [1, 0] });

  const levelled = graph.node('MatMul', [pick(subset), inverse]);
  const largest = graph.node('ReduceMax', [levelled], { axes: [0], keepdims: 1 });
  const smallest = graph.node('ReduceMin', [levelled], { axes: [0], keepdims: 1 });
  const half = floats(graph, [1, 1], [0.5]);
  const middle = graph.node('Mul', [graph.node('Add', [largest, smallest]), half]);
  const centre = graph.node('MatMul', [middle, axes]);
  const steps = graph.node('Mul', [graph.node('Sub', [largest, smallest]), floats(graph, [1, 2], scale)]);
  // Columns: the steps along and across of one pixel of the crop.
  const linear = graph.node('Mul', [inverse, steps]);
  const corner = graph.node('Sub', [
    graph.node('Transpose', [centre], { perm: [1, 0] }),
    graph.node('MatMul', [linear, floats(graph, [2, 1], [size[0] / 2, size[1] / 2])]),
  ]);
  const rows = graph.node('Concat', [linear, floats(graph, [2, 1], [0, 0]), corner], { axis: 1 });
  const matrix = graph.node('Concat', [rows, floats(graph, [2, 4], [0, 0, 1, 0, 0, 0, 0, 1])], { axis: 0 });
  const shape = [1, 4, 4];
  return { shape, channelsLast: graph.node('Reshape', [matrix, graph.integers(shape)]) };
}

/**
 * Takes points (n×2) through the first two rows of a transform. The runtime would make this one node of a product of transposed
 * matrices and a sum as well, but it then looks through the whole graph nineteen times more: half of what opening costs.
 */
function apply(graph: Graph, points: string, transform: Value): string {
  const matrix = graph.node('Reshape', [graph.channelsLast(transform), graph.integers([4, 4])]);
  const cut = (from: number, to: number) =>
    graph.node('Slice', [matrix, graph.integers([0, from]), graph.integers([2, to]), graph.integers([0, 1])]);
  const shift = graph.node('Reshape', [cut(3, 4), graph.integers([1, 2])]);
  return graph.node('Gemm', [points, cut(0, 2), shift], { transB: 1 });
}

/** TransformTensorBilinear: the crop of a picture that a transform describes, sampled at the centres of its pixels. */
export function cropPicture(graph: Graph, x: Value, transform: Value, options: Options): Value {
  const [width, height] = [numberOf(options, 'output_width'), numberOf(options, 'output_height')];
  const centres = Array.from({ length: width * height * 2 }, (_, i) =>
    i % 2 === 0 ? ((i >> 1) % width) + 0.5 : Math.floor((i >> 1) / width) + 0.5,
  );
  const points = apply(graph, floats(graph, [width * height, 2], centres), transform);
  // GridSample counts from the outer edge -1 to the outer edge 1.
  const [n, rows, columns, channels] = x.shape;
  const perPixel = floats(graph, [1, 2], [2 / columns, 2 / rows]);
  const grid = graph.node('Sub', [graph.node('Mul', [points, perPixel]), graph.scalar(1)]);
  const shaped = graph.node('Reshape', [grid, graph.integers([n, height, width, 2])]);
  const attributes = { mode: 'bilinear', padding_mode: 'zeros', align_corners: 0 };
  return {
    shape: [n, height, width, channels],
    channelsFirst: graph.node('GridSample', [graph.channelsFirst(x), shaped], attributes),
  };
}

/** TransformLandmarks: points (1×n×2) of a crop as points of the whole. */
export function transformPoints(graph: Graph, points: Value, transform: Value): Value {
  const flat = graph.node('Reshape', [graph.channelsLast(points), graph.integers([-1, 2])]);
  const moved = apply(graph, flat, transform);
  return { shape: points.shape, channelsLast: graph.node('Reshape', [moved, graph.integers(points.shape)]) };
}
