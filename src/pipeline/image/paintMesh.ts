import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import { POSITION } from './kernels/sampling';
import { scanMesh } from './scanMesh';
import type { MeshDrawing, Texture } from './warpMesh';

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
  // Where the mesh folds, as at the wings of the nose, its back closes the gap.
  const rows = scanMesh(
    memory,
    [
      { ...mesh, facing: 'back' },
      { ...mesh, facing: 'front' },
    ],
    width,
    height,
    POSITION,
  );
  // Interpolating reads the neighbours below and to the right of the last texel, though it takes nothing of them.
  const raster = memory.take((columns * lines + columns + SPARE) * 4);
  memory.floats.fill(0, raster / 4 + columns * lines, raster / 4 + columns * lines + columns + SPARE);
  const [right, bottom] = [(columns - 1) * POSITION, (lines - 1) * POSITION];
  const drawn: number[] = [];
  for (const plane of planesOf(texture)) {
    memory.floats.set(plane, raster / 4);
    const out = memory.take((width * height + SPARE) * 4);
    memory.floats.fill(empty, out / 4, out / 4 + width * height);
    memory.run.drawRows(out, rows.address, rows.end, raster, columns, right, bottom);
    drawn.push(out);
  }
  return drawn;
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
