import { pixelMemory, SPARE } from './kernels/pixelMemory';
import { scanMesh } from './scanMesh';

/** Samples of one or two interleaved channels; texel centres at .5. */
export interface Texture {
  data: Float32Array;
  width: number;
  height: number;
  channels: 1 | 2;
}

/** A mesh as it is drawn: which triangles, and where their corners are. */
export interface MeshDrawing {
  /** x, y per point in texels, and in pixels of the output. */
  from: Float32Array;
  to: Float32Array;
  /** Three point numbers each. */
  triangles: Uint16Array;
  /** Numbers of triangles, drawn first to last. */
  order: Uint16Array;
  /** Which triangles are drawn: those that face the camera (positive area) or those that face away. */
  facing: 'front' | 'back';
}

/**
 * Draws triangles of a texture, piecewise affine and bilinear, into `out` (same channels, row major). Later triangles
 * cover earlier ones. Pixels no triangle covers keep what they had.
 */
export function warpMesh(
  texture: Texture,
  out: Float32Array,
  width: number,
  height: number,
  mesh: MeshDrawing,
): void {
  const { data, width: columns, height: lines, channels } = texture;
  const memory = pixelMemory();
  const rows = scanMesh(memory, [mesh], width, height, 1);
  const [from, to] = [memory.take((data.length + SPARE) * 4), memory.take((out.length + SPARE) * 4)];
  memory.floats.set(data, from / 4);
  memory.floats.set(out, to / 4);
  const run = channels === 1 ? memory.run.drawExact1 : memory.run.drawExact2;
  const stride = columns * channels * 4;
  run(to, rows.address, rows.end, from, stride, columns - 2, lines - 2, columns - 1.001, lines - 1.001);
  out.set(memory.floats.subarray(to / 4, to / 4 + out.length));
}
