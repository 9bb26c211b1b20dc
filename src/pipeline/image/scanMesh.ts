import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import { ROW_BYTES } from './kernels/scan';
import type { MeshDrawing } from './warpMesh';

/** Rows that there is room for: kept, because the next drawing has about as many. */
let room = 1 << 13;

/**
 * The rows of pixels of all triangles in an output of `width` × `height`, one mesh after the other, as doubles in the memory of kernels (see
 * `ROW_NUMBERS`); a texel counts as `texel`. Every pixel centre inside a triangle is drawn, edges included, so that no cracks open.
 */
export function scanMesh(
  memory: PixelMemory,
  meshes: readonly MeshDrawing[],
  width: number,
  height: number,
  texel: number,
): { address: number; end: number } {
  const placed = meshes.map(({ from, to, triangles, order, facing }) => ({
    triangles: put(memory, triangles),
    order: put(memory, order),
    count: order.length,
    from: put(memory, from),
    to: put(memory, to),
    facing: facing === 'front' ? 1 : -1,
  }));
  const counter = memory.take(4);
  for (;;) {
    const address = memory.take(room * ROW_BYTES + SPARE);
    const limit = address + room * ROW_BYTES;
    memory.integers[counter / 4] = address;
    for (const { triangles, order, count, from, to, facing } of placed) {
      const last = order + 2 * count;
      memory.run.scan(order, last, triangles, from, to, facing, width, height, texel, counter, limit);
    }
    const end = memory.integers[counter / 4];
    if (end <= limit) return { address, end };
    room = Math.ceil((1.25 * (end - address)) / ROW_BYTES);
  }
}

/** Copies numbers into the memory of kernels and returns their address. */
function put(memory: PixelMemory, { buffer, byteOffset, byteLength }: Float32Array | Uint16Array): number {
  const address = memory.take(byteLength);
  memory.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), address);
  return address;
}
