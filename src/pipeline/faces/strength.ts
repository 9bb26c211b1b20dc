/** Frames over which a face that comes or goes in mid-scene is faded. */
export const fadeFrames = 4;

/** Yaw in degrees up to which a face is swapped fully, and from which on not at all. */
export const yawFull = 50;
export const yawNone = 66;

/** 1 below `from`, 0 above `to`, smooth between. */
export function fall(value: number, from: number, to: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return 1 - t * t * (3 - 2 * t);
}

/** A function of yaw alone, so that a face turning away and back fades the same both ways. */
export function yawStrength(yaw: number): number {
  return fall(Math.abs(yaw), yawFull, yawNone);
}

/** Fade at the ends of a track: frames since its first and until its last one; undefined where it must not fade. */
export function endStrength(sinceFirst: number | undefined, untilLast: number | undefined): number {
  const ramp = (frames: number | undefined) =>
    frames === undefined ? 1 : Math.min(1, (frames + 1) / (fadeFrames + 1));
  return Math.min(ramp(sinceFirst), ramp(untilLast));
}
