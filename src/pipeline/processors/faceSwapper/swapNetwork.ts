import { fromBlob, toBlob } from '../../image/blob';
import type { FaceCrop } from '../../image/faceCrop';
import type { NewFace } from '../../image/paste';
import type { ModelSession } from '../../inference/session';
import { FaceSwapError } from '../../../protocol/errors';
import type { SwapperRecord } from './swapperRecords';

/** A swapper's session with the names of its inputs: a target face, and the source as an embedding or a face. */
export class SwapNetwork {
  /** Side of the target face in pixels. */
  readonly size: number;
  private readonly target: string;
  private readonly source: string;
  private readonly output: string;
  private readonly blob: Float32Array;
  private readonly face: Float32Array;

  /** Throws `model-corrupt` when the inputs are not those of a swapper. */
  constructor(
    private readonly session: ModelSession,
    readonly record: SwapperRecord,
    file: string,
  ) {
    const names = [...session.inputs.keys()];
    const rank = (name: string) => session.inputs.get(name)!.length;
    const pictures = names.filter((name) => rank(name) === 4);
    const target = pictures.find((name) => name === 'target') ?? pictures.at(0);
    const source = names.find((name) => name !== target);
    const shape = target === undefined ? undefined : session.inputs.get(target);
    if (target === undefined || source === undefined || names.length !== 2 || shape?.[1] !== 3) {
      throw new FaceSwapError('model-corrupt', { file, reason: `its inputs are ${names.join(', ')}` });
    }
    [this.target, this.source] = [target, source];
    // Facefusion's swappers give a mask as a second output: the picture is the one with three channels.
    const outputs = [...session.outputs];
    this.output = (outputs.find(([, dims]) => dims.length === 4 && dims[1] === 3) ?? outputs[0])[0];
    this.size = record.size;
    this.blob = new Float32Array(3 * this.size * this.size);
    this.face = new Float32Array(3 * this.size * this.size);
  }

  /** Values the source input takes: 512 for an embedding, 3 × side × side for a face. */
  get sourceLength(): number {
    return this.session.inputs.get(this.source)!.reduce((product, size) => product * size, 1);
  }

  /**
   * Swaps the face of a crop; colours 0–255, cut to whole levels when `whole` (the insightface way). The result's memory is used again
   * by the next one.
   */
  async swap(crop: FaceCrop, source: Float32Array, whole: boolean): Promise<NewFace> {
    const { scale, outputScale } = this.record;
    const output = await this.run(toBlob(crop, scale, this.blob), source);
    return fromBlob(output, this.size, outputScale, whole ? 'cut' : undefined, this.face);
  }

  /** The network alone: blobs in and out. The result may be reused by the next run. */
  async run(target: Float32Array, source: Float32Array): Promise<Float32Array> {
    const results = await this.session.run({ [this.target]: target, [this.source]: source });
    return results[this.output];
  }
}
