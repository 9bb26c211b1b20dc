import { kernel, whileLoop, type Code } from './assembler';
import { f32x4, f64x2, i32, pick, v128 } from './instructions';

type V128 = Code<'v128'>;

/** The upper two of four floats as doubles. */
const upper = (vector: V128) => f64x2.promote(pick(vector, vector, 2, 3, 2, 3));

/**
 * Means of runs of the floats at `sums`, which are whole numbers: for every two numbers at `runs`, where a run begins and ends in bytes, its
 * sum divided by its length times `rows`, one float after the other from `out` on.
 */
export const runMeansKernel = kernel(
  { sums: 'i32', runs: 'i32', end: 'i32', out: 'i32', rows: 'f64' },
  (p, local) => {
    const [at, stop, sum, rows, count] = [
      ...[local('i32'), local('i32')],
      ...[local('v128'), local('v128'), local('v128')],
    ] as const;
    return [
      rows.set(f32x4.splat(p.rows)),
      whileLoop(i32.lessThan(p.runs, p.end), [
        at.set(i32.add(p.sums, i32.load(p.runs))),
        stop.set(i32.add(p.sums, i32.load(p.runs, 4))),
        sum.set(f32x4.all(0)),
        count.set(f32x4.all(0)),
        whileLoop(i32.lessThan(at, stop), [
          sum.set(f32x4.add(sum, v128.load32Splat(at))),
          count.set(f32x4.add(count, rows)),
          at.set(i32.add(at, i32.const(4))),
        ]),
        v128.store32(p.out, f32x4.div(sum, count)),
        p.runs.set(i32.add(p.runs, i32.const(8))),
        p.out.set(i32.add(p.out, i32.const(4))),
      ]),
    ];
  },
);

/** Products of the floats at `a` and `b`, `count` of them, to `out`; up to three more are written. */
export const productKernel = kernel({ a: 'i32', b: 'i32', count: 'i32', out: 'i32' }, (p, local) => {
  const end = local('i32');
  return [
    end.set(i32.add(p.out, i32.shl(p.count, i32.const(2)))),
    whileLoop(i32.lessThan(p.out, end), [
      v128.store(p.out, f32x4.mul(v128.load(p.a), v128.load(p.b))),
      ...[p.a, p.b, p.out].map((address) => address.set(i32.add(address, i32.const(16)))),
    ]),
  ];
});

/** What the floats at `a` plus `above` are by those at `b` plus `below`, in doubles, in place of `a`; up to three more are written. */
export const quotientKernel = kernel(
  { a: 'i32', b: 'i32', count: 'i32', above: 'f64', below: 'f64' },
  (p, local) => {
    const [end, above, below, a, b] = [
      local('i32'),
      ...[local('v128'), local('v128'), local('v128'), local('v128')],
    ] as const;
    const quotient = (of: (vector: V128) => V128) =>
      f64x2.demote(f64x2.div(f64x2.add(of(a), above), f64x2.add(of(b), below)));
    return [
      above.set(f64x2.splat(p.above)),
      below.set(f64x2.splat(p.below)),
      end.set(i32.add(p.a, i32.shl(p.count, i32.const(2)))),
      whileLoop(i32.lessThan(p.a, end), [
        a.set(v128.load(p.a)),
        b.set(v128.load(p.b)),
        v128.store(p.a, pick(quotient(f64x2.promote), quotient(upper), 0, 1, 4, 5)),
        ...[p.a, p.b].map((address) => address.set(i32.add(address, i32.const(16)))),
      ]),
    ];
  },
);

/** The floats at `at`, `count` of them, times a factor plus a number, in doubles and in place; up to three more are written. */
export const linearKernel = kernel({ at: 'i32', count: 'i32', factor: 'f64', plus: 'f64' }, (p, local) => {
  const [end, factor, plus, values] = [
    local('i32'),
    ...[local('v128'), local('v128'), local('v128')],
  ] as const;
  const linear = (two: V128) => f64x2.demote(f64x2.add(f64x2.mul(two, factor), plus));
  return [
    factor.set(f64x2.splat(p.factor)),
    plus.set(f64x2.splat(p.plus)),
    end.set(i32.add(p.at, i32.shl(p.count, i32.const(2)))),
    whileLoop(i32.lessThan(p.at, end), [
      values.set(v128.load(p.at)),
      v128.store(p.at, pick(linear(f64x2.promote(values)), linear(upper(values)), 0, 1, 4, 5)),
      p.at.set(i32.add(p.at, i32.const(16))),
    ]),
  ];
});
