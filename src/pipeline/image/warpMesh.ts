/** Samples of one or two interleaved channels; texel centres at .5. */
export interface Texture {
  data: Float32Array;
  width: number;
  height: number;
  channels: 1 | 2;
}

/**
 * Draws triangles of a texture, piecewise affine and bilinear, into `out` (same channels, row major). Later triangles
 * cover earlier ones. Pixels no triangle covers keep what they had. Every pixel centre inside a triangle is drawn, edges included, so that no cracks open.
 * @param facing which triangles are drawn: those that face the camera (positive area) or those that face away
 * @param to x, y per point in pixels of `out`; `from` x, y per point in texels
 * @param order numbers of triangles, drawn first to last; `triangles` three point numbers each
 */
export function warpMesh(
  texture: Texture,
  from: Float32Array,
  out: Float32Array,
  width: number,
  height: number,
  to: Float32Array,
  triangles: Uint16Array,
  order: Uint16Array,
  facing: 'front' | 'back' = 'front',
): void {
  const { channels } = texture;
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
    for (let y = y0; y <= y1; y++) {
      const py = y + 0.5 - ay;
      // The span of x in which all three weights are at least −ε.
      let x0 = left;
      let x1 = right;
      const wb = bdy * py - bdx * ax + bdx * 0.5;
      const wc = cdy * py - cdx * ax + cdx * 0.5;
      const e = 1e-4;
      if (bdx > 0) x0 = Math.max(x0, Math.ceil((-e - wb) / bdx));
      else if (bdx < 0) x1 = Math.min(x1, Math.floor((-e - wb) / bdx));
      else if (wb < -e) continue;
      if (cdx > 0) x0 = Math.max(x0, Math.ceil((-e - wc) / cdx));
      else if (cdx < 0) x1 = Math.min(x1, Math.floor((-e - wc) / cdx));
      else if (wc < -e) continue;
      const adx = bdx + cdx;
      const wa = 1 + e - wb - wc;
      if (adx > 0) x1 = Math.min(x1, Math.floor(wa / adx));
      else if (adx < 0) x0 = Math.max(x0, Math.ceil(wa / adx));
      else if (wa < 0) continue;
      if (x0 > x1) continue;
      const u = from[a] + dudx * (x0 + 0.5 - ax) + dudy * py - 0.5;
      const v = from[a + 1] + dvdx * (x0 + 0.5 - ax) + dvdy * py - 0.5;
      const at = y * width + x0;
      if (channels === 1) sampleOne(texture, out, at, x1 - x0 + 1, u, v, dudx, dvdx);
      else sampleTwo(texture, out, at, x1 - x0 + 1, u, v, dudx, dvdx);
    }
  }
}

/** A row of bilinear samples of one channel, starting at texel u, v (centres at whole numbers), du, dv apart. */
function sampleOne(
  { data, width, height }: Texture,
  out: Float32Array,
  at: number,
  count: number,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  const maxX = width - 2;
  const maxY = height - 2;
  for (const end = at + count; at < end; at++, u += du, v += dv) {
    const su = u < 0 ? 0 : u > maxX ? maxX : u;
    const sv = v < 0 ? 0 : v > maxY ? maxY : v;
    const iu = su | 0;
    const iv = sv | 0;
    const fu = su - iu;
    const p = iv * width + iu;
    const q = p + width;
    const top = data[p] + (data[p + 1] - data[p]) * fu;
    const bottom = data[q] + (data[q + 1] - data[q]) * fu;
    out[at] = top + (bottom - top) * (sv - iv);
  }
}

/** The same for two interleaved channels; `at` counts pixels. */
function sampleTwo(
  { data, width, height }: Texture,
  out: Float32Array,
  at: number,
  count: number,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  const maxX = width - 2;
  const maxY = height - 2;
  for (const end = at + count; at < end; at++, u += du, v += dv) {
    const su = u < 0 ? 0 : u > maxX ? maxX : u;
    const sv = v < 0 ? 0 : v > maxY ? maxY : v;
    const iu = su | 0;
    const iv = sv | 0;
    const fu = su - iu;
    const fv = sv - iv;
    const p = (iv * width + iu) * 2;
    const q = p + width * 2;
    const top = data[p] + (data[p + 2] - data[p]) * fu;
    const bottom = data[q] + (data[q + 2] - data[q]) * fu;
    out[at * 2] = top + (bottom - top) * fv;
    const top2 = data[p + 1] + (data[p + 3] - data[p + 1]) * fu;
    const bottom2 = data[q + 1] + (data[q + 3] - data[q + 1]) * fu;
    out[at * 2 + 1] = top2 + (bottom2 - top2) * fv;
  }
}
