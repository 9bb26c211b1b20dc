import type { Pose } from '../../faces/face';

/** Degrees over which one source photo gives way to the next. */
const transition = 8;

/**
 * Which source photos to draw for a pose, in drawing order, and how strongly: the nearest in pose in full, then the
 * second over it with up to a half where both are equally near. It depends on the pose alone and has no steps, so a
 * turning head fades from photo to photo, and a job that is resumed chooses the same.
 */
export function sourcesFor(
  pose: Pose,
  sources: readonly { pose: Pose }[],
): { index: number; share: number }[] {
  const byDistance = sources
    .map((source, index) => ({ index, distance: poseDistance(pose, source.pose) }))
    .sort((a, b) => a.distance - b.distance || a.index - b.index);
  const [nearest, second] = byDistance;
  const chosen = [{ index: nearest.index, share: 1 }];
  if (byDistance.length > 1) {
    const lead = (second.distance - nearest.distance) / transition;
    if (lead < 1) chosen.push({ index: second.index, share: 0.5 * (1 - lead) });
  }
  return chosen;
}

/** Degrees; roll does not change what of a face is seen. */
function poseDistance(a: Pose, b: Pose): number {
  return Math.hypot(a.yaw - b.yaw, a.pitch - b.pitch);
}
