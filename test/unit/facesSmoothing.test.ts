import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Landmarks } from '../../src/pipeline/faces/face';
import { smoothingReach, smoothLandmarks } from '../../src/pipeline/faces/smoothing';
import { endStrength, yawStrength } from '../../src/pipeline/faces/strength';
import { noiseSource } from '../support/movingPhoto';

const points = 60;

/** A ring of points around (x, y) with radius 100 · size, plus noise; point 0 is moved by `lid` pixels. */
function shape(x: number, y: number, size = 1, turn = 0, lid = 0, noise: () => number = () => 0): Landmarks {
  const landmarks = new Float32Array(points * 3);
  for (let i = 0; i < points; i++) {
    const angle = (i / points) * 2 * Math.PI + turn;
    landmarks[i * 3] = x + 100 * size * Math.cos(angle) + noise();
    landmarks[i * 3 + 1] = y + 100 * size * Math.sin(angle) + (i === 0 ? lid : 0) + noise();
  }
  return landmarks;
}

function smoothSeries(series: readonly Landmarks[]): Landmarks[] {
  return series.map((_, i) =>
    smoothLandmarks(
      Array.from({ length: 2 * smoothingReach + 1 }, (_unused, k) =>
        series.at(i + k - smoothingReach < 0 ? series.length : i + k - smoothingReach),
      ),
    ),
  );
}

function worst(a: readonly Landmarks[], b: readonly Landmarks[]): number {
  let most = 0;
  a.forEach((landmarks, i) =>
    landmarks.forEach((value, k) => (most = Math.max(most, Math.abs(value - b[i][k])))),
  );
  return most;
}

function deviation(series: readonly Landmarks[], truth: readonly Landmarks[]): number {
  let squares = 0;
  let count = 0;
  series.forEach((landmarks, i) => {
    for (let k = 0; k < landmarks.length; k++) if (k % 3 < 2) squares += (landmarks[k] - truth[i][k]) ** 2;
    count += (landmarks.length / 3) * 2;
  });
  return Math.sqrt(squares / count);
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('smoothLandmarks', () => {
  it('halves the noise of a still face', () => {
    const noise = noiseSource(5);
    const truth = range(40).map(() => shape(300, 200));
    const measured = range(40).map(() => shape(300, 200, 1, 0, 0, () => 0.3 * noise()));
    const inner = (series: readonly Landmarks[]) => series.slice(smoothingReach, -smoothingReach);
    const left = deviation(inner(smoothSeries(measured)), inner(truth));
    assert.ok(left < 0.5 * deviation(inner(measured), inner(truth)), `${left} px left`);
  });

  it('halves the noise of a moving, turning, growing face too, without lag', () => {
    const noise = noiseSource(6);
    const move = (i: number) => [300 + 9 * i, 200 - 4 * i, 1 + 0.01 * i, 0.02 * i] as const;
    const truth = range(40).map((i) => shape(...move(i)));
    const measured = range(40).map((i) => shape(...move(i), 0, () => 0.3 * noise()));
    const inner = (series: readonly Landmarks[]) => series.slice(smoothingReach, -smoothingReach);
    const left = deviation(inner(smoothSeries(measured)), inner(truth));
    assert.ok(left < 0.6 * deviation(inner(measured), inner(truth)), `${left} px left`);
  });

  it('leaves steady movement exactly where it is, up to the ends', () => {
    const truth = range(20).map((i) => shape(100 + 25 * i, 400 - 10 * i));
    assert.ok(worst(smoothSeries(truth), truth) < 0.01);
  });

  it('keeps the full height of a blink of three frames', () => {
    const lids = [0, 0, 0, 0, 0, 0, 5, 9, 4, 0, 0, 0, 0, 0, 0];
    const truth = lids.map((lid) => shape(300, 300, 1, 0, lid));
    const smooth = smoothSeries(truth);
    lids.forEach((lid, i) => {
      const shown = smooth[i][1] - 300;
      assert.ok(Math.abs(shown - lid) < 0.5, `frame ${i}: ${shown} instead of ${lid}`);
    });
  });

  it('keeps the amplitude of speech', () => {
    const truth = range(60).map((i) => shape(300, 300, 1, 0, 6 * Math.sin(i * 0.9)));
    const amplitude = (series: readonly Landmarks[]) =>
      Math.max(...series.slice(5, -5).map((one) => one[1] - 300));
    assert.ok(amplitude(smoothSeries(truth)) > 0.95 * amplitude(truth));
  });

  it('does not look across a gap', () => {
    const window: (Landmarks | undefined)[] = range(9).map((i) =>
      i < 3 ? shape(900, 900) : shape(300, 300),
    );
    window[3] = undefined;
    assert.deepEqual(smoothLandmarks(window), shape(300, 300));
  });
});

describe('strength', () => {
  it('is full to 50 degrees of yaw, none from 66, alike to both sides and smooth between', () => {
    assert.equal(yawStrength(0), 1);
    assert.equal(yawStrength(-50), 1);
    assert.equal(yawStrength(66), 0);
    assert.equal(yawStrength(90), 0);
    for (let yaw = 40; yaw < 75; yaw += 0.5) {
      assert.equal(yawStrength(yaw), yawStrength(-yaw));
      assert.ok(Math.abs(yawStrength(yaw) - yawStrength(yaw + 0.5)) < 0.06);
    }
  });

  it('fades the ends of tracks only where it is told to', () => {
    assert.equal(endStrength(undefined, undefined), 1);
    assert.ok(endStrength(0, undefined) < 0.3 && endStrength(0, undefined) > 0);
    assert.equal(endStrength(10, undefined), 1);
    assert.equal(endStrength(10, 0), endStrength(0, 10));
  });
});
