import type { TrackedFace } from '../../faces/face';
import { alignmentPoints } from '../../faces/geometry';
import { toWholeCentres } from '../../image/affine';
import type { MaskPadding } from '../../image/cropMask';
import type { Frame } from '../../image/frame';
import { occlusionMask, regionMask, type FaceRegion } from '../faceMasks';
import type { FrameProcessor } from '../processor';
import { matchColours } from './colourMatch';
import { balance } from './latent';
import { swapFace, type SwapPlan } from './swapFace';
import type { SwapNetwork } from './swapNetwork';

/** Which masks limit a swapped face; the smallest share counts. */
export interface SwapMasks {
  types: readonly ('insightface' | 'box' | 'occlusion' | 'region')[];
  regions: readonly FaceRegion[];
  blur: number;
  padding: MaskPadding;
}

export interface NeuralSwapperOptions {
  masks: SwapMasks;
  /** facefusion's swapper weight, 0–1; 0.5 leaves the source alone. */
  weight: number;
  /** Side of the crop, a multiple of the network's; 0 is the network's own. */
  pixelBoost: number;
  colourMatch: boolean;
}

/** The embedding of a target face, not normalised, from the recogniser that the source's came from. */
export type EmbedTarget = (frame: Frame, face: TrackedFace) => Promise<Float32Array>;

/** Without insightface's mask everything is done as facefusion does it; with it, as roop. */
export function wayOf({ types }: SwapMasks): SwapPlan['way'] {
  return types.includes('insightface') ? 'insightface' : 'facefusion';
}

/**
 * A face_swapper around a network of inswapper's kind. `source` is what its source input takes, ready for use;
 * `embedTarget` is asked only when the weight wants the target's own identity; `release` gives the networks back.
 */
export class NeuralSwapper implements FrameProcessor {
  readonly name = 'face_swapper';
  private readonly plan: SwapPlan;

  constructor(
    private readonly network: SwapNetwork,
    private readonly source: Float32Array,
    private readonly options: NeuralSwapperOptions,
    private readonly release: () => Promise<void>,
    private readonly embedTarget?: EmbedTarget,
  ) {
    const { masks, pixelBoost, colourMatch } = options;
    const { size, record } = network;
    this.plan = {
      template: record.template,
      networkSize: size,
      size: boostedSize(size, pixelBoost),
      way: wayOf(masks),
      base: masks.types.includes('insightface')
        ? 'insightface'
        : masks.types.includes('box')
          ? 'box'
          : 'none',
      maskBlur: masks.blur,
      maskPadding: masks.padding,
      ...(colourMatch && { finish: matchColours }),
      strength: 1,
    };
  }

  async process(frame: Frame, faces: readonly TrackedFace[]): Promise<void> {
    const { types, regions } = this.options.masks;
    const whole = this.plan.way === 'insightface';
    for (const face of faces) {
      const source = await this.sourceFor(frame, face);
      const plan: SwapPlan = {
        ...this.plan,
        strength: face.strength,
        masks: (toCrop, crop) => [
          ...(types.includes('region') ? [regionMask(face.landmarks, toCrop, crop.width, regions)] : []),
          ...(types.includes('occlusion') ? [occlusionMask(face.landmarks, toCrop, crop)] : []),
        ],
      };
      const points = toWholeCentres(alignmentPoints(face));
      await swapFace(frame, points, plan, (crop) => this.network.swap(crop, source, whole));
    }
  }

  close(): Promise<void> {
    return this.release();
  }

  private async sourceFor(frame: Frame, face: TrackedFace): Promise<Float32Array> {
    const { weight } = this.options;
    const { source } = this.network.record;
    if (weight === 0.5 || source.kind === 'image' || !this.embedTarget) return this.source;
    return balance(this.source, await this.embedTarget(frame, face), weight, source.form !== 'raw');
  }
}

/** The multiple of the network's size that is nearest to the wish, at least the size itself. */
export function boostedSize(size: number, wish: number): number {
  return size * Math.max(1, Math.round(wish / size));
}
