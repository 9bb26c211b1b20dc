import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { joinTiming } from '../../src/pipeline/media/joinTiming';
import { frameTiming, parseRational, withoutGaps } from '../../src/pipeline/media/timestamps';
import { videoInfo } from '../support/videoInfo';

const ms = { num: 1, den: 1000 };

describe('frame timing', () => {
  test('reads rationals', () => {
    assert.deepEqual(parseRational('30000/1001'), { num: 30000, den: 1001 });
    assert.deepEqual(parseRational('16:15'), { num: 16, den: 15 });
    for (const text of ['0/0', '0:1', 'N/A', undefined]) assert.equal(parseRational(text), undefined);
  });
  test('milliseconds of Matroska are a constant rate', () => {
    for (const rate of [
      { num: 30, den: 1 },
      { num: 24000, den: 1001 },
    ]) {
      const stamps = Float64Array.from({ length: 500 }, (_, n) =>
        Math.round((n * 1000 * rate.den) / rate.num),
      );
      assert.deepEqual(frameTiming(stamps, ms, [rate]), { frameRate: rate, variable: false });
      assert.deepEqual(frameTiming(stamps, ms, [undefined]), { frameRate: rate, variable: false });
    }
  });
  test('a wrong declaration is not believed', () => {
    const stamps = Float64Array.from({ length: 50 }, (_, n) => n * 512);
    const { frameRate } = frameTiming(stamps, { num: 1, den: 12800 }, [{ num: 50, den: 1 }]);
    assert.deepEqual(frameRate, { num: 25, den: 1 });
  });
  test('a dropped frame and the unevenness of phones are a variable rate', () => {
    const dropped = Float64Array.from({ length: 50 }, (_, n) => (n < 20 ? n : n + 1) * 40);
    assert.equal(frameTiming(dropped, ms, [{ num: 25, den: 1 }]).variable, true);
    const phone = Float64Array.from({ length: 50 }, (_, n) => n * 3003 + ((n * 37) % 11) * 40);
    const { frameRate, variable } = frameTiming(phone, { num: 1, den: 90000 }, [{ num: 30000, den: 1001 }]);
    assert.equal(variable, true);
    assert.ok(Math.abs(frameRate.num / frameRate.den - 29.97) < 0.2);
  });
  test('times that are missing at the end go on at the same pace, others are not invented', () => {
    assert.deepEqual([...withoutGaps([4, 6, 8, undefined, undefined])!], [4, 6, 8, 10, 12]);
    assert.deepEqual([...withoutGaps([4, 7, 8])!], [4, 7, 8]);
    for (const unsure of [[4, undefined, 8], [4, 7, 8, undefined], [4, undefined], [undefined]])
      assert.equal(withoutGaps(unsure), undefined);
  });
  test('a single frame has the declared rate', () => {
    assert.deepEqual(frameTiming(new Float64Array(1), ms, [{ num: 10, den: 1 }]).frameRate, {
      num: 10,
      den: 1,
    });
  });
});

describe('times of joined packets', () => {
  const uneven = Float64Array.from([1000, 1400, 2100, 2500, 3300, 3700]);
  for (const delay of [0, 1, 2]) {
    test(`decoding times rise and stay before presentation, reordering by ${delay}`, () => {
      const info = videoInfo({ frames: 6, timestamps: uneven });
      const timing = joinTiming(info, delay);
      for (let n = 0; n < 6; n++) {
        if (n > 0) assert.ok(timing.decodingTime(n) > timing.decodingTime(n - 1));
        assert.ok(timing.decodingTime(n) >= 0);
        assert.ok(timing.decodingTime(n) <= timing.presentationTime(Math.max(0, n - delay)));
        assert.ok(timing.duration(n) > 0);
        assert.equal(timing.presentationTime(n) - timing.shiftSeconds * 12800, uneven[n]);
      }
      const whole = timing.decodingTime(5) + timing.duration(5) - timing.decodingTime(0);
      assert.equal(whole, uneven[5] + 512 - uneven[0], 'the track lasts as long as the picture is shown');
    });
  }
  test('negative starts are moved by whole seconds', () => {
    const timing = joinTiming(videoInfo({ frames: 3, timestamps: Float64Array.from([-700, -188, 324]) }), 2);
    assert.equal(timing.shiftSeconds, 1);
    assert.equal(timing.presentationTime(0), 12800 - 700);
  });
});
