import { kernel, whileLoop, type Code, type Local } from './assembler';
import { bytes, f32x4, i32, i32x4, v128 } from './instructions';
import type { NewLocal } from './sampling';
import { roundedPlaces, warpParameters } from './warp';

/**
 * Rows of a warp of bytes, as floats: `count` samples of each of several planes at the same places, which are worked out once. Up to three
 * more are written. Rasters are bytes with a border, as those of floats have it. Weights are whole 32nds, so that all sums are
 * whole numbers and exact.
 */
export const warpBytesKernel = (planes: 1 | 2 | 3) =>
  kernel(
    {
      out: 'i32',
      /** Bytes from a plane's row to the next plane's. */
      rowsApart: 'i32',
      count: 'i32',
      /** Bytes from a plane's raster to the next plane's. */
      apart: 'i32',
      ...warpParameters,
    },
    (p, local) => {
      const [end, at] = [local('i32'), local('i32')];
      const across = axis(p.across, p.u, p.right, local);
      const down = axis(p.down, p.v, p.bottom, local);
      const addresses = [0, 1, 2, 3].map(() => local('i32'));
      const [stride, raster, upper, lower] = [0, 1, 2, 3].map(() => local('v128'));
      /** Neighbours of the four places, mixed by their distance: in 32nds. */
      const mixRow = (address: (lane: number) => Code<'i32'>, out: Local<'v128'>) => [
        out.set(v128.load32Zero(address(0))),
        ...[1, 2, 3].map((lane) => out.set(v128.load16Lane(address(lane), out, lane))),
        out.set(i32x4.dot(bytes.lower(out), across.weights)),
      ];
      return [
        ...across.before,
        ...down.before,
        stride.set(i32x4.splat(p.stride)),
        raster.set(i32x4.splat(p.raster)),
        end.set(i32.add(p.out, i32.shl(p.count, i32.const(2)))),
        whileLoop(i32.lessThan(p.out, end), [
          ...across.next,
          ...down.next,
          upper.set(i32x4.add(i32x4.add(i32x4.mul(down.whole, stride), across.whole), raster)),
          ...addresses.map((address, lane) => address.set(i32x4.lane(upper, lane))),
          at.set(p.out),
          ...Array.from({ length: planes }, (_, plane) => [
            ...mixRow((lane) => addresses[lane], upper),
            ...mixRow((lane) => i32.add(addresses[lane], p.stride), lower),
            upper.set(i32x4.dot(v128.or(upper, i32x4.shl(lower, 16)), down.weights)),
            v128.store(at, f32x4.mul(f32x4.convert(upper), f32x4.all(1 / 1024))),
            ...(plane + 1 < planes ? addresses.map((a) => a.set(i32.add(a, p.apart))) : []),
            at.set(i32.add(at, p.rowsApart)),
          ]).flat(),
          p.out.set(i32.add(p.out, i32.const(16))),
        ]),
      ];
    },
  );

/** Texels along one axis, and the weights of each and its neighbour in 32nds, side by side. */
function axis(steps: Local<'i32'>, start: Local<'i32'>, last: Local<'i32'>, local: NewLocal) {
  const [whole, weights] = [local('v128'), local('v128')];
  const { before, next, place } = roundedPlaces(steps, start, last, local);
  const rest = v128.and(i32x4.shr(place, 5), i32x4.all(31));
  return {
    before,
    next: [
      ...next,
      whole.set(i32x4.shr(place, 10)),
      weights.set(rest),
      // rest × 2^16 + (32 − rest)
      weights.set(i32x4.add(i32x4.sub(i32x4.shl(weights, 16), weights), i32x4.all(32))),
    ],
    whole,
    weights,
  };
}
