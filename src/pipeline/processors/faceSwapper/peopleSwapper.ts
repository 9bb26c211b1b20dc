import type { TrackedFace } from '../../faces/face';
import type { Frame } from '../../image/frame';
import type { FrameProcessor } from '../processor';

/** Gives every person a face of their own: each has a face_swapper; `undefined` stands for everybody else. */
export class PeopleSwapper implements FrameProcessor {
  readonly name = 'face_swapper';

  constructor(private readonly swappers: ReadonlyMap<number | undefined, FrameProcessor>) {}

  /** Faces whose person has no swapper are left. */
  async process(frame: Frame, faces: readonly TrackedFace[]): Promise<void> {
    for (const face of faces) await this.swappers.get(face.person)?.process(frame, [face]);
  }

  async close(): Promise<void> {
    for (const swapper of this.swappers.values()) await swapper.close();
  }
}
