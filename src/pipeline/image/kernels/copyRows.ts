import { kernel, whileLoop } from './assembler';
import { i32, v128 } from './instructions';

/**
 * Copies rows of `width` bytes that lie `apart` from one another, from the address `from` on and before `end`, to rows that lie `toApart`
 * apart from `to` on, one after the other; up to fifteen bytes more are written behind each.
 */
export const copyRowsKernel = kernel(
  { from: 'i32', end: 'i32', apart: 'i32', to: 'i32', toApart: 'i32', width: 'i32' },
  (p, local) => {
    const [source, target, stop] = [local('i32'), local('i32'), local('i32')];
    return [
      whileLoop(i32.lessThan(p.from, p.end), [
        source.set(p.from),
        target.set(p.to),
        stop.set(i32.add(p.to, p.width)),
        whileLoop(i32.lessThan(target, stop), [
          v128.store(target, v128.load(source)),
          ...[source, target].map((address) => address.set(i32.add(address, i32.const(16)))),
        ]),
        p.from.set(i32.add(p.from, p.apart)),
        p.to.set(i32.add(p.to, p.toApart)),
      ]),
    ];
  },
);
