import { kernel, when, whileLoop, type Code } from './assembler';
import { f64, f64x2, i32, i32x4, v128 } from './instructions';
import { sampler, sampleParameters } from './sampling';
import { ROW_BYTES } from './scan';

/**
 * Draws rows of pixels one after the other from a raster to the floats at `out`, and no pixel more. Each row has six doubles at `rows`: index
 * of the first pixel, how many, its position u, v and the steps du, dv to the next.
 */
export const drawRowsKernel = kernel(
  {
    out: 'i32',
    rows: 'i32',
    end: 'i32',
    raster: sampleParameters.raster,
    stride: sampleParameters.stride,
    right: sampleParameters.right,
    bottom: sampleParameters.bottom,
  },
  (p, local) => {
    const [at, left, u, v, du, dv] = [0, 1, 2, 3, 4, 5].map(() => local('i32'));
    const inside = local('v128');
    const { before, next, samples } = sampler({ ...p, u, v, du, dv }, local);
    const number = (i: number) => i32.truncate(f64.load(p.rows, 8 * i));
    return [
      whileLoop(i32.lessThan(p.rows, p.end), [
        at.set(i32.add(p.out, i32.shl(number(0), i32.const(2)))),
        ...[left, u, v, du, dv].map((value, i) => value.set(number(i + 1))),
        ...before,
        whileLoop(i32.lessThan(i32.const(0), left), [
          ...next,
          inside.set(i32x4.greater(i32x4.splat(left), i32x4.const(0, 1, 2, 3))),
          v128.store(at, v128.select(samples, v128.load(at), inside)),
          at.set(i32.add(at, i32.const(16))),
          left.set(i32.add(left, i32.const(-4))),
        ]),
        p.rows.set(i32.add(p.rows, i32.const(ROW_BYTES))),
      ]),
    ];
  },
);

/**
 * The same with doubles all along, for textures of one or two interleaved channels that have no border: where a row leaves the texture, its
 * samples stay where they still have a neighbour to the right and below, at most at `mostU`, `mostV`. `pastU` and `pastV` are where samples
 * leave it.
 */
export const drawExactKernel = (channels: 1 | 2) =>
  kernel(
    {
      out: 'i32',
      rows: 'i32',
      end: 'i32',
      texture: 'i32',
      /** Bytes from row to row. */
      stride: 'i32',
      mostU: 'f64',
      mostV: 'f64',
      pastU: 'f64',
      pastV: 'f64',
    },
    (p, local) => {
      const [at, stop, texel] = [0, 1, 2].map(() => local('i32'));
      const [upper, lower] = [local('v128'), local('v128')];
      const number = (i: number) => f64.load(p.rows, 8 * i);
      const size = i32.const(channels === 1 ? 2 : 3);
      const axes = [
        { start: 2, most: p.mostU, past: p.pastU },
        { start: 3, most: p.mostV, past: p.pastV },
      ].map((axis) => {
        const [place, step, last, least, limit] = [0, 1, 2, 3, 4].map(() => local('f64'));
        return { ...axis, place, step, last, least, limit, whole: local('f64'), share: local('v128') };
      });
      const isInside = axes
        .map(({ place, last, past }) =>
          i32.and(f64.notMore(f64.const(0), f64.min(place, last)), f64.less(f64.max(place, last), past)),
        )
        .reduce((one, other) => i32.and(one, other));
      const load = (offset: number) =>
        f64x2.promote(channels === 1 ? v128.load32Zero(texel, offset) : v128.load64Zero(texel, offset));
      const mix = (from: Code<'v128'>, to: Code<'v128'>, share: Code<'v128'>) =>
        f64x2.add(from, f64x2.mul(f64x2.sub(to, from), share));
      const [{ whole: column, share: across }, { whole: row, share: down }] = axes;
      const sample = [
        ...axes.flatMap(({ place, least, limit, whole, share, step }) => [
          whole.set(f64.max(least, f64.min(limit, place))),
          share.set(f64x2.splat(f64.sub(whole, f64.truncate(whole)))),
          place.set(f64.add(place, step)),
        ]),
        texel.set(i32.add(p.texture, i32.mul(i32.truncate(row), p.stride))),
        texel.set(i32.add(texel, i32.shl(i32.truncate(column), size))),
        upper.set(mix(load(0), load(4 * channels), across)),
        texel.set(i32.add(texel, p.stride)),
        lower.set(mix(load(0), load(4 * channels), across)),
        upper.set(f64x2.demote(mix(upper, lower, down))),
        channels === 1 ? v128.store32(at, upper) : v128.store64(at, upper),
        at.set(i32.add(at, i32.const(4 * channels))),
      ];
      return [
        whileLoop(i32.lessThan(p.rows, p.end), [
          at.set(i32.add(p.out, i32.shl(i32.truncate(number(0)), size))),
          stop.set(i32.add(at, i32.shl(i32.truncate(number(1)), size))),
          ...axes.flatMap(({ start, place, step, last, least, limit, most }) => [
            place.set(number(start)),
            step.set(number(start + 2)),
            last.set(f64.add(place, f64.mul(step, f64.sub(number(1), f64.const(1))))),
            least.set(f64.const(0)),
            limit.set(most),
          ]),
          when(
            isInside,
            axes.flatMap(({ least, limit }) => [
              least.set(f64.const(-Infinity)),
              limit.set(f64.const(Infinity)),
            ]),
          ),
          whileLoop(i32.lessThan(at, stop), sample),
          p.rows.set(i32.add(p.rows, i32.const(ROW_BYTES))),
        ]),
      ];
    },
  );
