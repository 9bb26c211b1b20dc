import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Landmarks } from '../../src/pipeline/faces/face';
import { estimatePose } from '../../src/pipeline/faces/pose';
import { opposite } from '../../src/pipeline/processors/faceSwapper/meshTopology';
import { blendShape } from '../../src/pipeline/processors/faceSwapper/shape';

const radians = Math.PI / 180;
const noseTip = 4;

/** Half an egg of 200 × 260 pixels that looks straight ahead, its points in mirrored pairs. */
function egg(): Landmarks {
  const rows: Record<number, number> = { 10: -0.9, 151: -0.7, 9: -0.5, [noseTip]: 0, 2: 0.2, 164: 0.3 };
  const points = new Float32Array(468 * 3);
  for (let p = 0; p < 468; p++) {
    const first = Math.min(p, opposite[p]);
    const x = opposite[p] === p ? 0 : 0.1 + ((first * 0.381966) % 0.6);
    const y = rows[p] ?? ((first * 0.618034) % 1.4) - 0.7;
    points.set(
      [(p === first ? -x : x) * 100, y * 130, -90 * Math.sqrt(1 - Math.min(1, x * x + y * y))],
      p * 3,
    );
  }
  return points;
}

/** Turned about the axis of x (looking down), then in the plane of the picture. */
function turned(face: Landmarks, down: number, roll: number): Landmarks {
  const [sd, cd, sr, cr] = [down, roll].flatMap((angle) => [
    Math.sin(angle * radians),
    Math.cos(angle * radians),
  ]);
  return Float32Array.from(face, (_, i) => {
    const [x, y, z] = face.subarray(i - (i % 3), i - (i % 3) + 3);
    const low = y * cd - z * sd;
    return [x * cr - low * sr, x * sr + low * cr, y * sd + z * cd][i % 3];
  });
}

describe('the shape of a drawn face', () => {
  for (const roll of [0, 40, -90]) {
    test(`nods back a little where the photo's looks down more, in a head tilted by ${roll}°`, () => {
      const target = turned(egg(), 0, roll);
      const [sin, cos] = [Math.sin(roll * radians), Math.cos(roll * radians)];
      /** How far the nose's tip is drawn down the face and across it, in pixels, for a photo that looks down by so much more. */
      const shift = (down: number) => {
        const source = turned(egg(), down, 0);
        assert.ok(Math.abs(estimatePose(source).pitch - estimatePose(egg()).pitch - down) < 0.01);
        const drawn = blendShape(source, target, 1);
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
});
