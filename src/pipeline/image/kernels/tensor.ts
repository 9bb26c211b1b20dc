import { kernel, whileLoop, type Code, type Local } from './assembler';
import { f32x4, i32, pick, v128 } from './instructions';
import type { NewLocal } from './sampling';

/** Planes of floats, `count` in each, that become interleaved colours at `out`, times `mul` plus `add`. Up to nine floats more are written. */
const tensorParameters = {
  a: 'i32',
  b: 'i32',
  c: 'i32',
  count: 'i32',
  out: 'i32',
  mul: 'f64',
  add: 'f64',
} as const;

type Tensor = { readonly [N in keyof typeof tensorParameters]: Local<(typeof tensorParameters)[N]> };
type Colour = readonly [Local<'v128'>, Local<'v128'>, Local<'v128'>];

/** Loops over four pixels at a time; `convert` makes RGB of them. */
function tensorLoop(p: Tensor, local: NewLocal, convert: (colour: Colour) => Code<'none'>[]): Code<'none'>[] {
  const end = local('i32');
  const [mul, add, lower, upper] = [0, 1, 2, 3].map(() => local('v128'));
  const colour = [local('v128'), local('v128'), local('v128')] as const;
  const [red, green, blue] = colour;
  const planes = [p.a, p.b, p.c];
  return [
    mul.set(f32x4.splat(p.mul)),
    add.set(f32x4.splat(p.add)),
    end.set(i32.add(p.a, i32.shl(p.count, i32.const(2)))),
    whileLoop(i32.lessThan(p.a, end), [
      ...planes.map((plane, i) => colour[i].set(v128.load(plane))),
      ...convert(colour),
      ...colour.map((value) => value.set(f32x4.add(f32x4.mul(value, mul), add))),
      lower.set(pick(red, green, 0, 4, 1, 5)),
      upper.set(pick(red, green, 2, 6, 3, 7)),
      v128.store(p.out, pick(lower, blue, 0, 1, 4, 2)),
      v128.store(p.out, pick(pick(lower, blue, 3, 5, 3, 5), upper, 0, 1, 4, 5), 16),
      v128.store(p.out, pick(upper, blue, 6, 2, 3, 7), 32),
      ...planes.map((plane) => plane.set(i32.add(plane, i32.const(16)))),
      p.out.set(i32.add(p.out, i32.const(48))),
    ]),
  ];
}

export const rgbTensorKernel = kernel(tensorParameters, (p, local) => tensorLoop(p, local, () => []));

/**
 * The same of Y, U, V as stored: `black` is taken from Y, then R = luma·Y + rv·V, G = luma·Y + gu·U + gv·V and B = luma·Y + bu·U, within
 * 0–255.
 */
export const yuvTensorKernel = kernel(
  { ...tensorParameters, black: 'f64', luma: 'f64', rv: 'f64', gu: 'f64', gv: 'f64', bu: 'f64' },
  (p, local) => {
    const factors = [p.black, p.luma, p.rv, p.gu, p.gv, p.bu].map((value) => ({ value, all: local('v128') }));
    const [black, luma, rv, gu, gv, bu] = factors.map(({ all }) => all);
    const [grey, limit] = [f32x4.all(128), f32x4.all(255)];
    const [u, v] = [local('v128'), local('v128')];
    const limited = (value: Code<'v128'>) => f32x4.min(limit, f32x4.max(f32x4.all(0), value));
    return [
      ...factors.map(({ value, all }) => all.set(f32x4.splat(value))),
      ...tensorLoop(p, local, ([first, second, third]) => [
        u.set(f32x4.sub(second, grey)),
        v.set(f32x4.sub(third, grey)),
        first.set(f32x4.mul(f32x4.sub(first, black), luma)),
        second.set(limited(f32x4.add(first, f32x4.add(f32x4.mul(gu, u), f32x4.mul(gv, v))))),
        third.set(limited(f32x4.add(first, f32x4.mul(bu, u)))),
        first.set(limited(f32x4.add(first, f32x4.mul(rv, v)))),
      ]),
    ];
  },
);
