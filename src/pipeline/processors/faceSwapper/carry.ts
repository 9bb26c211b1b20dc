import type { Displacement } from '../../image/displace';
import { cells, smoothstep, softPolygon, type Grid } from '../../image/grid';
import { newMap } from '../../image/maps';
import type { Landmarks } from '../../faces/face';
import type { LidStretch } from './lids';
import { eyes, innerLips } from './meshTopology';

/** Eyes and the inside of the mouth: the parts of a face that stay the target's. */
export const keptParts = [
  { name: 'eye', ring: eyes.left },
  { name: 'eye', ring: eyes.right },
  { name: 'mouth', ring: innerLips },
] as const;

export type Outline = readonly (readonly [number, number])[];

/** How far each kept part moves with the face drawn around it, x, y in pixels: the mean of its rim × `strength`. */
export function partShifts(target: Landmarks, drawn: Float32Array, strength: number): [number, number][] {
  return keptParts.map(({ ring }) => {
    let x = 0;
    let y = 0;
    for (const p of ring) {
      x += drawn[p * 2] - target[p * 3];
      y += drawn[p * 2 + 1] - target[p * 3 + 1];
    }
    return [(strength * x) / ring.length, (strength * y) / ring.length];
  });
}

/**
 * The movement of every cell: a part moves as a whole, an eye that is opened further is stretched as well, and all that fades out where
 * the source hides the target.
 * @param holes outlines of the parts where they are drawn, in cells
 * @param size face height in cells
 * @param stretches of the eyes, from the corner of the grid on
 */
export function carryField(
  grid: Grid,
  holes: readonly Outline[],
  shifts: readonly [number, number][],
  size: number,
  stretches: readonly LidStretch[],
): Displacement {
  const field = { x: newMap(cells(grid)), y: newMap(cells(grid)) };
  holes.forEach((hole, part) => {
    const { map, x, y, width, height } = softPolygon(grid, hole, Math.max(1, size * 0.025), 2);
    const [dx, dy] = shifts[part];
    const lids = part < stretches.length ? stretches[part] : undefined;
    for (let row = 0, i = 0; row < height; row++) {
      const start = (y + row) * grid.width + x;
      for (let at = start; at < start + width; at++, i++) {
        if (map[i] === 0) continue;
        const share = smoothstep(0, 0.12, map[i]);
        const toX = (x + at - start + 0.5) * grid.step - dx;
        const toY = (y + row + 0.5) * grid.step - dy;
        const further = lids ? stretching(lids, toX, toY) : 0;
        field.x[at] += share * (dx + further * (lids?.across[0] ?? 0));
        field.y[at] += share * (dy + further * (lids?.across[1] ?? 0));
      }
    }
  });
  return field;
}

/** How far what comes to lie at a place has moved across the eye. */
function stretching({ factor, x, y, across }: LidStretch, toX: number, toY: number): number {
  return (1 - 1 / factor) * ((toX - x) * across[0] + (toY - y) * across[1]);
}
