import { kernel, whileLoop, type Code, type Local } from './assembler';
import { bytes, f32x4, i32, v128, wholeNumbers } from './instructions';
import { bilinear } from './sampling';

/**
 * A row of `count` bytes from `row` on, sampled where each pixel comes from: at (x, y) of a raster for the first one, less `perX` times the
 * float at `dx`, `perY` times that at `dy`. Places beyond (0, 0) to (right, bottom) are moved there. Up to three more bytes are
 * written.
 */
export const displaceKernel = kernel(
  {
    row: 'i32',
    count: 'i32',
    dx: 'i32',
    dy: 'i32',
    raster: 'i32',
    stride: 'i32',
    x: 'f64',
    y: 'f64',
    perX: 'f64',
    perY: 'f64',
    right: 'f64',
    bottom: 'f64',
  },
  (p, local) => {
    const end = local('i32');
    const [x, y, perX, perY, right, bottom] = [p.x, p.y, p.perX, p.perY, p.right, p.bottom].map((value) => ({
      value,
      all: local('v128'),
    }));
    const [across, down] = [0, 1].map(() => ({ whole: local('v128'), rest: local('v128') }));
    const { before, code, samples } = bilinear(p, across, down, local);
    const place = ({ whole, rest }: typeof across, wanted: Code<'v128'>, last: Local<'v128'>) => [
      rest.set(f32x4.min(last, f32x4.max(f32x4.all(0), wanted))),
      whole.set(f32x4.floor(rest)),
      rest.set(f32x4.sub(rest, whole)),
      whole.set(wholeNumbers(whole)),
    ];
    return [
      ...[x, y, perX, perY, right, bottom].map(({ value, all }) => all.set(f32x4.splat(value))),
      x.all.set(f32x4.add(x.all, f32x4.const(0, 1, 2, 3))),
      ...before,
      end.set(i32.add(p.row, p.count)),
      whileLoop(i32.lessThan(p.row, end), [
        ...place(across, f32x4.sub(x.all, f32x4.mul(v128.load(p.dx), perX.all)), right.all),
        ...place(down, f32x4.sub(y.all, f32x4.mul(v128.load(p.dy), perY.all)), bottom.all),
        ...code,
        samples.set(wholeNumbers(f32x4.add(samples, f32x4.all(0.5)))),
        samples.set(bytes.from32(samples, samples)),
        v128.store32(p.row, bytes.from16(samples, samples)),
        p.row.set(i32.add(p.row, i32.const(4))),
        x.all.set(f32x4.add(x.all, f32x4.all(4))),
        ...[p.dx, p.dy].map((at) => at.set(i32.add(at, i32.const(16)))),
      ]),
    ];
  },
);
