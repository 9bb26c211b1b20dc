import { kernel, whileLoop } from './assembler';
import { bytes, f32x4, i32, i32x4, v128, wholeNumbers } from './instructions';
import { warper, warpParameters } from './warp';

/**
 * A row of bytes (at `row`, `count` of them) takes samples of a warp: whole(old + mix × (new − old) + ½), where new is
 * whole(s × sample + (1 − s) × old + bias) and s is share × amount. The sum is in single precision and in this order, as the
 * originals have it: what falls a rounding error short of a level is cut off to the one below. Up to three more bytes than
 * `count` are written.
 * @param rounded samples are rounded to whole levels first
 * @param mixed otherwise `mix` counts as 1
 */
export const blendKernel = (rounded: boolean, mixed: boolean) =>
  kernel(
    {
      row: 'i32',
      count: 'i32',
      /** Address of the shares, floats from 0 to 1 or a rounding error more. */
      shares: 'i32',
      amount: 'f64',
      bias: 'f64',
      mix: 'f64',
      ...warpParameters,
    },
    (p, local) => {
      const end = local('i32');
      const [amount, bias, mix] = [0, 1, 2].map(() => local('v128'));
      const half = f32x4.all(0.5);
      const [old, share, pasted] = [0, 1, 2].map(() => local('v128'));
      const { before, next, samples } = warper(p, local);
      return [
        ...before,
        amount.set(f32x4.splat(p.amount)),
        bias.set(f32x4.splat(p.bias)),
        mix.set(f32x4.splat(p.mix)),
        end.set(i32.add(p.row, p.count)),
        whileLoop(i32.lessThan(p.row, end), [
          ...next,
          ...(rounded ? [samples.set(f32x4.floor(f32x4.add(samples, half)))] : []),
          old.set(f32x4.convert(i32x4.lower(bytes.lower(v128.load32Zero(p.row))))),
          share.set(f32x4.mul(v128.load(p.shares), amount)),
          pasted.set(f32x4.mul(f32x4.sub(f32x4.all(1), share), old)),
          pasted.set(f32x4.add(f32x4.mul(share, samples), pasted)),
          pasted.set(f32x4.max(f32x4.add(pasted, bias), f32x4.all(0))),
          ...(mixed
            ? [
                pasted.set(f32x4.floor(pasted)),
                pasted.set(f32x4.add(f32x4.add(old, f32x4.mul(f32x4.sub(pasted, old), mix)), half)),
              ]
            : []),
          pasted.set(wholeNumbers(pasted)),
          pasted.set(bytes.from32(pasted, pasted)),
          v128.store32(p.row, bytes.from16(pasted, pasted)),
          p.row.set(i32.add(p.row, i32.const(4))),
          p.shares.set(i32.add(p.shares, i32.const(16))),
        ]),
      ];
    },
  );
