import { kernel, when, whileLoop, type Code, type Local } from './assembler';
import { f32x4, f64x2, i32, pick, v128 } from './instructions';

/**
 * Means of 2 r + 1 values down each column of a map of floats, written with rows and columns exchanged, so that the same kernel does
 * rows when it is called again. Beyond the edges counts as 0. Four columns are worked on at a time, with sums in doubles, which
 * come back to 0 where nothing is left in the window. Rows are `stride` and `outStride` bytes long, wholes of 16.
 */
export const blurColumnsKernel = kernel(
  {
    from: 'i32',
    to: 'i32',
    /** Columns, at least; up to three more are read and written. */
    width: 'i32',
    height: 'i32',
    stride: 'i32',
    outStride: 'i32',
    r: 'i32',
    scale: 'f64',
  },
  (p, local) => {
    const [end, enter, leave, out, y] = [0, 1, 2, 3, 4].map(() => local('i32'));
    const [low, high, row, scale] = [0, 1, 2, 3].map(() => local('v128'));
    const four = i32.const(4);
    const change = (address: Local<'i32'>, how: typeof f64x2.add): Code<'none'>[] => [
      row.set(v128.load(address)),
      low.set(how(low, f64x2.promote(row))),
      high.set(how(high, f64x2.promote(pick(row, row, 2, 3, 2, 3)))),
      address.set(i32.add(address, p.stride)),
    ];
    const mean = (sum: Code<'v128'>) => f64x2.demote(f64x2.mul(sum, scale));
    const column = (lane: number) => {
      const address = [1, 2, 3].slice(0, lane).reduce((at: Code<'i32'>) => i32.add(at, p.outStride), out);
      return v128.store32(address, row, lane);
    };
    return [
      scale.set(f64x2.splat(p.scale)),
      end.set(i32.add(p.from, i32.shl(p.width, i32.const(2)))),
      whileLoop(i32.lessThan(p.from, end), [
        low.set(f32x4.all(0)),
        high.set(f32x4.all(0)),
        enter.set(p.from),
        leave.set(p.from),
        out.set(p.to),
        y.set(i32.const(0)),
        // The window of the row above the first.
        whileLoop(i32.and(i32.lessThan(y, p.r), i32.lessThan(y, p.height)), [
          ...change(enter, f64x2.add),
          y.set(i32.add(y, i32.const(1))),
        ]),
        y.set(i32.const(0)),
        whileLoop(i32.lessThan(y, p.height), [
          when(i32.lessThan(i32.add(y, p.r), p.height), change(enter, f64x2.add)),
          row.set(pick(mean(low), mean(high), 0, 1, 4, 5)),
          ...[0, 1, 2, 3].map(column),
          when(i32.lessThan(p.r, i32.add(y, i32.const(1))), change(leave, f64x2.sub)),
          out.set(i32.add(out, four)),
          y.set(i32.add(y, i32.const(1))),
        ]),
        p.from.set(i32.add(p.from, i32.const(16))),
        p.to.set(i32.add(p.to, i32.shl(p.outStride, i32.const(2)))),
      ]),
    ];
  },
);
