import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Landmarks } from '../../src/pipeline/faces/face';
import { addToNeutral, type Neutral } from '../../src/pipeline/faces/neutral';
import { egg, turned, withBrows } from '../support/egg';

const furthest = (a: Landmarks, b: Landmarks) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

function neutralOf(looks: readonly (readonly [Landmarks, number])[]): Landmarks {
  let neutral: Neutral | undefined;
  for (const [landmarks, weight] of looks) neutral = addToNeutral(neutral, landmarks, weight);
  return neutral!.landmarks;
}

describe('the neutral of a face', () => {
  test('lies midway between what it does, however it is turned', () => {
    const [low, high] = [withBrows(egg(), 6), withBrows(egg(), -6)];
    const neutral = neutralOf([
      [low, 1],
      [turned(high, 15, 70), 1],
      [turned(low, -10, -20), 1],
      [turned(high, 0, 10), 1],
    ]);
    assert.ok(furthest(neutral, egg()) < 2, `${furthest(neutral, egg())} px off`);
    assert.ok(furthest(low, egg()) > 5);
  });

  test('counts looks by their weight', () => {
    const [low, high] = [withBrows(egg(), 6), withBrows(egg(), -6)];
    assert.deepEqual(
      neutralOf([
        [high, 0],
        [low, 1],
        [high, 0],
      ]),
      low,
    );
    const rather = neutralOf([
      [low, 1],
      [high, 0.2],
    ]);
    assert.ok(furthest(rather, low) < furthest(rather, high));
  });
});
