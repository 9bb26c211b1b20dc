import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Landmarks, TrackedFace } from '../../src/pipeline/faces/face';
import { boxOfLandmarks, distance } from '../../src/pipeline/faces/geometry';
import { createFrame } from '../../src/pipeline/image/frame';
import { eyeOpening, lidMoves, lidStretches } from '../../src/pipeline/processors/faceSwapper/lids';
import { brows, faceOval } from '../../src/pipeline/processors/faceSwapper/meshTopology';
import { SecondLook, type Correction } from '../../src/pipeline/processors/faceSwapper/secondLook';
import { noseTip, turned, withBrows } from '../support/egg';
import { eyedEgg } from '../support/eyedEgg';

const rest = 0.34;
const neutral = eyedEgg(rest);
const openings = Array.from({ length: 120 }, (_, i) => rest + 0.08 * Math.sin(i / 5));

const faceOf = (landmarks: Landmarks): TrackedFace => ({
  box: boxOfLandmarks(landmarks),
  landmarks,
  score: 1,
  pose: { yaw: 0, pitch: 0, roll: 0 },
  trackId: 1,
  strength: 1,
  neutral,
});
const frameOf = (index: number) => {
  const frame = createFrame({ width: 2, height: 2, sampling: 'rgb', matrix: 'rgb', range: 'full' });
  frame.index = index;
  return frame;
};

/** The opening of the eyes as they are drawn with a gain. */
function drawnOpening(face: Landmarks, gain: number): number {
  const moves = lidMoves(face, lidStretches(face, neutral, gain));
  return eyeOpening(
    face.map((value, i) => (i % 3 < 2 ? value + moves[Math.floor(i / 3) * 2 + (i % 3)] : value)),
  );
}

/** Shows a second look all openings; `see` makes what it sees of an opening that was drawn. Returns the last correction and all looks. */
async function follow(
  see: (drawn: number) => Landmarks,
  faces = openings.map((one) => faceOf(eyedEgg(one))),
) {
  let correction: Correction | undefined;
  const looks: number[] = [];
  const second = new SecondLook((frame, { landmarks }) => {
    looks.push(frame.index);
    return Promise.resolve(see(drawnOpening(landmarks, correction?.gain ?? 1)));
  });
  for (const [index, face] of faces.entries()) {
    correction = second.correctionOf(face);
    await second.learn(frameOf(index), face, correction);
  }
  return { second, correction: second.correctionOf(faces[0]), looks };
}

describe('a second look at a drawn face', () => {
  test('moves lids further that seem to move by half, and no others', async () => {
    const half = await follow((drawn) => eyedEgg(0.3 + 0.5 * (drawn - rest)));
    assert.ok(half.correction!.gain > 1.5 && half.correction!.gain <= 1.8, `gain ${half.correction?.gain}`);
    const whole = await follow(eyedEgg);
    assert.ok(whole.correction!.gain < 1.02, `gain ${whole.correction?.gain}`);
  });

  test('takes noise of eyes that hardly move for no movement', async () => {
    const still = openings.map((_, i) => faceOf(eyedEgg(rest + 0.006 * Math.sin(i * i))));
    const { correction } = await follow(() => eyedEgg(0.3), still);
    assert.ok(correction!.gain < 1.1, `gain ${correction?.gain}`);
  });

  test('opens eyes that are open further, and leaves closed ones closed', () => {
    for (const [opening, least, most] of [
      [0.05, 0.05, 0.0501],
      [0.25, 0.2, 0.24],
      [0.34, 0.339, 0.341],
      [0.42, 0.45, 0.49],
    ]) {
      const drawn = drawnOpening(eyedEgg(opening), 1.6);
      assert.ok(drawn >= least - 1e-4 && drawn <= most, `${opening} is drawn as ${drawn}`);
    }
  });

  test('moves features back that are seen too far off, and opens no eyes by that', async () => {
    const width = distance(neutral, 33, 263);
    const low = (by: number) => (drawn: number) => {
      const seen = withBrows(eyedEgg(drawn), 0.05 * width);
      for (let p = 0; p < 468; p++) seen[p * 3 + 1] += by * width;
      return seen;
    };
    const { correction } = await follow(low(0.03));
    const moves = correction!.moves;
    const browUp = -moves[brows[0][2] * 2 + 1] / width;
    assert.ok(browUp > 0.015 && browUp <= 0.0301, `the brow goes up by ${browUp}`);
    assert.ok(Math.abs(moves[159 * 2 + 1] - moves[145 * 2 + 1]) < 1e-4, 'both lids move alike');
    assert.ok(
      faceOval.every((p) => Math.abs(moves[p * 2 + 1]) < 1e-4 * width),
      'the outline stays',
    );
    const near = await follow(low(0.012));
    assert.ok(
      near.correction!.moves.every((move) => move === 0),
      'what is nearly right stays',
    );
  });

  test('nods a face back that is seen to look down further, and leaves lesser differences', async () => {
    const seen = (down: number) => (drawn: number) => turned(eyedEgg(drawn), down, 0);
    const { correction } = await follow(seen(4));
    const moves = correction!.moves;
    const up = (p: number) => -moves[p * 2 + 1];
    assert.ok(correction!.nod > 2 && correction!.nod <= 8, `${correction!.nod} degrees back`);
    assert.ok(
      up(noseTip) > up(brows[0][2]) + 1,
      `the nose goes up by ${up(noseTip)}, the brow by ${up(brows[0][2])}`,
    );
    assert.ok(Math.abs(up(159) - up(145)) < 1e-4, 'both lids move alike');
    const early = await follow(
      seen(4),
      openings.slice(0, 24).map((one) => faceOf(eyedEgg(one))),
    );
    assert.ok(early.correction!.nod > 1.5, `${early.correction!.nod} degrees back after a second`);
    assert.equal((await follow(seen(-4))).correction!.nod < -2, true);
    assert.equal((await follow(seen(1.5))).correction!.nod, 0);
  });

  test('looks at few frames, and at faces of tracks alone', async () => {
    const { looks } = await follow(eyedEgg);
    assert.ok(looks.length > 5 && looks.length < 25, `${looks.length} looks`);
    const unknown = openings.map((one) => {
      const { neutral: none, ...face } = faceOf(eyedEgg(one));
      assert.ok(none);
      return face;
    });
    const { looks: none, correction } = await follow(eyedEgg, unknown);
    assert.deepEqual([none, correction], [[], undefined]);
  });

  test('goes on from a snapshot as without the interruption', async () => {
    const see = (drawn: number) => withBrows(eyedEgg(0.3 + 0.5 * (drawn - rest)), 20);
    const { second } = await follow(see);
    const again = new SecondLook(() => Promise.resolve(see(rest)));
    again.restore(second.snapshot());
    const face = faceOf(eyedEgg(0.4));
    assert.deepEqual(again.correctionOf(face), second.correctionOf(face));
    await again.learn(frameOf(500), { ...face, trackId: 2 }, undefined);
    assert.equal(again.correctionOf(face), undefined, 'a track that is over is forgotten');
  });
});
