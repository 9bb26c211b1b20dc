import { composeAffine, invertAffine, type Affine } from './affine';
import { lumaToChroma } from './faceCrop';
import { chromaShift, chromaSize, type FrameFormat } from './frame';
import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import type { RegionMask } from './regionMask';
import type { BlendedPlanes } from './rowBlender';
import type { Span } from './shareRows';

/** Shares of a frame's chroma samples: the means of those of their pixels. */
export class ChromaRows {
  private readonly shift: { x: 0 | 1; y: 0 | 1 };
  /** Chroma samples that the mask touches. */
  private readonly left: number;
  private readonly width: number;
  /** 1 when the mask begins amid a sample. */
  private readonly lead: number;
  private readonly means: number;

  constructor(
    private readonly memory: PixelMemory,
    private readonly mask: RegionMask,
    private readonly format: FrameFormat,
  ) {
    this.shift = chromaShift(format.sampling);
    this.left = mask.x >> this.shift.x;
    this.width = ((mask.x + mask.width - 1) >> this.shift.x) + 1 - this.left;
    this.lead = mask.x & this.shift.x;
    this.means = memory.take((this.width + SPARE) * 4);
  }

  /** What is blended in the frame's chroma planes with a face that lies where `toCrop` carries pixels. */
  target(planes: readonly Uint8Array[], toCrop: Affine): BlendedPlanes {
    const { left, width } = this;
    const map = composeAffine(toCrop, invertAffine(lumaToChroma(this.shift)));
    return { planes, stride: chromaSize(this.format).width, first: 1, map, x0: 0, y0: 0, left, width };
  }

  /**
   * The samples that a span of pixels touches, counted from the first that the mask does, and the address of their shares. Rows are
   * addresses of pixels' shares at the mask's left edge, with zeros beside the span.
   */
  mean(upper: number, lower: number, { from, to }: Span): [Span, number] {
    const { shift, lead, mask, format, memory } = this;
    if (shift.x === 0) return [{ from, to }, upper + 4 * from];
    // The frame's last column may stand alone for its sample.
    if (mask.x + to === format.width && (to + lead) & 1) {
      for (const row of [upper, lower]) memory.floats[row / 4 + to] = memory.floats[row / 4 + to - 1];
    }
    const span = { from: (from + lead) >> 1, to: (to + lead + 1) >> 1 };
    const offset = 4 * (2 * span.from - lead);
    memory.run.means(upper + offset, lower + offset, this.means, span.to - span.from);
    return [span, this.means];
  }
}
