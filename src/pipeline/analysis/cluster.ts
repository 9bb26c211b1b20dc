/**
 * Groups `count` things so that those of a group are, on average, nearer to each other than `limit`: the two nearest groups become
 * one until none are near enough (average linkage). `distance` is asked once for each pair; Infinity keeps the two apart, whoever
 * else is in their groups. Returns the members of each group.
 */
export function cluster(
  count: number,
  distance: (a: number, b: number) => number,
  limit: number,
): number[][] {
  const groups = Array.from({ length: count }, (_, i): number[] | undefined => [i]);
  const between = Array.from({ length: count }, () => new Float64Array(count).fill(Infinity));
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) between[a][b] = between[b][a] = distance(a, b);
  }
  const nearestOf = (a: number): number => {
    let nearest = a;
    for (let b = 0; b < count; b++) if (groups[b] && between[a][b] < between[a][nearest]) nearest = b;
    return nearest;
  };
  const nearest = groups.map((_, a) => nearestOf(a));
  for (;;) {
    let a = -1;
    for (let i = 0; i < count; i++) {
      if (groups[i] && (a < 0 || between[i][nearest[i]] < between[a][nearest[a]])) a = i;
    }
    const b = nearest[a];
    if (a < 0 || !(between[a][b] < limit)) return groups.filter((group) => group !== undefined);
    const [first, second] = [groups[a]!, groups[b]!];
    for (let c = 0; c < count; c++) {
      const sum = between[a][c] * first.length + between[b][c] * second.length;
      between[a][c] = between[c][a] = c === a || c === b ? Infinity : sum / (first.length + second.length);
    }
    groups[a] = [...first, ...second];
    groups[b] = undefined;
    for (let c = 0; c < count; c++)
      if (groups[c] && (c === a || nearest[c] === a || nearest[c] === b)) nearest[c] = nearestOf(c);
  }
}
