import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partHoles } from '../../src/pipeline/processors/faceSwapper/maskGrid';
import { innerLips } from '../../src/pipeline/processors/faceSwapper/meshTopology';

const still: [number, number][] = [
  [0, 0],
  [0, 0],
  [0, 0],
];

/** Points of a face of which only the inner lips matter: a ring of this radius. */
function lips(radius: number): Float32Array {
  const points = new Float32Array(468 * 2);
  innerLips.forEach((p, i) => {
    const angle = (2 * Math.PI * i) / innerLips.length;
    points[p * 2] = 50 + radius * Math.cos(angle);
    points[p * 2 + 1] = 50 + radius * Math.sin(angle);
  });
  return points;
}

test("the mouth that stays the target's reaches to the edge of the lips that are drawn, and never ends before its own", () => {
  for (const [own, drawn] of [
    [6, 9],
    [9, 6],
    [8, 8],
  ]) {
    const [, , mouth] = partHoles(lips(own), still, lips(drawn));
    assert.equal(mouth.length, innerLips.length);
    const reach = Math.max(own, drawn);
    mouth.forEach(([x, y], i) => {
      const beyond = Math.hypot(x - 50, y - 50) - reach;
      // The edges of the lips grow across the mouth and not along it.
      assert.ok(Math.abs(x - 50 - reach * Math.cos((2 * Math.PI * i) / mouth.length)) < 1e-3, `${x}, ${y}`);
      assert.ok(
        i % 10 === 0 ? Math.abs(beyond) < 1e-3 : beyond > 1e-3 && beyond < 0.06 * reach,
        `${x}, ${y}`,
      );
    });
  }
});
