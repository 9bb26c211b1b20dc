import { pixelMemory } from './kernels/pixelMemory';
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
  const memory = pixelMemory();
  const { address, end } = scanMesh(memory, [mesh], width, height, 1);
  drawTable(memory.doubles.subarray(address / 8, end / 8), texture, out);
}

/** Draws the rows of a table; see `ROW_NUMBERS`. */
function drawTable(table: Float64Array, texture: Texture, out: Float32Array): void {
  const sample = texture.channels === 1 ? sampleOne : sampleTwo;
  const { width: columns, height: lines } = texture;
  for (let i = 0; i < table.length;) {
    const [at, count, u, v] = [table[i++], table[i++], table[i++], table[i++]];
    const [du, dv] = [table[i++], table[i++]];
    const [endU, endV] = [u + du * (count - 1), v + dv * (count - 1)];
    const inside =
      Math.min(u, endU) >= 0 &&
      Math.min(v, endV) >= 0 &&
      Math.max(u, endU) < columns - 1.001 &&
      Math.max(v, endV) < lines - 1.001;
    (inside ? sample : sampleAtBorder)(texture, out, at, count, u, v, du, dv);
  }
}

/** A row of bilinear samples of one channel, starting at texel u, v (centres at whole numbers), du, dv apart. */
function sampleOne(
  { data, width }: Texture,
  out: Float32Array,
  at: number,
  count: number,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  for (const end = at + count; at < end; at++, u += du, v += dv) {
    const iu = u | 0;
    const iv = v | 0;
    const fu = u - iu;
    const p = (iv * width + iu) | 0;
    const q = (p + width) | 0;
    const top = data[p] + (data[p + 1] - data[p]) * fu;
    const bottom = data[q] + (data[q + 1] - data[q]) * fu;
    out[at] = top + (bottom - top) * (v - iv);
  }
}

/** The same for two interleaved channels; `at` counts pixels. */
function sampleTwo(
  { data, width }: Texture,
  out: Float32Array,
  at: number,
  count: number,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  for (const end = at + count; at < end; at++, u += du, v += dv) {
    const iu = u | 0;
    const iv = v | 0;
    const fu = u - iu;
    const fv = v - iv;
    const p = ((iv * width + iu) * 2) | 0;
    const q = (p + width * 2) | 0;
    const top = data[p] + (data[p + 2] - data[p]) * fu;
    const bottom = data[q] + (data[q + 2] - data[q]) * fu;
    out[at * 2] = top + (bottom - top) * fv;
    const top2 = data[p + 1] + (data[p + 3] - data[p + 1]) * fu;
    const bottom2 = data[q + 1] + (data[q + 3] - data[q + 1]) * fu;
    out[at * 2 + 1] = top2 + (bottom2 - top2) * fv;
  }
}

/** The same for any number of channels where samples may lie beyond the texture: its borders go on. */
function sampleAtBorder(
  { data, width, height, channels }: Texture,
  out: Float32Array,
  at: number,
  count: number,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  for (const end = at + count; at < end; at++, u += du, v += dv) {
    const su = Math.max(0, Math.min(width - 2, u));
    const sv = Math.max(0, Math.min(height - 2, v));
    const iu = Math.floor(su);
    const iv = Math.floor(sv);
    for (let c = 0; c < channels; c++) {
      const p = (iv * width + iu) * channels + c;
      const q = p + width * channels;
      const top = data[p] + (data[p + channels] - data[p]) * (su - iu);
      const bottom = data[q] + (data[q + channels] - data[q]) * (su - iu);
      out[at * channels + c] = top + (bottom - top) * (sv - iv);
    }
  }
}
