import type { Face, TrackedFace } from './faces/face';
import { findFaces, type FindOptions } from './faces/find';
import type { FaceModels } from './faces/models';
import { yawStrength } from './faces/strength';
import type { TrackedFrame } from './faces/tracker';
import type { Hand } from './hands/hand';
import { looks } from './hands/handFinder';
import type { Frame } from './image/frame';

/** The faces of a frame that stands by itself, ready to be selected from. */
export async function facesOfPicture(
  models: FaceModels,
  frame: Frame,
  options: FindOptions,
): Promise<TrackedFrame> {
  const found = await findFaces(models, frame, options);
  const faces: TrackedFace[] = [];
  for (const [trackId, { face }] of found.entries()) {
    const hands = await handsOn(models, frame, face);
    const strength = yawStrength(face.pose.yaw);
    faces.push({ ...face, trackId, strength, ...(hands.length > 0 && { hands }) });
  }
  return { frame, faces, startsScene: true, views: (trackId) => [{ ...faces[trackId], frame }] };
}

async function handsOn({ hands: finder }: FaceModels, frame: Frame, face: Face): Promise<Hand[]> {
  const found: Hand[] = [];
  if (!finder) return found;
  for (const reach of looks) {
    for (const { landmarks } of await finder.around(frame, face, found, reach))
      found.push({ landmarks, strength: 1 });
  }
  return found;
}
