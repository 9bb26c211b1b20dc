import { fromBlob, signedScale, toBlob } from '../../image/blob';
import type { FaceCrop } from '../../image/faceCrop';
import type { NewFace } from '../../image/paste';
import type { ModelSession } from '../../inference/session';
import type { AlignmentName } from '../../image/templates';
import { FaceSwapError } from '../../../protocol/errors';

/** What an enhancer's file does not tell. All of them see colours as −1–1. */
export interface EnhancerRecord {
  template: AlignmentName;
}

/** An enhancer's session: a picture in, a picture out, and with CodeFormer a weight between fidelity and beauty. */
export class EnhanceNetwork {
  /** Side of the pictures in pixels. */
  readonly size: number;
  private readonly picture: string;
  private readonly weight: string | undefined;
  private readonly output: string;
  private readonly blob: Float32Array;
  private readonly face: Float32Array;

  /** Throws `model-corrupt` when the inputs are not those of an enhancer. */
  constructor(
    private readonly session: ModelSession,
    readonly record: EnhancerRecord,
    file: string,
  ) {
    const names = [...session.inputs.keys()];
    const picture = names.find((name) => session.inputs.get(name)!.length === 4);
    const shape = picture === undefined ? undefined : session.inputs.get(picture);
    if (picture === undefined || !shape || names.length > 2 || shape[1] !== 3) {
      throw new FaceSwapError('model-corrupt', { file, reason: `its inputs are ${names.join(', ')}` });
    }
    this.picture = picture;
    this.weight = names.find((name) => name !== picture);
    this.output = [...session.outputs.keys()][0];
    // A file that leaves its size open is run at the size all but GPEN have.
    this.size = shape[3] > 1 ? shape[3] : 512;
    this.blob = new Float32Array(3 * this.size * this.size);
    this.face = new Float32Array(3 * this.size * this.size);
  }

  /**
   * Restores the face of a crop; colours 0–255. `weight` is 0–1, without effect on networks that take none. The result's memory is
   * used again by the next one.
   */
  async enhance(crop: FaceCrop, weight: number): Promise<NewFace> {
    const output = await this.run(toBlob(crop, signedScale, this.blob), weight);
    return fromBlob(output, this.size, signedScale, 'rounded', this.face);
  }

  /** The network alone: blobs in and out. The result may be reused by the next run. */
  async run(picture: Float32Array, weight: number): Promise<Float32Array> {
    const inputs: Record<string, Float32Array> = { [this.picture]: picture };
    if (this.weight !== undefined) inputs[this.weight] = Float32Array.of(weight);
    return (await this.session.run(inputs))[this.output];
  }
}
