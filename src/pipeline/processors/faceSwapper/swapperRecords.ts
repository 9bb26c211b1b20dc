import type { ColourScale } from '../../image/blob';
import type { AlignmentName } from '../../image/templates';
import type { Projection } from './latent';

/** What a swapper is told about the source person; the words are those of the model catalogue. */
export type SwapSource =
  /** The embedding through the map in the model's own file. */
  | { kind: 'embedding'; form: 'mapped'; projection: Projection }
  /** The embedding of unit length or as it comes; `converter` names a network that it goes through first. */
  | { kind: 'embedding'; form: 'unit' | 'raw'; converter?: string }
  /** A picture of the face, RGB 0–1. */
  | { kind: 'image'; size: number; template: AlignmentName };

/** Everything about a swapper that its file does not tell. */
export interface SwapperRecord {
  /** Side of the network's pictures. */
  size: number;
  template: AlignmentName;
  /** How the target face goes in, and how the result comes out. */
  scale: ColourScale;
  outputScale: ColourScale;
  source: SwapSource;
}
