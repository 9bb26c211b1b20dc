import { kernel, whileLoop, type Code } from './assembler';
import { f32x4, i32, i32x4, v128 } from './instructions';

/** One pixel in positions. */
export const AREA_POSITION = 1 << 16;

/**
 * Means of `taps` whole pixels around places along a row, as floats from `out` on, `count` of them; up to three more are written. Places
 * are whole numbers of `1 / AREA_POSITION` from the corner of a plane of bytes and are kept between the least and the greatest.
 */
export const areaKernel = (taps: number) =>
  kernel(
    {
      out: 'i32',
      count: 'i32',
      plane: 'i32',
      stride: 'i32',
      /** Address of how many bytes each tap lies behind its place. */
      taps: 'i32',
      u: 'i32',
      v: 'i32',
      du: 'i32',
      dv: 'i32',
      least: 'i32',
      right: 'i32',
      bottom: 'i32',
    },
    (p, local) => {
      const [end, address] = [local('i32'), local('i32')];
      const behind = Array.from({ length: taps }, () => local('i32'));
      const [stride, plane, places, sums, least] = [0, 1, 2, 3, 4].map(() => local('v128'));
      const axes = [
        { start: p.u, step: p.du, last: p.right },
        { start: p.v, step: p.dv, last: p.bottom },
      ].map((axis) => ({ ...axis, at: local('v128'), steps: local('v128'), most: local('v128') }));
      const [across, down] = axes.map(({ at, most }) => i32x4.shr(i32x4.min(i32x4.max(at, least), most), 16));
      const sum = behind
        .map((tap) => i32.load8(i32.add(address, tap)))
        .reduce((all: Code<'i32'>, one) => i32.add(all, one));
      const addLane = (lane: number) => [
        address.set(i32x4.lane(places, lane)),
        sums.set(i32x4.withLane(sums, sum, lane)),
      ];
      return [
        ...behind.map((tap, i) => tap.set(i32.load(p.taps, 4 * i))),
        stride.set(i32x4.splat(p.stride)),
        plane.set(i32x4.splat(p.plane)),
        least.set(i32x4.splat(p.least)),
        ...axes.flatMap(({ start, step, last, at, steps, most }) => [
          steps.set(i32x4.splat(step)),
          at.set(i32x4.add(i32x4.splat(start), i32x4.mul(steps, i32x4.const(0, 1, 2, 3)))),
          steps.set(i32x4.shl(steps, 2)),
          most.set(i32x4.splat(last)),
        ]),
        end.set(i32.add(p.out, i32.shl(p.count, i32.const(2)))),
        whileLoop(i32.lessThan(p.out, end), [
          places.set(i32x4.add(i32x4.add(i32x4.mul(down, stride), across), plane)),
          ...[0, 1, 2, 3].flatMap(addLane),
          v128.store(p.out, f32x4.mul(f32x4.convert(sums), f32x4.all(1 / taps))),
          ...axes.map(({ at, steps }) => at.set(i32x4.add(at, steps))),
          p.out.set(i32.add(p.out, i32.const(16))),
        ]),
      ];
    },
  );
