/**
 * Affine map x' = a·x + b·y + c, y' = d·x + e·y + f as [a, b, c, d, e, f]. In this folder's warps pixel centres lie
 * at whole numbers, as OpenCV has them; the product's landmarks put them at .5 and are moved by `toWholeCentres`.
 */
export type Affine = readonly [number, number, number, number, number, number];

export type Points = readonly (readonly [number, number])[];

/** Carries one point through the map. */
export function applyAffine(m: Affine, x: number, y: number): [number, number] {
  return [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]];
}

/** The map back. A map without area has none: the result is then not finite. */
export function invertAffine([a, b, c, d, e, f]: Affine): Affine {
  const det = a * e - b * d;
  const [ia, ib, id, ie] = [e / det, -b / det, -d / det, a / det];
  return [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)];
}

/** First `inner`, then `outer`. */
export function composeAffine(outer: Affine, inner: Affine): Affine {
  const [a, b, , d, e] = outer;
  const [c, f] = applyAffine(outer, inner[2], inner[5]);
  return [
    a * inner[0] + b * inner[3],
    a * inner[1] + b * inner[4],
    c,
    d * inner[0] + e * inner[3],
    d * inner[1] + e * inner[4],
    f,
  ];
}

/**
 * The rotation, uniform scale and shift that bring `from` closest to `to` in the least-squares sense (Umeyama, 1991;
 * in the plane it has this closed form). Never mirrors. Both lists have the same length, at least two points.
 */
export function fitSimilarity(from: Points, to: Points): Affine {
  const n = from.length;
  let [fx, fy, tx, ty] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    fx += from[i][0] / n;
    fy += from[i][1] / n;
    tx += to[i][0] / n;
    ty += to[i][1] / n;
  }
  let [dot, cross, spread] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [from[i][0] - fx, from[i][1] - fy];
    const [u, v] = [to[i][0] - tx, to[i][1] - ty];
    dot += x * u + y * v;
    cross += x * v - y * u;
    spread += x * x + y * y;
  }
  const [a, b] = [dot / spread, cross / spread];
  return [a, -b, tx - a * fx + b * fy, b, a, ty - b * fx - a * fy];
}

/** Points of the product (pixel centres at .5) in the coordinates of the warps (pixel centres at whole numbers). */
export function toWholeCentres(points: Points): [number, number][] {
  return points.map(([x, y]) => [x - 0.5, y - 0.5]);
}

/** The numbers x in [from, to) of a row for which lo ≤ p + d·x ≤ hi, as [first, end); empty when end ≤ first. */
export function spanWithin(
  p: number,
  d: number,
  lo: number,
  hi: number,
  from: number,
  to: number,
): [number, number] {
  if (Math.abs(d) < 1e-12) return p >= lo && p <= hi ? [from, to] : [from, from];
  const a = (lo - p) / d;
  const b = (hi - p) / d;
  const first = Math.max(from, Math.ceil(Math.min(a, b)));
  return [first, Math.max(first, Math.min(to, Math.floor(Math.max(a, b)) + 1))];
}
