import { composeAffine, type Affine } from './affine';
import { ChromaRows } from './chromaRows';
import { plainBytes, type Border } from './faceCrop';
import { takeFace, toStored } from './faceRasters';
import { chromaShift, type Frame } from './frame';
import { pixelMemory } from './kernels/pixelMemory';
import { rowsOf, type RegionMask } from './regionMask';
import { RowBlender } from './rowBlender';

/** A finished face in crop space: planes R, G, B one after the other, 0–255, `size` × `size` each. */
export interface NewFace {
  size: number;
  data: Float32Array;
}

/** How the two originals differ in the last steps. */
export interface PasteStyle {
  /** What the crop is continued with beyond its own border. */
  border: Border;
  /** The warped crop is rounded to 8 bits before it is blended (insightface), or stays as it is (facefusion). */
  roundFace: boolean;
  /** Places are counted from the frame's corner or that of the mask: rounded, they are not the same. */
  from: 'frame' | 'mask';
  /** Share of the pasted pixels in the end; the rest stays the frame's (facefusion's enhancer), 0–1. */
  blend: number;
}

export const insightfacePaste: PasteStyle = { border: 'black', roundFace: true, from: 'frame', blend: 1 };
export const facefusionPaste: PasteStyle = { border: 'replicate', roundFace: false, from: 'mask', blend: 1 };

/**
 * Blends a face over the frame where the mask is above 0; every other byte stays as it is. `toCrop` maps frame to
 * crop. RGB frames get the originals' pixels: fractions are cut off after blending, and with `blend` below 1 the mix
 * with the old frame is rounded. YUV frames are blended in their own planes, which is the same sum without a detour
 * through RGB; a chroma sample takes the mean share of its pixels.
 */
export function pasteFace(
  frame: Frame,
  face: NewFace,
  toCrop: Affine,
  mask: RegionMask,
  style: PasteStyle,
): void {
  const { format } = frame;
  const memory = pixelMemory();
  const rasters = takeFace(memory, face, style.border);
  const shares = rowsOf(memory, mask);
  const planes = frame.planes.map(plainBytes);
  const { x: left, y: top, width, height } = mask;
  const [x0, y0] = style.from === 'mask' ? [left, top] : [0, 0];
  const map = composeAffine(toCrop, [1, 0, x0, 0, 1, y0]);
  const full = { stride: format.width, first: 0, map, x0, y0, left, width } as const;
  if (format.sampling === 'rgb') {
    const mixing = { round: style.roundFace, amount: 1, bias: 0, mix: style.blend };
    const blender = new RowBlender(memory, rasters, { ...full, planes }, mixing);
    for (let y = 0; y < height; y++) {
      const span = shares.span(y, y);
      if (span) blender.blend(top + y, span, shares.write(0, y, span) + 4 * span.from);
    }
    return;
  }
  toStored(memory, rasters, format);
  const mixing = { round: false, amount: style.blend, bias: 0.5, mix: 1 };
  const luma = new RowBlender(memory, rasters, { ...full, planes: planes.slice(0, 1) }, mixing);
  const chroma = new ChromaRows(memory, mask, format);
  const colours = new RowBlender(memory, rasters, chroma.target(planes.slice(1), toCrop), mixing);
  const lineNumbers = chromaShift(format.sampling).y === 1 ? ([0, 1] as const) : ([0] as const);
  const lines = lineNumbers.length;
  for (let y = -(top & (lines - 1)); y < height; y += lines) {
    const span = shares.span(y, y + lines - 1);
    if (!span) continue;
    const rows = lineNumbers.map((k) => shares.write(k, y + k, span));
    rows.forEach((row, k) => {
      if (y + k >= 0 && y + k < height) luma.blend(top + y + k, span, row + 4 * span.from);
    });
    // A last odd row of the frame has its samples to itself.
    const lower = top + y + lines > format.height ? rows[0] : rows[lines - 1];
    const [part, means] = chroma.mean(rows[0], lower, span);
    colours.blend((top + y) / lines, part, means);
  }
}

/** How samples become pixels: whole(old + mix × (new − old) + ½), where new = whole(s × sample + (1 − s) × old + bias), s = share × amount. */
export interface Mixing {
  /** Samples are rounded to whole levels first. */
  round: boolean;
  amount: number;
  bias: number;
  mix: number;
}
