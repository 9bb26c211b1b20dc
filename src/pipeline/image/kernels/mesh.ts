import { kernel, whileLoop } from './assembler';
import { f64, i32, i32x4, v128 } from './instructions';
import { sampler, sampleParameters } from './sampling';
import { ROW_BYTES } from './scan';

/**
 * Draws rows of pixels one after the other from a raster to the floats at `out`, and no pixel more. Each row has six doubles at `rows`: index
 * of the first pixel, how many, its position u, v and the steps du, dv to the next.
 */
export const drawRowsKernel = kernel(
  {
    out: 'i32',
    rows: 'i32',
    end: 'i32',
    raster: sampleParameters.raster,
    stride: sampleParameters.stride,
    right: sampleParameters.right,
    bottom: sampleParameters.bottom,
  },
  (p, local) => {
    const [at, left, u, v, du, dv] = [0, 1, 2, 3, 4, 5].map(() => local('i32'));
    const inside = local('v128');
    const { before, next, samples } = sampler({ ...p, u, v, du, dv }, local);
    const number = (i: number) => i32.truncate(f64.load(p.rows, 8 * i));
    return [
      whileLoop(i32.lessThan(p.rows, p.end), [
        at.set(i32.add(p.out, i32.shl(number(0), i32.const(2)))),
        ...[left, u, v, du, dv].map((value, i) => value.set(number(i + 1))),
        ...before,
        whileLoop(i32.lessThan(i32.const(0), left), [
          ...next,
          inside.set(i32x4.greater(i32x4.splat(left), i32x4.const(0, 1, 2, 3))),
          v128.store(at, v128.select(samples, v128.load(at), inside)),
          at.set(i32.add(at, i32.const(16))),
          left.set(i32.add(left, i32.const(-4))),
        ]),
        p.rows.set(i32.add(p.rows, i32.const(ROW_BYTES))),
      ]),
    ];
  },
);
