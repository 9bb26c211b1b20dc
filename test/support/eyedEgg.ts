import type { Landmarks } from '../../src/pipeline/faces/face';
import { eyes } from '../../src/pipeline/processors/faceSwapper/meshTopology';
import { egg } from './egg';

/** The egg with eyes of 40 pixels that are opened by so much of their width. */
export function eyedEgg(opening: number): Landmarks {
  const face = egg();
  for (const [ring, side] of [
    [eyes.left, -1],
    [eyes.right, 1],
  ] as const) {
    ring.forEach((p, i) => {
      const angle = (Math.PI * i) / 8;
      face[p * 3] = side * (45 + 20 * Math.cos(angle));
      face[p * 3 + 1] = -40 - 20 * opening * Math.sin(angle);
    });
  }
  return face;
}
