/*
 * Drawing a face takes some sixty maps of its grid that nobody needs afterwards. Made anew for every frame they would all lie in memory
 * that no cache holds, be got from the system and given back to it, and make V8 collect them.
 */

let pool = new Float32Array(0);
/** Floats of the pool that are taken; beyond its end they are only counted. */
let taken = 0;
let isShared = false;

/** A map of `length` values. What is made within `sharingMaps` holds only until that has ended. */
export function newMap(length: number, value = 0): Float32Array {
  if (!isShared) return new Float32Array(length).fill(value);
  const start = taken;
  taken += length;
  if (taken > pool.length) return new Float32Array(length).fill(value);
  return new Float32Array(pool.buffer, start * 4, length).fill(value);
}

/** A map of its own with the same values; see `newMap`. */
export function copyMap(map: Float32Array): Float32Array {
  const copy = newMap(map.length);
  copy.set(map);
  return copy;
}

/** Runs `draw`, which gives no map away, with the same memory for its maps every time. */
export function sharingMaps<T>(draw: () => T): T {
  taken = 0;
  isShared = true;
  try {
    return draw();
  } finally {
    isShared = false;
    // A little more, because faces come nearer.
    if (taken > pool.length) pool = new Float32Array(Math.ceil(taken * 1.25));
  }
}
