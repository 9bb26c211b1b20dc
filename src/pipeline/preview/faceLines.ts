import { brows, eyes, faceOval, innerLips, outerLips } from '../processors/faceSwapper/meshTopology';

const closed = (points: readonly number[]): number[] => [...points, points[0]];

/** Lines by which people recognise the landmarks of a face, each along points of the mesh: outline, eyes, brows, nose, lips. */
export const faceLines: readonly (readonly number[])[] = [
  closed(faceOval),
  closed(eyes.left),
  closed(eyes.right),
  ...brows.map(closed),
  // From the bridge down to the tip, and along the nostrils.
  [168, 6, 197, 195, 5, 4],
  [98, 97, 2, 326, 327],
  closed(outerLips),
  closed(innerLips),
];
