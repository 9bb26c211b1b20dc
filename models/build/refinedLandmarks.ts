import type { DerivedValue } from './fromTflite';
import type { Graph } from './graph';

/*
 * The face mesh with attention measures lips and eyes a second time and closely, and leaves it to the code around it to
 * put these points in place of the mesh's own. Which point goes where is told by MediaPipe's graph
 * (mediapipe/modules/face_landmark/tensors_to_face_landmarks_with_attention.pbtxt), from the contours outwards.
 */
const lips = [
  ...[61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409],
  ...[78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415],
  ...[76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408],
  ...[62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407],
];
const leftEye = [
  ...[33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173],
  ...[130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190],
  ...[226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189],
  ...[
    35, 124, 46, 53, 52, 65, 143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
  ],
];
const rightEye = [
  ...[263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398],
  ...[359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414],
  ...[446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413],
  ...[265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465],
  ...[383, 300, 293, 334, 296, 336, 285, 417],
];
const meshPoints = 468;

/** Where in mesh, lips, left eye and right eye, all in one list, each of the 468 points is found. */
function sources(): number[] {
  const from = Array.from({ length: meshPoints }, (_, point) => point);
  [...lips, ...leftEye, ...rightEye].forEach((point, i) => (from[point] = meshPoints + i));
  return from;
}

/** 468 points: x and y from the closest look, z from the mesh. Nothing asks for the irises, and their networks are left out. */
export const refinedLandmarks: DerivedValue = {
  of: ['output_mesh', 'output_lips', 'output_left_eye', 'output_right_eye'],
  derive(graph: Graph, [mesh, ...closer]) {
    const rows = (value: string, width: number) =>
      graph.node('Reshape', [value, graph.integers([-1, width])]);
    const cut = (from: number, to: number) => {
      const range = [[from], [to], [1]].map((values) => graph.integers(values));
      return graph.node('Slice', [rows(graph.channelsLast(mesh), 3), ...range]);
    };
    const flat = closer.map((value) => rows(graph.channelsLast(value), 2));
    const list = graph.node('Concat', [cut(0, 2), ...flat], { axis: 0 });
    const xy = graph.node('Gather', [list, graph.integers(sources())], { axis: 0 });
    const shape = [1, meshPoints * 3];
    const joined = graph.node('Concat', [xy, cut(2, 3)], { axis: 1 });
    return { shape, channelsLast: graph.node('Reshape', [joined, graph.integers(shape)]) };
  },
};
