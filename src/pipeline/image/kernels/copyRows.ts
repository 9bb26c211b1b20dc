import { kernel, when, whileLoop } from './assembler';
import { bytes, copyMemory, f32x4, i32, i32x4, v128 } from './instructions';

/** Rows that lie `apart` bytes from one another, from the address `from` on and before `end`, and where they are written to. */
const rowParameters = { from: 'i32', end: 'i32', apart: 'i32', to: 'i32', toApart: 'i32' } as const;

/** Copies rows of `width` bytes. */
export const copyRowsKernel = kernel({ ...rowParameters, width: 'i32' }, (p) => [
  whileLoop(i32.lessThan(p.from, p.end), [
    copyMemory(p.to, p.from, p.width),
    p.from.set(i32.add(p.from, p.apart)),
    p.to.set(i32.add(p.to, p.toApart)),
  ]),
]);

/** Turns rows of `count` bytes into floats; up to seven more are written behind each. */
export const widenRowsKernel = kernel({ ...rowParameters, count: 'i32' }, (p, local) => {
  const [source, target, stop, eight] = [local('i32'), local('i32'), local('i32'), local('v128')];
  return [
    whileLoop(i32.lessThan(p.from, p.end), [
      source.set(p.from),
      target.set(p.to),
      stop.set(i32.add(p.from, p.count)),
      whileLoop(i32.lessThan(source, stop), [
        eight.set(bytes.lower(v128.load64Zero(source))),
        v128.store(target, f32x4.convert(i32x4.lower(eight))),
        v128.store(target, f32x4.convert(i32x4.upper(eight)), 16),
        source.set(i32.add(source, i32.const(8))),
        target.set(i32.add(target, i32.const(32))),
      ]),
      p.from.set(i32.add(p.from, p.apart)),
      p.to.set(i32.add(p.to, p.toApart)),
    ]),
  ];
});

/**
 * Writes one float before and two behind each of the rows of floats from the address `row` on and before `end`, `width` bytes long and
 * `stride` apart: `value`, or where `repeats` is not 0 the row's own outermost ones.
 */
export const rowEndsKernel = kernel(
  { row: 'i32', end: 'i32', stride: 'i32', width: 'i32', value: 'f64', repeats: 'i32' },
  (p, local) => {
    const [behind, value] = [local('i32'), local('v128')];
    return [
      value.set(f32x4.splat(p.value)),
      whileLoop(i32.lessThan(p.row, p.end), [
        behind.set(i32.add(p.row, p.width)),
        when(p.repeats, [value.set(v128.load32Splat(p.row))]),
        v128.store32(i32.add(p.row, i32.const(-4)), value),
        when(p.repeats, [value.set(v128.load32Splat(i32.add(behind, i32.const(-4))))]),
        v128.store32(behind, value),
        v128.store32(i32.add(behind, i32.const(4)), value),
        p.row.set(i32.add(p.row, p.stride)),
      ]),
    ];
  },
);
