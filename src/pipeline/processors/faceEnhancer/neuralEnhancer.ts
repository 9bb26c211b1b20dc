import type { TrackedFace } from '../../faces/face';
import { alignmentPoints } from '../../faces/geometry';
import { toWholeCentres } from '../../image/affine';
import type { Frame } from '../../image/frame';
import { occlusionMask } from '../faceMasks';
import type { FrameProcessor } from '../processor';
import { enhanceFace, type EnhancePlan } from './enhanceFace';
import type { EnhanceNetwork } from './enhanceNetwork';

export interface EnhancerOptions {
  /** 0–1, how much of the restored face is taken. */
  blend: number;
  /** 0–1, CodeFormer's weight. */
  weight: number;
  maskBlur: number;
  /** Leaves hair, hands and the like as they are. */
  occlusion: boolean;
  /** Every face of the frame, not only those that are swapped. */
  allFaces: boolean;
}

/** A face_enhancer around a network of GFPGAN's kind. `release` gives the network back. */
export class NeuralEnhancer implements FrameProcessor {
  readonly name = 'face_enhancer';
  readonly allFaces: boolean;

  constructor(
    private readonly network: EnhanceNetwork,
    private readonly options: EnhancerOptions,
    private readonly release: () => Promise<void>,
  ) {
    this.allFaces = options.allFaces;
  }

  async process(frame: Frame, faces: readonly TrackedFace[]): Promise<void> {
    const { blend, weight, maskBlur, occlusion } = this.options;
    const { size, record } = this.network;
    for (const face of faces) {
      const plan: EnhancePlan = {
        template: record.template,
        size,
        maskBlur,
        blend: blend * face.strength,
        ...(occlusion && {
          masks: (toCrop, crop) => [occlusionMask(face.landmarks, toCrop, crop)],
        }),
      };
      const points = toWholeCentres(alignmentPoints(face));
      await enhanceFace(frame, points, plan, (crop) => this.network.enhance(crop, weight));
    }
  }

  close(): Promise<void> {
    return this.release();
  }
}
