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
    samples: samples[0],
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

/**
 * Four samples at any four places that lie in a raster, or in each of several rasters that lie `apart` bytes one after the other. `before`
 * has to run once.
 */
export function bilinear(
  p: Pick<Place, 'raster' | 'stride'>,
  across: AxisPlaces,
  down: AxisPlaces,
  local: NewLocal,
  planes = 1,
  apart?: Local<'i32'>,
): { before: Code<'none'>[]; code: Code<'none'>[]; samples: Local<'v128'>[] } {
  const [stride, raster] = [local('v128'), local('v128')];
  const places = local('v128');
  const [addresses, step] = [[0, 1, 2, 3].map(() => local('i32')), local('i32')];
  const [first, second, upper] = [0, 1, 2].map(() => local('v128'));
  const samples = Array.from({ length: planes }, () => local('v128'));
  /** Neighbours of the four places, mixed by their distance. */
  const mixRow = (address: (lane: number) => Code<'i32'>, out: Local<'v128'>) => [
    first.set(v128.load64High(address(1), v128.load64Zero(address(0)))),
    second.set(v128.load64High(address(3), v128.load64Zero(address(2)))),
    out.set(pick(first, second, 0, 2, 4, 6)),
    first.set(pick(first, second, 1, 3, 5, 7)),
    out.set(f32x4.add(out, f32x4.mul(f32x4.sub(first, out), across.rest))),
  ];
  const before = [
    stride.set(i32x4.splat(p.stride)),
    raster.set(i32x4.splat(p.raster)),
    step.set(i32.shl(p.stride, i32.const(2))),
  ];
  const code = [
    places.set(i32x4.add(i32x4.mul(down.whole, stride), across.whole)),
    places.set(i32x4.add(i32x4.shl(places, 2), raster)),
    ...addresses.map((address, lane) => address.set(i32x4.lane(places, lane))),
    ...samples.flatMap((sample, plane) => [
      ...(apart && plane > 0 ? addresses.map((address) => address.set(i32.add(address, apart))) : []),
      ...mixRow((lane) => addresses[lane], upper),
      ...mixRow((lane) => i32.add(addresses[lane], step), sample),
      sample.set(f32x4.add(upper, f32x4.mul(f32x4.sub(sample, upper), down.rest))),
    ]),
  ];
  return { before, code, samples };
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
