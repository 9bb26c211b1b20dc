import { kernel, whileLoop } from './assembler';
import { bytes, f32x4, i32, i32x4, signedNumbers, v128 } from './instructions';
import { warper, warpParameters } from './warp';

/**
 * Rows of bytes of several planes (`count` in each, the first from `row` on) take samples of as many rasters at the same places:
 * whole(old + mix × (new − old) + ½), where new is whole(s × sample + (1 − s) × old + bias) and s is share × amount. The sum is in
 * single precision and in this order, as the originals have it: what falls a rounding error short of a level is cut off to the one
 * below. Up to three more bytes than `count` are written.
 * @param rounded samples are rounded to whole levels first
 * @param mixed otherwise `mix` counts as 1
 */
export const blendKernel = (planes: 1 | 2 | 3, rounded = false, mixed = false) =>
  kernel(
    {
      row: 'i32',
      /** Bytes from a plane's row to the next plane's. */
      rowsApart: 'i32',
      count: 'i32',
      /** Address of the shares, floats from 0 to 1 or a rounding error more. */
      shares: 'i32',
      amount: 'f64',
      bias: 'f64',
      mix: 'f64',
      /** Bytes from a plane's raster to the next plane's. */
      apart: 'i32',
      ...warpParameters,
    },
    (p, local) => {
      const [end, at] = [local('i32'), local('i32')];
      const [amount, bias, mix] = [0, 1, 2].map(() => local('v128'));
      const half = f32x4.all(0.5);
      const [old, share, kept] = [0, 1, 2].map(() => local('v128'));
      const { before, next, samples } = warper(p, local, planes, p.apart);
      const eight = (i: number) => bytes.from32(samples[i % planes], samples[(i + 1) % planes]);
      const rows = local('v128');
      const nextRow = at.set(i32.add(at, p.rowsApart));
      return [
        ...before,
        amount.set(f32x4.splat(p.amount)),
        bias.set(f32x4.splat(p.bias)),
        mix.set(f32x4.splat(p.mix)),
        end.set(i32.add(p.row, p.count)),
        whileLoop(i32.lessThan(p.row, end), [
          ...next,
          share.set(f32x4.mul(v128.load(p.shares), amount)),
          kept.set(f32x4.sub(f32x4.all(1), share)),
          at.set(p.row),
          ...samples.flatMap((sample) => [
            ...(rounded ? [sample.set(f32x4.floor(f32x4.add(sample, half)))] : []),
            old.set(f32x4.convert(i32x4.lower(bytes.lower(v128.load32Zero(at))))),
            sample.set(f32x4.add(f32x4.mul(share, sample), f32x4.mul(kept, old))),
            sample.set(f32x4.add(sample, bias)),
            ...(mixed
              ? [
                  sample.set(f32x4.floor(f32x4.max(sample, f32x4.all(0)))),
                  sample.set(f32x4.add(f32x4.add(old, f32x4.mul(f32x4.sub(sample, old), mix)), half)),
                ]
              : []),
            sample.set(signedNumbers(sample)),
            nextRow,
          ]),
          rows.set(bytes.from16(eight(0), eight(2))),
          at.set(p.row),
          ...samples.flatMap((_, plane) => [v128.store32(at, rows, plane), nextRow]),
          p.row.set(i32.add(p.row, i32.const(4))),
          p.shares.set(i32.add(p.shares, i32.const(16))),
        ]),
      ];
    },
  );
