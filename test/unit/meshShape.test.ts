import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { landmarkCount } from '../../src/pipeline/faces/face';
import { estimatePose } from '../../src/pipeline/faces/pose';
import { faceHeight } from '../../src/pipeline/processors/faceSwapper/measures';
import { brows } from '../../src/pipeline/processors/faceSwapper/meshTopology';
import { blendShape } from '../../src/pipeline/processors/faceSwapper/shape';
import { lips } from '../../src/pipeline/processors/faceSwapper/shapeShares';
import { egg, lowered, noseTip, radians, turned, withBrows } from '../support/egg';
import { mean } from '../support/quality';

describe('the shape of a drawn face', () => {
  for (const roll of [0, 40, -90]) {
    test(`nods back a little where the photo's looks down more, in a head tilted by ${roll}°`, () => {
      const target = turned(egg(), 0, roll);
      const [sin, cos] = [Math.sin(roll * radians), Math.cos(roll * radians)];
      /** How far the nose's tip is drawn down the face and across it, in pixels, for a photo that looks down by so much more. */
      const shift = (down: number) => {
        const source = turned(egg(), down, 0);
        assert.ok(Math.abs(estimatePose(source).pitch - estimatePose(egg()).pitch - down) < 0.01);
        const drawn = blendShape(source, target);
        const [dx, dy] = [0, 1].map((k) => drawn[noseTip * 2 + k] - target[noseTip * 3 + k]);
        return { down: dy * cos - dx * sin, across: dx * cos + dy * sin };
      };
      for (const down of [-15, 0, 15]) {
        const moved = shift(down);
        assert.ok(Math.abs(moved.across) < 0.01, `across by ${moved.across}`);
        const whole = 90 * Math.sin(down * radians);
        if (down === 0) assert.ok(Math.abs(moved.down) < 0.01, `by ${moved.down} without a nod`);
        else assert.ok(-moved.down / whole > 0.02 && -moved.down / whole < 0.2, `${-moved.down} of ${whole}`);
      }
    });
  }

  test('keeps whole what the face does beyond its neutral, which is known from another pose', () => {
    const height = (points: ArrayLike<number>, stride: number) =>
      brows.flat().reduce((sum, p) => sum + points[p * stride + 1], 0) / brows.flat().length;
    const neutral = turned(egg(), 8, 25);
    const source = withBrows(egg(), 12);
    /** How far brows are drawn from where they are in a face that raises them by so much. */
    const shift = (raised: number, known?: Float32Array) => {
      const target = withBrows(egg(), -raised);
      return height(blendShape(source, target, known), 2) - height(target, 3);
    };
    assert.ok(shift(0, neutral) > 3, `the source's lower brows are drawn ${shift(0, neutral)} lower`);
    assert.ok(Math.abs(shift(10, neutral) - shift(0, neutral)) < 0.5, `${shift(10, neutral)} when raised`);
    assert.ok(shift(10) - shift(0) > 2, 'what a face does is part of its shape where it is seen but once');
  });

  test('has its mouth about where the source has it', () => {
    const target = egg();
    const drawn = blendShape(lowered(target, lips, 5), target);
    const lower = mean(lips.map((p) => drawn[p * 2 + 1] - target[p * 3 + 1]));
    assert.ok(lower > 3 && lower < 5, `${lower} of 5 pixels lower`);
  });

  test('moves no further on average however much the shapes differ', () => {
    const target = egg();
    const moved = (down: number) => {
      const drawn = blendShape(lowered(target, lips, down), target);
      return mean(
        Array.from({ length: landmarkCount }, (_, p) =>
          Math.hypot(drawn[p * 2] - target[p * 3], drawn[p * 2 + 1] - target[p * 3 + 1]),
        ),
      );
    };
    assert.ok(moved(10) > 1.2 * moved(5));
    const [far, farther] = [moved(60), moved(90)];
    assert.ok(Math.abs(farther - far) < 0.01 && far < 0.01 * faceHeight(target), `${far}, ${farther} pixels`);
  });
});
