import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Face } from '../../src/pipeline/faces/face';
import { bestPhoto } from '../../src/pipeline/processors/faceSwapper/bestPhoto';

const photo = (name: string, { yaw = 0, pitch = 0, sharpness = 0.1, side = 400 } = {}) => {
  const box = { x: 0, y: 0, width: side, height: side };
  const face: Face = { box, landmarks: new Float32Array(), score: 1, pose: { yaw, pitch, roll: 40 } };
  return { name, face, sharpness };
};
const best = (...photos: ReturnType<typeof photo>[]) => bestPhoto(photos, 256).name;

test('of several photos the most frontal, sharp and large one is shown', () => {
  const good = photo('good');
  assert.equal(best(photo('turned', { yaw: 50 }), good), 'good');
  assert.equal(best(photo('looks down', { pitch: -40 }), good), 'good');
  assert.equal(best(photo('blurred', { sharpness: 0.005 }), good), 'good');
  assert.equal(best(photo('small', { side: 60 }), good), 'good');
  assert.equal(best(photo('away', { yaw: 120, sharpness: 1 }), photo('poor', { sharpness: 0.001 })), 'poor');
});

test('of equal ones the first, and what is more than enough does not count', () => {
  assert.equal(best(photo('first'), photo('second', { sharpness: 0.9, side: 4000 })), 'first');
  assert.equal(best(photo('alone', { yaw: 90 })), 'alone');
});
