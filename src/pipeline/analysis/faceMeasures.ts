import type { Landmarks } from '../faces/face';
import { distance, squareAroundLandmarks } from '../faces/geometry';
import { applyAffine, type Affine } from '../image/affine';
import { cutFace } from '../image/faceCrop';
import { fillPolygon, type Grid } from '../image/grid';
import type { FrameSource } from '../image/region';
import { maskSide, occlusionMask } from '../processors/faceMasks';

/** Corners, and points of the upper and lower lid between them, of the left and the right eye. */
const lids = [
  {
    corners: [33, 133],
    pairs: [
      [160, 144],
      [159, 145],
      [158, 153],
    ],
  },
  {
    corners: [263, 362],
    pairs: [
      [387, 373],
      [386, 374],
      [385, 380],
    ],
  },
] as const;

/** Height of the wider open eye by its width: 0 when both are shut. */
export function eyeOpening(landmarks: Landmarks): number {
  const open = lids.map(({ corners: [a, b], pairs }) => {
    const height = pairs.reduce((sum, [up, down]) => sum + distance(landmarks, up, down), 0) / pairs.length;
    return height / distance(landmarks, a, b);
  });
  return Math.max(...open);
}

/** Around the forehead: along the hairline of the mesh, and back above the brows. */
const forehead = [103, 67, 109, 10, 338, 297, 332, 333, 299, 337, 151, 108, 69, 104];

/** Share of the forehead on which something other than skin lies: hair, a hat. */
export function coveredForehead(picture: FrameSource, landmarks: Landmarks): number {
  const square = squareAroundLandmarks(landmarks, 1.3);
  const side = 2 * maskSide;
  const scale = side / square.size;
  const [cos, sin] = [Math.cos(square.angle) * scale, Math.sin(square.angle) * scale];
  // Whole pixel centres, as the mask wants its map.
  const toCrop: Affine = [
    cos,
    sin,
    side / 2 - 0.5 - cos * (square.cx - 0.5) - sin * (square.cy - 0.5),
    -sin,
    cos,
    side / 2 - 0.5 + sin * (square.cx - 0.5) - cos * (square.cy - 0.5),
  ];
  const { data } = occlusionMask(landmarks, toCrop, cutFace(picture, toCrop, side, side, 'replicate'));
  const grid: Grid = { width: maskSide, height: maskSide, step: 1 };
  const area = new Float32Array(maskSide * maskSide);
  fillPolygon(
    area,
    grid,
    forehead.map((p): [number, number] => {
      const [x, y] = applyAffine(toCrop, landmarks[p * 3] - 0.5, landmarks[p * 3 + 1] - 0.5);
      return [((x + 0.5) * maskSide) / side, ((y + 0.5) * maskSide) / side];
    }),
  );
  let [all, covered] = [0, 0];
  area.forEach((share, i) => {
    all += share;
    covered += share * (1 - data[i]);
  });
  return all > 0 ? covered / all : 0;
}
