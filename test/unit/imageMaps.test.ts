import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { copyMap, newMap, sharingMaps } from '../../src/pipeline/image/maps';

describe('maps that share memory', () => {
  /** Two maps, one of them a copy, both written to. */
  const draw = () => {
    const map = newMap(100);
    const all = [map, copyMap(map), newMap(50, -1)];
    assert.deepEqual([...map], new Array(100).fill(0));
    assert.deepEqual([...all[2]], new Array(50).fill(-1));
    all.forEach((one, i) => one.fill(i + 1));
    return all;
  };

  it('gives the same memory every time, as new', () => {
    sharingMaps(draw);
    const first = sharingMaps(draw);
    const second = sharingMaps(draw);
    assert.deepEqual(
      second.map(({ buffer, byteOffset }) => [buffer, byteOffset]),
      first.map(({ buffer, byteOffset }) => [buffer, byteOffset]),
    );
    second.forEach((map, i) => assert.deepEqual([...map], new Array(map.length).fill(i + 1)));
  });

  it('gives memory of their own to maps beyond the pool, and to all outside', () => {
    const [small] = sharingMaps(draw);
    const large = sharingMaps(() => newMap(small.buffer.byteLength));
    assert.notEqual(large.buffer, small.buffer);
    assert.ok(large.every((value) => value === 0));
    const own = newMap(10);
    sharingMaps(draw);
    assert.deepEqual([...own], new Array(10).fill(0));
  });

  it('ends with what is drawn, however that ends', () => {
    assert.throws(() =>
      sharingMaps(() => {
        throw new Error('broken');
      }),
    );
    assert.notEqual(newMap(4).buffer, newMap(4).buffer);
  });
});
