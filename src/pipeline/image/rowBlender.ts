import type { Affine } from './affine';
import type { FaceRasters } from './faceRasters';
import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import type { Mixing } from './paste';
import type { Span } from './shareRows';
import { placeOnRow, takeSteps, type WarpSteps } from './warpSteps';

/** Planes of a frame that are blended at once, because their pixels lie at the same places of the face. */
export interface BlendedPlanes {
  planes: readonly Uint8Array[];
  /** Pixels in a row. */
  stride: number;
  /** Which of the face's planes belongs to the first of them. */
  first: 0 | 1;
  /** Carries their pixels to the face, counted from the one at (x0, y0). */
  map: Affine;
  x0: number;
  y0: number;
  /** The part of every row that may be blended. */
  left: number;
  width: number;
}

/** Kernels by the number of planes. */
const plain = [undefined, 'blend1', 'blend2', 'blend3'] as const;
/** Those of RGB frames, by whether samples are rounded and whether pixels are mixed with the old ones at the end. */
const rgb = [
  ['blend3', 'mix3'],
  ['blendRounded3', 'mixRounded3'],
] as const;

/** Blends rows of a face into rows of planes, by way of copies in the memory of kernels. */
export class RowBlender {
  private readonly steps: WarpSteps;
  private readonly rowsApart: number;
  private readonly row: number;
  private readonly run: (...values: number[]) => void;
  /** The rows' copies, known once nobody takes more memory, because it moves when it grows. */
  private copies: Uint8Array[] | undefined;

  constructor(
    private readonly memory: PixelMemory,
    private readonly face: FaceRasters,
    private readonly target: BlendedPlanes,
    private readonly mixing: Mixing,
  ) {
    const { planes, map, x0, left, width } = target;
    this.steps = takeSteps(memory, map, left - x0, width);
    this.rowsApart = Math.ceil((width + SPARE) / 16) * 16;
    this.row = memory.take(planes.length * this.rowsApart);
    const name =
      planes.length === 3 ? rgb[Number(mixing.round)][Number(mixing.mix < 1)] : plain[planes.length];
    this.run = memory.run[name!];
  }

  /** Blends the part [from, to) of row `y`, counted from the left end of what may be blended; `shares` is the address of its shares. */
  blend(y: number, { from, to }: Span, shares: number): void {
    const { memory, face, row, rowsApart } = this;
    const { planes, stride, first, x0, y0, left, width } = this.target;
    const { amount, bias, mix } = this.mixing;
    this.copies ??= planes.map((_, c) => memory.bytes.subarray(row + c * rowsApart).subarray(0, width));
    const at = y * stride + left;
    for (let c = 0; c < planes.length; c++) this.copies[c].set(planes[c].subarray(at, at + width));
    const place = placeOnRow(face.rasters[first], this.steps, y - y0, left - x0 + from);
    this.run(row + from, rowsApart, to - from, shares, amount, bias, mix, face.apart, ...place);
    for (let c = 0; c < planes.length; c++) planes[c].set(this.copies[c], at);
  }
}
