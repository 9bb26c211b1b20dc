import { applyAffine, fitAffine } from './affine';
import type { Landmarks } from './face';

/** A face as it looks on average, in the pose that it was first seen in. */
export interface Neutral {
  landmarks: Landmarks;
  /** Sum of the weights of what it was made of. */
  weight: number;
}

/**
 * The mean with one more measurement, which is turned into its pose. Nobody knows how a face looks at rest, but what it does beyond
 * its mean is expression. A measurement of no weight changes nothing.
 */
export function addToNeutral(
  neutral: Neutral | undefined,
  landmarks: Landmarks,
  weight: number,
): Neutral | undefined {
  if (weight === 0) return neutral;
  if (!neutral) return { landmarks, weight };
  const mean = applyAffine(fitAffine(landmarks, neutral.landmarks), landmarks);
  const sum = neutral.weight + weight;
  for (let i = 0; i < mean.length; i++) {
    mean[i] = neutral.landmarks[i] + (weight / sum) * (mean[i] - neutral.landmarks[i]);
  }
  return { landmarks: mean, weight: sum };
}
