import { kernel, whileLoop, type Code, type Local, type NumberKind } from './assembler';
import { f32x4, i32, i32x4, pick, v128 } from './instructions';

/**
 * Where rows of bilinear samples are read: a raster of floats with a border on all sides that stands for everything beyond,
 * one texel to the left and above, two to the right and below. Positions count from the corner of the border, in whole
 * numbers of `1 / POSITION`, which over a row of a thousand samples errs by less than a thousandth of a texel.
 */
export const sampleParameters = {
  /** Address of the corner, and texels from row to row. */
  raster: 'i32',
  stride: 'i32',
  /** Position of the first sample, and from one to the next. */
  u: 'i32',
  v: 'i32',
  du: 'i32',
  dv: 'i32',
  /** The last position across and down; what lies farther, or before 0, is moved to the border. */
  right: 'i32',
  bottom: 'i32',
} as const;

const fraction = 20;

/** One texel in positions; a raster may be 2047 wide. */
export const POSITION = 1 << fraction;

type Place = { readonly [N in keyof typeof sampleParameters]: Local<(typeof sampleParameters)[N]> };
export type NewLocal = <K extends NumberKind>(kind: K) => Local<K>;

/** Code that has to run before the first sample, code for the next four samples along the row, and where these are then. */
export interface Sampler {
  before: Code<'none'>[];
  next: Code<'none'>[];
  samples: Local<'v128'>;
}

export function sampler(p: Place, local: NewLocal): Sampler {
  const across = alongAxis(p.u, p.du, p.right, local);
  const down = alongAxis(p.v, p.dv, p.bottom, local);
  const { before, code, samples } = bilinear(p, across, down, local);
  return {
    before: [...across.before, ...down.before, ...before],
    next: [...across.next, ...down.next, ...code],
    samples,
  };
}

/** Four places along one axis: texels as whole numbers, and how far beyond them they lie, 0–1. */
interface AxisPlaces {
  whole: Local<'v128'>;
  rest: Local<'v128'>;
}

/** Code that has to run before the first four places along an axis, and code for the next four. */
export interface Axis extends AxisPlaces {
  before: Code<'none'>[];
  next: Code<'none'>[];
}

/** Where four places have their upper left texels, and how far below the next row lies. `before` has to run once. */
export interface Texels {
  before: Code<'none'>[];
  code: Code<'none'>[];
  addresses: readonly Local<'i32'>[];
  step: Local<'i32'>;
}

export function texels(
  p: Pick<Place, 'raster' | 'stride'>,
  across: Pick<AxisPlaces, 'whole'>,
  down: Pick<AxisPlaces, 'whole'>,
  local: NewLocal,
): Texels {
  const [stride, raster, places] = [0, 1, 2].map(() => local('v128'));
  const [addresses, step] = [[0, 1, 2, 3].map(() => local('i32')), local('i32')];
  const before = [
    stride.set(i32x4.splat(p.stride)),
    raster.set(i32x4.splat(p.raster)),
    step.set(i32.shl(p.stride, i32.const(2))),
  ];
  const code = [
    places.set(i32x4.add(i32x4.mul(down.whole, stride), across.whole)),
    places.set(i32x4.add(i32x4.shl(places, 2), raster)),
    ...addresses.map((address, lane) => address.set(i32x4.lane(places, lane))),
  ];
  return { before, code, addresses, step };
}

/** Loads the texels of four addresses and their neighbours to the right; `spare` is written over. */
export function neighbours(
  addresses: readonly Code<'i32'>[],
  left: Local<'v128'>,
  right: Local<'v128'>,
  spare: Local<'v128'>,
): Code<'none'>[] {
  const [first, second, third, fourth] = addresses;
  return [
    right.set(v128.load64High(second, v128.load64Zero(first))),
    spare.set(v128.load64High(fourth, v128.load64Zero(third))),
    left.set(pick(right, spare, 0, 2, 4, 6)),
    right.set(pick(right, spare, 1, 3, 5, 7)),
  ];
}

/** Four samples at any four places that lie in a raster. `before` has to run once. */
export function bilinear(
  p: Pick<Place, 'raster' | 'stride'>,
  across: AxisPlaces,
  down: AxisPlaces,
  local: NewLocal,
): { before: Code<'none'>[]; code: Code<'none'>[]; samples: Local<'v128'> } {
  const { before, code, addresses, step } = texels(p, across, down, local);
  const [right, spare, upper, samples] = [0, 1, 2, 3].map(() => local('v128'));
  const mix = (from: Local<'v128'>, to: Local<'v128'>, share: Local<'v128'>) =>
    f32x4.add(from, f32x4.mul(f32x4.sub(to, from), share));
  const mixed = [
    ...neighbours(addresses, upper, right, spare),
    upper.set(mix(upper, right, across.rest)),
    ...neighbours(
      addresses.map((address) => i32.add(address, step)),
      samples,
      right,
      spare,
    ),
    samples.set(mix(samples, right, across.rest)),
    samples.set(mix(upper, samples, down.rest)),
  ];
  return { before, code: [...code, ...mixed], samples };
}

/** Whole part and rest of four positions along one axis, moved into the raster with its border. */
function alongAxis(start: Local<'i32'>, step: Local<'i32'>, last: Local<'i32'>, local: NewLocal): Axis {
  const [place, steps, end] = [0, 1, 2].map(() => local('v128'));
  const [inside, whole, rest] = [0, 1, 2].map(() => local('v128'));
  const before = [
    steps.set(i32x4.splat(step)),
    place.set(i32x4.add(i32x4.splat(start), i32x4.mul(steps, i32x4.const(0, 1, 2, 3)))),
    steps.set(i32x4.shl(steps, 2)),
    end.set(i32x4.splat(last)),
  ];
  const next = [
    inside.set(i32x4.min(i32x4.max(place, i32x4.const(0, 0, 0, 0)), end)),
    whole.set(i32x4.shr(inside, fraction)),
    rest.set(f32x4.mul(f32x4.convert(v128.and(inside, i32x4.all(POSITION - 1))), f32x4.all(1 / POSITION))),
    place.set(i32x4.add(place, steps)),
  ];
  return { before, next, whole, rest };
}

/** `count` samples along a row, as floats from `out` on; up to three more are written. */
export const sampleKernel = kernel({ out: 'i32', count: 'i32', ...sampleParameters }, (p, local) =>
  sampleRow(p, sampler(p, local), local),
);

/** Writes `count` samples to `out`. */
export function sampleRow(
  p: { out: Local<'i32'>; count: Local<'i32'> },
  { before, next, samples }: Sampler,
  local: NewLocal,
): Code<'none'>[] {
  const end = local('i32');
  return [
    ...before,
    end.set(i32.add(p.out, i32.shl(p.count, i32.const(2)))),
    whileLoop(i32.lessThan(p.out, end), [
      ...next,
      v128.store(p.out, samples),
      p.out.set(i32.add(p.out, i32.const(16))),
    ]),
  ];
}
