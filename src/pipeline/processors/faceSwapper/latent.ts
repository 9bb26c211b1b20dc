import type { StoredTensor } from '../../inference/lastInitializer';

/** How an embedding becomes what the network is given; the two originals differ. */
export type Projection = 'insightface' | 'facefusion';

/** Length of a vector. */
export function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/** The vector with length 1; zeros stay zeros. */
export function unit(vector: Float32Array): Float32Array {
  const length = lengthOf(vector) || 1;
  return vector.map((value) => value / length);
}

/**
 * The latent [n] of a raw or unit embedding [m] through the embedding map [m, n]: row vector times map. insightface
 * divides by the result's own length; facefusion by the embedding's, and leaves the result's as it comes out.
 */
export function project(embedding: Float32Array, map: StoredTensor, projection: Projection): Float32Array {
  const [rows, columns] = map.shape;
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) sums[j] += embedding[i] * map.data[i * columns + j];
  }
  const divisor = projection === 'facefusion' ? lengthOf(embedding) : Math.hypot(...sums);
  return Float32Array.from(sums, (value) => value / (divisor || 1));
}

/**
 * facefusion's swapper weight (0–1): below 0.5 the latent is mixed with up to 35 % of the target's own embedding,
 * above it is driven as far away from it, at 0.5 it is left alone. `isUnit`: the target is brought to length 1 first.
 */
export function balance(
  latent: Float32Array,
  target: Float32Array,
  weight: number,
  isUnit = true,
): Float32Array {
  const share = 0.35 - 0.7 * weight;
  if (weight === 0.5) return latent;
  const own = isUnit ? unit(target) : target;
  return latent.map((value, i) => value * (1 - share) + own[i] * share);
}

/** One embedding for several photos of a person: the mean of their unit embeddings, with their mean length. */
export function averageEmbedding(embeddings: readonly Float32Array[]): Float32Array {
  if (embeddings.length === 1) return embeddings[0];
  const sum = new Float32Array(embeddings[0].length);
  let length = 0;
  for (const embedding of embeddings) {
    length += lengthOf(embedding) / embeddings.length;
    unit(embedding).forEach((value, i) => (sum[i] += value));
  }
  return unit(sum).map((value) => value * length);
}
