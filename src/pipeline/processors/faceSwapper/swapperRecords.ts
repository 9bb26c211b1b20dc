import { signedScale, unitScale, type ColourScale } from '../../image/blob';
import type { AlignmentName } from '../../image/templates';

/** What a swapper is told about the source person. */
export type SwapSource =
  /** The embedding through the map in the model's own file. */
  | { kind: 'mapped' }
  /** The embedding itself, unit length or raw; `converter` names a network that must translate it before. */
  | { kind: 'embedding'; unit: boolean; converter?: string }
  /** A picture of the face, RGB 0–1. */
  | { kind: 'face'; template: AlignmentName; size: number };

/** Everything about a family of swappers that its file does not tell. */
export interface SwapperRecord {
  family: string;
  size: number;
  template: AlignmentName;
  /** How the target face goes in, and how the result comes out. */
  scale: ColourScale;
  outputScale: ColourScale;
  source: SwapSource;
}

const imagenet: ColourScale = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/**
 * The families by the beginning of their usual file names. Sizes, templates and scales are those that facefusion
 * records for these models; inswapper's and reswapper's are also insightface's.
 */
const families: readonly [pattern: RegExp, record: Omit<SwapperRecord, 'size'>][] = [
  [
    /^(inswapper|reswapper)/i,
    {
      family: 'inswapper',
      template: 'arcface_128',
      scale: unitScale,
      outputScale: unitScale,
      source: { kind: 'mapped' },
    },
  ],
  [
    /^hyperswap/i,
    {
      family: 'hyperswap',
      template: 'arcface_128',
      scale: signedScale,
      outputScale: signedScale,
      source: { kind: 'embedding', unit: true },
    },
  ],
  [
    /^ghost/i,
    {
      family: 'ghost',
      template: 'arcface_112_v1',
      scale: signedScale,
      outputScale: signedScale,
      source: { kind: 'embedding', unit: false, converter: 'crossface_ghost' },
    },
  ],
  [
    /^hififace/i,
    {
      family: 'hififace',
      template: 'mtcnn_512',
      scale: signedScale,
      outputScale: signedScale,
      source: { kind: 'embedding', unit: true, converter: 'crossface_hififace' },
    },
  ],
  [
    /^simswap_unofficial/i,
    {
      family: 'simswap',
      template: 'arcface_112_v1',
      scale: unitScale,
      outputScale: unitScale,
      source: { kind: 'embedding', unit: true, converter: 'crossface_simswap' },
    },
  ],
  [
    /^simswap/i,
    {
      family: 'simswap',
      template: 'arcface_112_v1',
      scale: imagenet,
      outputScale: unitScale,
      source: { kind: 'embedding', unit: true, converter: 'crossface_simswap' },
    },
  ],
  [
    /^blendswap/i,
    {
      family: 'blendswap',
      template: 'ffhq_512',
      scale: unitScale,
      outputScale: unitScale,
      source: { kind: 'face', template: 'arcface_112_v2', size: 112 },
    },
  ],
  [
    /^uniface/i,
    {
      family: 'uniface',
      template: 'ffhq_512',
      scale: signedScale,
      outputScale: signedScale,
      source: { kind: 'face', template: 'ffhq_512', size: 256 },
    },
  ],
];

/** The shapes of a model's inputs by name. */
type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * The record of a model by its id or file name, completed by its inputs. A name that says nothing is judged by its
 * inputs: an embedding beside 128 pixels is of inswapper's kind, beside more of hyperswap's; two pictures are of
 * blendswap's or uniface's kind, told apart by the source's size.
 */
export function swapperRecord(name: string, inputs: Shapes): SwapperRecord {
  const shapes = [...inputs];
  const isPicture = (shape: readonly number[]) => shape.length === 4;
  const target =
    (inputs.get('target') ?? shapes.find(([, shape]) => isPicture(shape))?.[1] ?? []).at(-1) ?? 1;
  const source = inputs.get('source') ?? shapes.find(([, shape]) => !isPicture(shape))?.[1] ?? [];
  // Open dimensions count as 1: then the family's usual size holds.
  const size = target > 1 ? target : Number(/_(128|256|512)/.exec(name)?.[1] ?? 128);
  const guess = isPicture(source)
    ? source.at(-1) === 112
      ? 'blendswap'
      : 'uniface'
    : size === 128
      ? 'inswapper'
      : 'hyperswap';
  const known = families.find(([pattern]) => pattern.test(name)) ?? families.find(([p]) => p.test(guess))!;
  return { ...known[1], size };
}
