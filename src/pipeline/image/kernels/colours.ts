import { kernel, whileLoop, type Code, type Local } from './assembler';
import { bytes, f32x4, i32, i32x4, pickBytes, v128, wholeNumbers } from './instructions';

type V128 = Code<'v128'>;

/** Three planes of floats and the matrix that turns their colours into others: first row, second, third, each with what is added. */
const matrixParameters = {
  a: 'i32',
  b: 'i32',
  c: 'i32',
  count: 'i32',
  aa: 'f64',
  ab: 'f64',
  ac: 'f64',
  a1: 'f64',
  ba: 'f64',
  bb: 'f64',
  bc: 'f64',
  b1: 'f64',
  ca: 'f64',
  cb: 'f64',
  cc: 'f64',
  c1: 'f64',
} as const;

/** Loops over four colours at a time and hands `use` the new ones. */
function matrixKernel(
  use: (next: readonly Local<'v128'>[], out: Local<'i32'>, planes: readonly Local<'i32'>[]) => Code<'none'>[],
) {
  return kernel({ ...matrixParameters, out: 'i32' }, (p, local) => {
    const end = local('i32');
    const rows = [
      [p.aa, p.ab, p.ac, p.a1],
      [p.ba, p.bb, p.bc, p.b1],
      [p.ca, p.cb, p.cc, p.c1],
    ].map((row) => row.map((value) => ({ value, all: local('v128') })));
    const [old, made] = [0, 1].map(() => [0, 1, 2].map(() => local('v128')));
    const planes = [p.a, p.b, p.c];
    return [
      ...rows.flat().map(({ value, all }) => all.set(f32x4.splat(value))),
      end.set(i32.add(p.a, i32.shl(p.count, i32.const(2)))),
      whileLoop(i32.lessThan(p.a, end), [
        ...planes.map((plane, i) => old[i].set(v128.load(plane))),
        ...rows.map((row, i) =>
          made[i].set(
            old.reduce((sum: V128, value, k) => f32x4.add(sum, f32x4.mul(value, row[k].all)), row[3].all),
          ),
        ),
        ...use(made, p.out, planes),
        ...planes.map((plane) => plane.set(i32.add(plane, i32.const(16)))),
      ]),
    ];
  });
}

/** The new colours take the old ones' place; `count` is a multiple of four, `out` does not matter. */
export const matrixInPlace = matrixKernel((made, _, planes) =>
  planes.map((plane, i) => v128.store(plane, made[i])),
);

/** The new colours go to `out` as interleaved bytes, rounded and limited to 0–255; up to 13 bytes more are written. */
export const matrixToBytes = matrixKernel((made, out) => {
  const limited = (value: V128) =>
    wholeNumbers(f32x4.min(f32x4.all(255), f32x4.max(f32x4.all(0), f32x4.add(value, f32x4.all(0.5)))));
  const [red, green, blue] = made.map(limited);
  const zero = i32x4.all(0);
  const pair = bytes.from16(bytes.from32(red, green), bytes.from32(blue, zero));
  return [
    v128.store(out, pickBytes(pair, zero, [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 16, 16, 16, 16])),
    out.set(i32.add(out, i32.const(12))),
  ];
});

/**
 * Interleaved bytes of RGB (`count` pixels at `from`) as three planes of floats `area` bytes apart, each plus what is
 * added, times its factor. Up to three pixels more are written.
 */
export const planesKernel = kernel(
  {
    from: 'i32',
    count: 'i32',
    out: 'i32',
    area: 'i32',
    mulR: 'f64',
    mulG: 'f64',
    mulB: 'f64',
    addR: 'f64',
    addG: 'f64',
    addB: 'f64',
  },
  (p, local) => {
    const end = local('i32');
    const pixels = local('v128');
    const scales = [
      [p.mulR, p.addR],
      [p.mulG, p.addG],
      [p.mulB, p.addB],
    ].map((pair) => pair.map((value) => ({ value, all: local('v128') })));
    const outs = scales.map(() => local('i32'));
    const channel = (c: number) => {
      const places = [0, 3, 6, 9].flatMap((at) => [at + c, 16, 16, 16]);
      return f32x4.convert(pickBytes(pixels, i32x4.all(0), places));
    };
    return [
      ...scales.flat().map(({ value, all }) => all.set(f32x4.splat(value))),
      ...outs.map((out, c) => out.set(c === 0 ? p.out : i32.add(outs[c - 1], p.area))),
      end.set(i32.add(p.out, i32.shl(p.count, i32.const(2)))),
      whileLoop(i32.lessThan(outs[0], end), [
        pixels.set(v128.load(p.from)),
        ...outs.map((out, c) => {
          const [mul, add] = scales[c];
          return v128.store(out, f32x4.mul(f32x4.add(channel(c), add.all), mul.all));
        }),
        ...outs.map((out) => out.set(i32.add(out, i32.const(16)))),
        p.from.set(i32.add(p.from, i32.const(12))),
      ]),
    ];
  },
);

/** `count` floats at `at`, times `mul` plus `add`, limited to 0–255, take their own place; what is no number becomes 0. Up to three more are changed. */
const limitKernel = (whole: boolean) =>
  kernel({ at: 'i32', count: 'i32', mul: 'f64', add: 'f64' }, (p, local) => {
    const end = local('i32');
    const [mul, add, value] = [0, 1, 2].map(() => local('v128'));
    return [
      mul.set(f32x4.splat(p.mul)),
      add.set(f32x4.splat(p.add)),
      end.set(i32.add(p.at, i32.shl(p.count, i32.const(2)))),
      whileLoop(i32.lessThan(p.at, end), [
        value.set(f32x4.add(f32x4.mul(v128.load(p.at), mul), add)),
        value.set(f32x4.min(f32x4.all(255), f32x4.max(f32x4.all(0), value))),
        v128.store(p.at, whole ? f32x4.floor(value) : value),
        p.at.set(i32.add(p.at, i32.const(16))),
      ]),
    ];
  });

export const limitColours = limitKernel(false);
/** The same, with fractions cut off. */
export const limitColoursWhole = limitKernel(true);

/** Adds bytes (`count` of them at `from`) to floats at `sums`; up to three more are changed. */
export const addBytesKernel = kernel({ from: 'i32', count: 'i32', sums: 'i32' }, (p, local) => {
  const end = local('i32');
  return [
    end.set(i32.add(p.from, p.count)),
    whileLoop(i32.lessThan(p.from, end), [
      v128.store(
        p.sums,
        f32x4.add(v128.load(p.sums), f32x4.convert(i32x4.lower(bytes.lower(v128.load32Zero(p.from))))),
      ),
      p.from.set(i32.add(p.from, i32.const(4))),
      p.sums.set(i32.add(p.sums, i32.const(16))),
    ]),
  ];
});
