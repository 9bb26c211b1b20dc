import { kernel, whileLoop, type Local } from './assembler';
import { f32x4, i32, v128 } from './instructions';

/**
 * One row of a symmetric blur down the columns of floats: the row at `middle` and `reach` rows above and below it, `stride` bytes apart.
 * `weights` holds those of the middle and of the rows from there on. What comes out as `ones`, because it is the blur of ones
 * alone, is written as `whole`. Up to seven more than `count` are written.
 */
export const blurRowsKernel = kernel(
  {
    middle: 'i32',
    stride: 'i32',
    reach: 'i32',
    weights: 'i32',
    out: 'i32',
    count: 'i32',
    ones: 'f64',
    whole: 'f64',
  },
  (p, local) => {
    const [end, last, above, below, weight] = [0, 1, 2, 3, 4].map(() => local('i32'));
    const [ones, whole, factor] = [0, 1, 2].map(() => local('v128'));
    const sums = [0, 16].map((offset) => ({ offset, sum: local('v128') }));
    const add = (address: Local<'i32'>, value: number) => address.set(i32.add(address, i32.const(value)));
    return [
      ones.set(f32x4.splat(p.ones)),
      whole.set(f32x4.splat(p.whole)),
      end.set(i32.add(p.out, i32.shl(p.count, i32.const(2)))),
      last.set(i32.add(p.weights, i32.shl(p.reach, i32.const(2)))),
      whileLoop(i32.lessThan(p.out, end), [
        weight.set(p.weights),
        above.set(p.middle),
        below.set(p.middle),
        factor.set(v128.load32Splat(weight)),
        ...sums.map(({ offset, sum }) => sum.set(f32x4.mul(v128.load(p.middle, offset), factor))),
        whileLoop(i32.lessThan(weight, last), [
          add(weight, 4),
          above.set(i32.sub(above, p.stride)),
          below.set(i32.add(below, p.stride)),
          factor.set(v128.load32Splat(weight)),
          ...sums.map(({ offset, sum }) => {
            const pair = f32x4.add(v128.load(above, offset), v128.load(below, offset));
            return sum.set(f32x4.add(sum, f32x4.mul(pair, factor)));
          }),
        ]),
        ...sums.map(({ offset, sum }) =>
          v128.store(p.out, v128.select(whole, sum, f32x4.equal(sum, ones)), offset),
        ),
        add(p.out, 32),
        add(p.middle, 32),
      ]),
    ];
  },
);
