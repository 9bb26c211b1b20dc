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
 * Numbers to a row of pixels: index of the first one in the output, how many, where in the texture the first one is sampled (u, v, texel
 * centres at whole numbers), and how far apart the samples are (du, dv).
 */
export const ROW_NUMBERS = 6;

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
  const sample = texture.channels === 1 ? sampleOne : sampleTwo;
  const { width: columns, height: lines } = texture;
  const table = scanMesh([mesh], width, height);
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

/** Where rows are written: kept, because the next drawing has about as many. */
let rows = new Float64Array(1 << 16);

/**
 * The rows of pixels of all triangles in an output of `width` × `height`. Every pixel centre inside a triangle is drawn, edges
 * included, so that no cracks open. Each row has `ROW_NUMBERS` numbers; they hold until the next call.
 */
export function scanMesh(meshes: readonly MeshDrawing[], width: number, height: number): Float64Array {
  let length = 0;
  for (const { from, to, triangles, order, facing } of meshes)
    length = scanOne(from, to, triangles, order, facing, width, height, length);
  return rows.subarray(0, length);
}

/** Writes rows from `length` on, and returns where they end. Takes a mesh apart, because V8 compiles anew for every way one was put together. */
function scanOne(
  from: Float32Array,
  to: Float32Array,
  triangles: Uint16Array,
  order: Uint16Array,
  facing: MeshDrawing['facing'],
  width: number,
  height: number,
  length: number,
): number {
  let end = length;
  for (const t of order) {
    const a = triangles[t * 3] * 2;
    const b = triangles[t * 3 + 1] * 2;
    const c = triangles[t * 3 + 2] * 2;
    const ax = to[a];
    const ay = to[a + 1];
    const bx = to[b] - ax;
    const by = to[b + 1] - ay;
    const cx = to[c] - ax;
    const cy = to[c + 1] - ay;
    const area = bx * cy - cx * by;
    if (facing === 'front' ? area <= 1e-6 : area >= -1e-6) continue;
    const y0 = Math.max(0, Math.ceil(ay + Math.min(0, by, cy) - 0.5));
    const y1 = Math.min(height - 1, Math.floor(ay + Math.max(0, by, cy) - 0.5));
    // Barycentric weights of b and c, and texture coordinates, are linear in x and y.
    const bdx = cy / area;
    const bdy = -cx / area;
    const cdx = -by / area;
    const cdy = bx / area;
    const ux = from[b] - from[a];
    const uy = from[c] - from[a];
    const vx = from[b + 1] - from[a + 1];
    const vy = from[c + 1] - from[a + 1];
    const dudx = ux * bdx + uy * cdx;
    const dudy = ux * bdy + uy * cdy;
    const dvdx = vx * bdx + vy * cdx;
    const dvdy = vx * bdy + vy * cdy;
    const left = Math.max(0, Math.ceil(ax + Math.min(0, bx, cx) - 0.5));
    const right = Math.min(width - 1, Math.floor(ax + Math.max(0, bx, cx) - 0.5));
    // The span of x in which all three weights are at least −ε: each limits it on one side.
    const e = 1e-4;
    const adx = bdx + cdx;
    const [perB, perC, perA] = [1 / bdx, 1 / cdx, 1 / adx];
    if (end + (y1 - y0 + 1) * ROW_NUMBERS > rows.length) rows = longer(rows, (y1 - y0 + 1) * ROW_NUMBERS);
    for (let y = y0; y <= y1; y++) {
      const py = y + 0.5 - ay;
      let x0 = left;
      let x1 = right;
      const wb = bdy * py - bdx * ax + bdx * 0.5;
      const wc = cdy * py - cdx * ax + cdx * 0.5;
      const wa = 1 + e - wb - wc;
      if (bdx > 0) x0 = Math.max(x0, Math.ceil((-e - wb) * perB));
      else if (bdx < 0) x1 = Math.min(x1, Math.floor((-e - wb) * perB));
      else if (wb < -e) continue;
      if (cdx > 0) x0 = Math.max(x0, Math.ceil((-e - wc) * perC));
      else if (cdx < 0) x1 = Math.min(x1, Math.floor((-e - wc) * perC));
      else if (wc < -e) continue;
      if (adx > 0) x1 = Math.min(x1, Math.floor(wa * perA));
      else if (adx < 0) x0 = Math.max(x0, Math.ceil(wa * perA));
      else if (wa < 0) continue;
      if (x0 > x1) continue;
      const u = from[a] + dudx * (x0 + 0.5 - ax) + dudy * py - 0.5;
      const v = from[a + 1] + dvdx * (x0 + 0.5 - ax) + dvdy * py - 0.5;
      rows[end++] = y * width + x0;
      rows[end++] = x1 - x0 + 1;
      rows[end++] = u;
      rows[end++] = v;
      rows[end++] = dudx;
      rows[end++] = dvdx;
    }
  }
  return end;
}

function longer(numbers: Float64Array<ArrayBuffer>, by: number): Float64Array<ArrayBuffer> {
  const all = new Float64Array(2 * numbers.length + by);
  all.set(numbers);
  return all;
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
