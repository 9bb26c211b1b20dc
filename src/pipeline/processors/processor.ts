import type { TrackedFace } from '../faces/face';
import type { Frame } from '../image/frame';

/**
 * One step of the road that changes faces in a frame. `process` alters `frame` in place, only inside the face
 * masks; pixels it does not mean to change stay bit-identical. Faces come in drawing order.
 */
export interface FrameProcessor {
  readonly name: 'face_swapper' | 'face_enhancer';
  /** It wants every face of the frame, not only those that are to be swapped. */
  readonly allFaces?: boolean;
  process(frame: Frame, faces: readonly TrackedFace[]): Promise<void>;
  /** What it has learnt of the tracks so far, where it learns: a new one that restores it goes on as this one would. */
  snapshot?(): string | undefined;
  restore?(snapshot: string): void;
  /** Gives back sessions and memory; the processor is unusable afterwards. */
  close(): Promise<void>;
}
