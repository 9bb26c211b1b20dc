import { ROW_NUMBERS } from './kernels/mesh';
import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import { POSITION } from './kernels/sampling';
import { scanMesh, type MeshDrawing, type Texture } from './warpMesh';

/**
 * What `warpMesh` does, in the memory of kernels: draws both sides of a mesh, the far one first, and returns the addresses of
 * `width` × `height` floats, one for each channel. Pixels that no triangle covers are `empty`. A texture is at most 2047 texels wide.
 */
export function paintMesh(
  memory: PixelMemory,
  texture: Texture,
  width: number,
  height: number,
  mesh: Omit<MeshDrawing, 'facing'>,
  empty: number,
): number[] {
  const { width: columns, height: lines } = texture;
  const table = rowsOf(mesh, width, height);
  const rows = memory.take(table.length * 4);
  memory.numbers.set(table, rows / 4);
  // Interpolating reads the neighbours below and to the right of the last texel, though it takes nothing of them.
  const raster = memory.take((columns * lines + columns + SPARE) * 4);
  memory.floats.fill(0, raster / 4 + columns * lines, raster / 4 + columns * lines + columns + SPARE);
  const [right, bottom] = [(columns - 1) * POSITION, (lines - 1) * POSITION];
  return planesOf(texture).map((plane) => {
    memory.floats.set(plane, raster / 4);
    const out = memory.take((width * height + SPARE) * 4);
    memory.floats.fill(empty, out / 4, out / 4 + width * height);
    memory.run.drawRows(out, rows, rows + table.length * 4, raster, columns, right, bottom);
    return out;
  });
}

/** Kept from face to face, because it is about as long for all of them. */
let scanned = new Int32Array(1 << 16);

function rowsOf(mesh: Omit<MeshDrawing, 'facing'>, width: number, height: number): Int32Array {
  let length = 0;
  const texel = POSITION;
  const numbers = ROW_NUMBERS;
  // Where the mesh folds, as at the wings of the nose, its back closes the gap.
  for (const facing of ['back', 'front'] as const) {
    scanMesh({ ...mesh, facing }, width, height, (at, count, u, v, du, dv) => {
      if (length + numbers > scanned.length) {
        const longer = new Int32Array(scanned.length * 2);
        longer.set(scanned);
        scanned = longer;
      }
      scanned[length] = at;
      scanned[length + 1] = count;
      scanned[length + 2] = u * texel;
      scanned[length + 3] = v * texel;
      scanned[length + 4] = du * texel;
      scanned[length + 5] = dv * texel;
      length += numbers;
    });
  }
  return scanned.subarray(0, length);
}

const known = new WeakMap<Texture, Float32Array[]>();

/** The channels of a texture, each on its own; found once for every texture. */
function planesOf(texture: Texture): Float32Array[] {
  const { data, channels } = texture;
  if (channels === 1) return [data];
  let planes = known.get(texture);
  if (!planes) {
    planes = [0, 1].map((c) => Float32Array.from({ length: data.length / 2 }, (_, i) => data[i * 2 + c]));
    known.set(texture, planes);
  }
  return planes;
}
