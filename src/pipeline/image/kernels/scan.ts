import { kernel, when, whileLoop, type Code, type Local } from './assembler';
import { f64, i32 } from './instructions';

/**
 * Numbers to a row of pixels: index of the first one in the output, how many, where in the texture the first one is sampled (u, v, texel
 * centres at whole numbers), and how far apart the samples are (du, dv). Doubles.
 */
export const ROW_NUMBERS = 6;
export const ROW_BYTES = 8 * ROW_NUMBERS;

/** How far outside of a triangle a pixel's centre may lie, as a weight of its corners. */
const EDGE = 1e-4;
/** Triangles smaller than half of this are seen from their edge. */
const LEAST_AREA = 1e-6;

/**
 * Writes the rows of pixels of triangles from the address at `end` on, and there how far they go; those that would end beyond `limit` are
 * only counted. Every pixel centre inside a triangle is drawn, edges included.
 */
export const scanKernel = kernel(
  {
    /** Numbers of triangles (16 bits), drawn first to last. */
    order: 'i32',
    orderEnd: 'i32',
    /** Three numbers of points (16 bits) each. */
    triangles: 'i32',
    /** x, y of points as floats: in texels, and in pixels of the output. */
    from: 'i32',
    to: 'i32',
    /** 1 for triangles that face the camera, −1 for those that face away. */
    facing: 'f64',
    width: 'f64',
    height: 'f64',
    /** What a texel counts as. */
    texel: 'f64',
    end: 'i32',
    limit: 'i32',
  },
  (p, local) => {
    const numbers = <T extends string>(...names: T[]) =>
      Object.fromEntries(names.map((name) => [name, local('f64')])) as Record<T, Local<'f64'>>;
    const [row, triangle, a, b, c] = [0, 1, 2, 3, 4].map(() => local('i32'));
    const { ax, ay, bx, by, cx, cy, area } = numbers('ax', 'ay', 'bx', 'by', 'cx', 'cy', 'area');
    const { bdx, bdy, cdx, cdy, adx, perA, perB, perC } = numbers(
      ...(['bdx', 'bdy', 'cdx', 'cdy', 'adx', 'perA', 'perB', 'perC'] as const),
    );
    const { ux, uy, dudx, dudy, dvdx, dvdy } = numbers('ux', 'uy', 'dudx', 'dudy', 'dvdx', 'dvdy');
    const { left, right, y, y1, py, x0, x1, wa, wb, wc } = numbers(
      ...(['left', 'right', 'y', 'y1', 'py', 'x0', 'x1', 'wa', 'wb', 'wc'] as const),
    );
    const { add, sub, mul, div, min, max, ceil, floor, less, notMore } = f64;
    const [zero, half, one] = [0, 0.5, 1].map((value) => f64.const(value));
    const corner = (n: number) => i32.shl(i32.load16(triangle, 2 * n), i32.const(3));
    const at = (points: Code<'i32'>, point: Code<'i32'>, axis: number) =>
      f64.loadFloat(i32.add(points, point), 4 * axis);
    const first = (start: Code<'f64'>, p1: Code<'f64'>, p2: Code<'f64'>) =>
      max(zero, ceil(sub(add(start, min(min(zero, p1), p2)), half)));
    const last = (start: Code<'f64'>, p1: Code<'f64'>, p2: Code<'f64'>, size: Code<'f64'>) =>
      min(sub(size, one), floor(sub(add(start, max(max(zero, p1), p2)), half)));
    const texture = (axis: number, dx: Local<'f64'>, dy: Local<'f64'>) => [
      ux.set(sub(at(p.from, b, axis), at(p.from, a, axis))),
      uy.set(sub(at(p.from, c, axis), at(p.from, a, axis))),
      dx.set(add(mul(ux, bdx), mul(uy, cdx))),
      dy.set(add(mul(ux, bdy), mul(uy, cdy))),
    ];
    /** A weight grows by `d` from pixel to pixel and reaches its least value after `steps`. */
    const limit = (d: Local<'f64'>, steps: Code<'f64'>, isOutside: Code<'i32'>, grows: boolean) => {
      const begins = [x0.set(max(x0, ceil(steps)))];
      const ends = [x1.set(min(x1, floor(steps)))];
      return [
        when(less(zero, d), grows ? begins : ends),
        when(less(d, zero), grows ? ends : begins),
        when(i32.and(f64.equal(d, zero), isOutside), [x1.set(f64.const(-1))]),
      ];
    };
    const least = f64.const(-EDGE);
    const sample = (axis: number, dx: Local<'f64'>, dy: Local<'f64'>) =>
      sub(add(add(at(p.from, a, axis), mul(dx, sub(add(x0, half), ax))), mul(dy, py)), half);
    const values = [
      add(mul(y, p.width), x0),
      add(sub(x1, x0), one),
      ...[sample(0, dudx, dudy), sample(1, dvdx, dvdy), dudx, dvdx].map((value) => mul(value, p.texel)),
    ];
    const drawRow = [
      py.set(sub(add(y, half), ay)),
      x0.set(left),
      x1.set(right),
      wb.set(add(sub(mul(bdy, py), mul(bdx, ax)), mul(bdx, half))),
      wc.set(add(sub(mul(cdy, py), mul(cdx, ax)), mul(cdx, half))),
      wa.set(sub(sub(f64.const(1 + EDGE), wb), wc)),
      ...limit(bdx, mul(sub(least, wb), perB), less(wb, least), true),
      ...limit(cdx, mul(sub(least, wc), perC), less(wc, least), true),
      ...limit(adx, mul(wa, perA), less(wa, zero), false),
      when(notMore(x0, x1), [
        when(
          i32.lessThan(row, p.limit),
          values.map((value, i) => f64.store(row, value, 8 * i)),
        ),
        row.set(i32.add(row, i32.const(ROW_BYTES))),
      ]),
      y.set(add(y, one)),
    ];
    const drawTriangle = [
      bdx.set(div(cy, area)),
      bdy.set(div(sub(zero, cx), area)),
      cdx.set(div(sub(zero, by), area)),
      cdy.set(div(bx, area)),
      ...texture(0, dudx, dudy),
      ...texture(1, dvdx, dvdy),
      left.set(first(ax, bx, cx)),
      right.set(last(ax, bx, cx, p.width)),
      adx.set(add(bdx, cdx)),
      perB.set(div(one, bdx)),
      perC.set(div(one, cdx)),
      perA.set(div(one, adx)),
      y.set(first(ay, by, cy)),
      y1.set(last(ay, by, cy, p.height)),
      whileLoop(notMore(y, y1), drawRow),
    ];
    return [
      row.set(i32.load(p.end)),
      whileLoop(i32.lessThan(p.order, p.orderEnd), [
        triangle.set(i32.add(p.triangles, i32.mul(i32.load16(p.order), i32.const(6)))),
        p.order.set(i32.add(p.order, i32.const(2))),
        ...[a, b, c].map((point, n) => point.set(corner(n))),
        ax.set(at(p.to, a, 0)),
        ay.set(at(p.to, a, 1)),
        bx.set(sub(at(p.to, b, 0), ax)),
        by.set(sub(at(p.to, b, 1), ay)),
        cx.set(sub(at(p.to, c, 0), ax)),
        cy.set(sub(at(p.to, c, 1), ay)),
        area.set(sub(mul(bx, cy), mul(cx, by))),
        when(less(f64.const(LEAST_AREA), mul(area, p.facing)), drawTriangle),
      ]),
      i32.store(p.end, row),
    ];
  },
);
