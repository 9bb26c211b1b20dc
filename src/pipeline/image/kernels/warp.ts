import { kernel, type Code, type Local } from './assembler';
import { f32x4, i32, i32x4, v128 } from './instructions';
import { neighbours, sampleRow, texels, type Axis, type NewLocal } from './sampling';

/** Where rows of a warp are read: as with `sampleParameters`, but each place is rounded; see `warpSteps.ts`. */
export const warpParameters = {
  raster: 'i32',
  stride: 'i32',
  /** Addresses of the steps across and down, one for each sample, in 1024ths. */
  across: 'i32',
  down: 'i32',
  /** Position of the row and the last ones, in 1024ths. */
  u: 'i32',
  v: 'i32',
  right: 'i32',
  bottom: 'i32',
} as const;

type Place = { readonly [N in keyof typeof warpParameters]: Local<'i32'> };

/** Code that has to run before the first sample, code for the next four samples of each plane, and where these are then. */
export interface Warper {
  before: Code<'none'>[];
  next: Code<'none'>[];
  samples: Local<'v128'>[];
}

/**
 * Reads several rasters at the same places, which are worked out once; the rasters lie `apart` bytes one after the other. A sample is
 * the sum of its four texels times their weights, in OpenCV's order: fractions come out the same to the last bit.
 */
export function warper(p: Place, local: NewLocal, planes: number, apart: Local<'i32'>): Warper {
  const across = alongSteps(p.across, p.u, p.right, local);
  const down = alongSteps(p.down, p.v, p.bottom, local);
  const { before, code, addresses, step } = texels(p, across, down, local);
  const [left, right, spare] = [0, 1, 2].map(() => local('v128'));
  const weights = [0, 1, 2, 3].map(() => local('v128'));
  const samples = Array.from({ length: planes }, () => local('v128'));
  const opposite = (rest: Local<'v128'>) => f32x4.sub(f32x4.all(1), rest);
  const [x, y] = [across.rest, down.rest];
  const product = (i: number) => f32x4.mul([left, right][i & 1], weights[i]);
  const sampled = samples.flatMap((sample, plane) => [
    ...(plane > 0 ? addresses.map((address) => address.set(i32.add(address, apart))) : []),
    ...neighbours(addresses, left, right, spare),
    sample.set(f32x4.add(product(0), product(1))),
    ...neighbours(
      addresses.map((address) => i32.add(address, step)),
      left,
      right,
      spare,
    ),
    sample.set(f32x4.add(f32x4.add(sample, product(2)), product(3))),
  ]);
  return {
    before: [...across.before, ...down.before, ...before],
    next: [
      ...across.next,
      ...down.next,
      ...code,
      weights[0].set(f32x4.mul(opposite(y), opposite(x))),
      weights[1].set(f32x4.mul(opposite(y), x)),
      weights[2].set(f32x4.mul(y, opposite(x))),
      weights[3].set(f32x4.mul(y, x)),
      ...sampled,
    ],
    samples,
  };
}

function alongSteps(steps: Local<'i32'>, start: Local<'i32'>, last: Local<'i32'>, local: NewLocal): Axis {
  const [whole, rest] = [local('v128'), local('v128')];
  const { before, next, place } = roundedPlaces(steps, start, last, local);
  // The last five bits, below a 32nd, do not count.
  const fraction = f32x4.convert(v128.and(place, i32x4.all(31 << 5)));
  return {
    before,
    next: [...next, whole.set(i32x4.shr(place, 10)), rest.set(f32x4.mul(fraction, f32x4.all(1 / 1024)))],
    whole,
    rest,
  };
}

/** Four positions along one axis in 1024ths, moved into the raster with its border. */
export function roundedPlaces(
  steps: Local<'i32'>,
  start: Local<'i32'>,
  last: Local<'i32'>,
  local: NewLocal,
): { before: Code<'none'>[]; next: Code<'none'>[]; place: Local<'v128'> } {
  const [from, end, place] = [0, 1, 2].map(() => local('v128'));
  const next = [
    place.set(i32x4.add(v128.load(steps), from)),
    place.set(i32x4.min(i32x4.max(place, i32x4.all(0)), end)),
    steps.set(i32.add(steps, i32.const(16))),
  ];
  return { before: [from.set(i32x4.splat(start)), end.set(i32x4.splat(last))], next, place };
}

/** `count` samples along a row, as floats from `out` on; up to three more are written. */
export const warpKernel = kernel({ out: 'i32', count: 'i32', ...warpParameters }, (p, local) => {
  const { before, next, samples } = warper(p, local, 1, p.raster);
  return sampleRow(p, { before, next, samples: samples[0] }, local);
});
