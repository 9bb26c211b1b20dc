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

  /** Of all people in order. */
  snapshot(): string | undefined {
    const each = [...this.swappers.values()].map((swapper) => swapper.snapshot?.() ?? null);
    return each.every((one) => one === null) ? undefined : JSON.stringify(each);
  }

  restore(snapshot: string): void {
    const each = JSON.parse(snapshot) as (string | null)[];
    [...this.swappers.values()].forEach((swapper, i) => {
      const one = each[i];
      if (one !== null) swapper.restore?.(one);
    });
  }

  async close(): Promise<void> {
    for (const swapper of this.swappers.values()) await swapper.close();
  }
}
