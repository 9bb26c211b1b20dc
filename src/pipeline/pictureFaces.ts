import type { TrackedFace } from './faces/face';
import { findFaces, type FindOptions } from './faces/find';
import type { FaceModels } from './faces/models';
import { yawStrength } from './faces/strength';
import type { TrackedFrame } from './faces/tracker';
import type { Frame } from './image/frame';

/** The faces of a frame that stands by itself, ready to be selected from. */
export async function facesOfPicture(
  models: FaceModels,
  frame: Frame,
  options: FindOptions,
): Promise<TrackedFrame> {
  const found = await findFaces(models, frame, options);
  const faces = found.map(({ face }, trackId): TrackedFace => ({
    ...face,
    trackId,
    strength: yawStrength(face.pose.yaw),
  }));
  return { frame, faces, startsScene: true, views: (trackId) => [{ ...faces[trackId], frame }] };
}
