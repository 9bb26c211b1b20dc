import { kernel, whileLoop } from './assembler';
import { bytes, f32x4, i32, i32x4, pick, v128, wholeNumbers } from './instructions';

/**
 * How much of a source each pixel of a row takes: mask × (slope × pixel + base, limited to 0–1), nothing where the mask is below
 * `least` or the detail is `most` or more. `row` holds bytes, all else floats. Up to three more are written.
 */
export const sharesKernel = kernel(
  {
    row: 'i32',
    count: 'i32',
    mask: 'i32',
    slope: 'i32',
    base: 'i32',
    detail: 'i32',
    out: 'i32',
    least: 'f64',
    most: 'f64',
  },
  (p, local) => {
    const end = local('i32');
    const [least, most, mask, share] = [0, 1, 2, 3].map(() => local('v128'));
    const pixels = f32x4.convert(i32x4.lower(bytes.lower(v128.load32Zero(p.row))));
    return [
      least.set(f32x4.splat(p.least)),
      most.set(f32x4.splat(p.most)),
      end.set(i32.add(p.row, p.count)),
      whileLoop(i32.lessThan(p.row, end), [
        mask.set(v128.load(p.mask)),
        share.set(f32x4.add(f32x4.mul(v128.load(p.slope), pixels), v128.load(p.base))),
        share.set(f32x4.mul(mask, f32x4.min(f32x4.all(1), f32x4.max(f32x4.all(0), share)))),
        share.set(v128.and(share, f32x4.notLess(mask, least))),
        v128.store(p.out, v128.and(share, f32x4.less(v128.load(p.detail), most))),
        p.row.set(i32.add(p.row, i32.const(4))),
        ...[p.mask, p.slope, p.base, p.detail, p.out].map((at) => at.set(i32.add(at, i32.const(16)))),
      ]),
    ];
  },
);

/** Pixels of a row take their share of light + gain × detail, rounded and limited to 0–255. Up to three more are written. */
export const detailKernel = kernel(
  { row: 'i32', count: 'i32', shares: 'i32', light: 'i32', gain: 'i32', detail: 'i32' },
  (p, local) => {
    const end = local('i32');
    const [old, value] = [local('v128'), local('v128')];
    return [
      end.set(i32.add(p.row, p.count)),
      whileLoop(i32.lessThan(p.row, end), [
        old.set(f32x4.convert(i32x4.lower(bytes.lower(v128.load32Zero(p.row))))),
        value.set(f32x4.add(v128.load(p.light), f32x4.mul(v128.load(p.gain), v128.load(p.detail)))),
        value.set(f32x4.mul(v128.load(p.shares), f32x4.sub(value, old))),
        value.set(f32x4.add(f32x4.add(old, value), f32x4.all(0.5))),
        value.set(f32x4.min(f32x4.all(255), f32x4.max(f32x4.all(0), value))),
        value.set(wholeNumbers(value)),
        value.set(bytes.from32(value, value)),
        v128.store32(p.row, bytes.from16(value, value)),
        p.row.set(i32.add(p.row, i32.const(4))),
        ...[p.shares, p.light, p.gain, p.detail].map((at) => at.set(i32.add(at, i32.const(16)))),
      ]),
    ];
  },
);

/** Means of two floats side by side in each of two rows, `count` of them; up to three more are written. */
export const meansKernel = kernel({ upper: 'i32', lower: 'i32', out: 'i32', count: 'i32' }, (p, local) => {
  const end = local('i32');
  const [first, second] = [0, 16].map((offset) => ({ offset, sum: local('v128') }));
  return [
    end.set(i32.add(p.out, i32.shl(p.count, i32.const(2)))),
    whileLoop(i32.lessThan(p.out, end), [
      ...[first, second].map(({ offset, sum }) =>
        sum.set(f32x4.add(v128.load(p.upper, offset), v128.load(p.lower, offset))),
      ),
      v128.store(
        p.out,
        f32x4.mul(
          f32x4.add(pick(first.sum, second.sum, 0, 2, 4, 6), pick(first.sum, second.sum, 1, 3, 5, 7)),
          f32x4.all(0.25),
        ),
      ),
      p.out.set(i32.add(p.out, i32.const(16))),
      ...[p.upper, p.lower].map((at) => at.set(i32.add(at, i32.const(32)))),
    ]),
  ];
});
