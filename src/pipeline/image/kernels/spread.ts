import { kernel, whileLoop } from './assembler';
import { f32x4, i32, v128 } from './instructions';

/**
 * A row of floats between two rows of coarse values, of the lower of which it takes `share`: every coarse value stands at every
 * `step`-th pixel, less `beyond`, between them lie straight lines. Written from `out` to `end` and up to `step` + 3 floats farther. One coarse value more
 * than needed is read and does not count.
 */
export const spreadKernel = kernel(
  {
    upper: 'i32',
    lower: 'i32',
    share: 'f64',
    out: 'i32',
    end: 'i32',
    step: 'i32',
    perStep: 'f64',
    beyond: 'f64',
  },
  (p, local) => {
    const [share, perStep, value, rise, line, places] = [0, 1, 2, 3, 4, 5].map(() => local('v128'));
    const stop = local('i32');
    const { add, sub, mul } = f32x4;
    const [above, below] = [v128.load32Splat(p.upper), v128.load32Splat(p.lower)];
    const mixed = add(above, mul(sub(below, above), share));
    const next = [p.upper, p.lower].map((address) => address.set(i32.add(address, i32.const(4))));
    return [
      share.set(f32x4.splat(p.share)),
      perStep.set(f32x4.splat(p.perStep)),
      places.set(f32x4.add(f32x4.splat(p.beyond), f32x4.const(0, 1, 2, 3))),
      value.set(mixed),
      whileLoop(i32.lessThan(p.out, p.end), [
        ...next,
        rise.set(mul(sub(mixed, value), perStep)),
        line.set(add(value, mul(rise, places))),
        value.set(mixed),
        rise.set(mul(rise, f32x4.all(4))),
        stop.set(i32.add(p.out, i32.shl(p.step, i32.const(2)))),
        whileLoop(i32.lessThan(p.out, stop), [
          v128.store(p.out, line),
          line.set(add(line, rise)),
          p.out.set(i32.add(p.out, i32.const(16))),
        ]),
        p.out.set(stop),
      ]),
    ];
  },
);
