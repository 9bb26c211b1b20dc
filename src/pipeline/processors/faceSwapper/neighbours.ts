import { landmarkCount } from '../../faces/face';
import { triangles } from './meshTopology';

const lists = Array.from({ length: landmarkCount }, () => new Set<number>());
for (let i = 0; i < triangles.length; i++) {
  for (let k = 0; k < 3; k++) {
    if (triangles[i] !== triangles[i - (i % 3) + k]) lists[triangles[i]].add(triangles[i - (i % 3) + k]);
  }
}
/** Points that share an edge of a triangle with each point, one list after the other; that of `p` starts at `starts[p]`. */
const around = Uint16Array.from(lists.flatMap((points) => [...points]));
const starts = new Uint16Array(landmarkCount + 1);
lists.forEach((points, p) => (starts[p + 1] = starts[p] + points.size));

/** Mean of a value (one per landmark) over the neighbours of a point in the mesh; 0 for a point that no triangle has. */
export function meanAround(values: Float32Array, point: number): number {
  let sum = 0;
  for (let i = starts[point]; i < starts[point + 1]; i++) sum += values[around[i]];
  return sum / (starts[point + 1] - starts[point] || 1);
}
