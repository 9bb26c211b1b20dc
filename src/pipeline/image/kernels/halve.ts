import { kernel, whileLoop } from './assembler';
import { bytes, f32x4, i16x8, i32, i32x4, pickBytes, v128 } from './instructions';

/**
 * Rounded means of 2 × 2 bytes of rows that lie `apart` from one another, from the address `from` on and before `end`, as floats: rows of
 * `count`, `toApart` bytes apart from `to` on; up to seven more are written behind each.
 */
export const halveRowsKernel = kernel(
  { from: 'i32', end: 'i32', apart: 'i32', to: 'i32', toApart: 'i32', count: 'i32' },
  (p, local) => {
    const [upper, lower, target, stop] = [0, 1, 2, 3].map(() => local('i32'));
    const sums = local('v128');
    const pairs = (address: typeof upper) => bytes.addPairs(v128.load(address));
    return [
      whileLoop(i32.lessThan(p.from, p.end), [
        upper.set(p.from),
        lower.set(i32.add(p.from, p.apart)),
        target.set(p.to),
        stop.set(i32.add(p.to, i32.shl(p.count, i32.const(2)))),
        whileLoop(i32.lessThan(target, stop), [
          sums.set(i16x8.add(i16x8.add(pairs(upper), pairs(lower)), i16x8.all(2))),
          sums.set(i16x8.shr(sums, 2)),
          v128.store(target, f32x4.convert(i32x4.lower(sums))),
          v128.store(target, f32x4.convert(i32x4.upper(sums)), 16),
          ...[upper, lower].map((row) => row.set(i32.add(row, i32.const(16)))),
          target.set(i32.add(target, i32.const(32))),
        ]),
        p.from.set(i32.add(i32.add(p.from, p.apart), p.apart)),
        p.to.set(i32.add(p.to, p.toApart)),
      ]),
    ];
  },
);

/** Every third of the bytes at `from`, `count` of them from `out` on; up to fifteen more are written. */
export const everyThirdKernel = kernel({ from: 'i32', count: 'i32', out: 'i32' }, (p, local) => {
  const [end, most] = [local('i32'), local('v128')];
  const first = [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30];
  const rest = [17, 20, 23, 26, 29];
  return [
    end.set(i32.add(p.out, p.count)),
    whileLoop(i32.lessThan(p.out, end), [
      most.set(pickBytes(v128.load(p.from), v128.load(p.from, 16), [...first, ...rest.map(() => 0)])),
      v128.store(p.out, pickBytes(most, v128.load(p.from, 32), [...first.keys(), ...rest])),
      p.from.set(i32.add(p.from, i32.const(48))),
      p.out.set(i32.add(p.out, i32.const(16))),
    ]),
  ];
});
