import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buildModel } from '../../models/build/buildModel';
import { findModel, loadCatalogue } from '../../src/models';
import { openSession } from '../../src/pipeline/inference/session';
import { loadReferenceInput, referenceInputs } from './models/inputs';
import { readReference } from './models/reference';

/**
 * Largest difference from the original runtime that is still the rounding of another order of additions, in the
 * unit of the output: two to three times what is seen. Features of the recognizer reach 2, of which 4e-6 is seen.
 */
const limits: Record<string, number> = {
  'face_detector.regressors': 1.5e-4,
  'face_detector.classifiers': 5e-5,
  'face_landmarker.landmarks': 3e-4,
  'face_landmarker.score': 5e-5,
  'hand_detector.regressors': 3e-4,
  'hand_detector.classifiers': 6e-5,
  'hand_landmarker.landmarks': 6e-4,
  'hand_landmarker.score': 1e-6,
  'face_recognizer.embedding': 1e-5,
  'face_recognizer.gender': 1e-6,
  'face_recognizer.age': 1e-6,
  'content_checker.classes': 4e-5,
};

/**
 * Of the first, TensorFlow Lite's WebAssembly lacks custom operators, which test/unit/modelsAttention.test.ts checks one by one; the
 * second has no original, and test/pipeline/contentNetworks.test.ts compares it with the network that it stands for.
 */
const withoutReference = ['face_landmarker_refined', 'content_checker_quick'];

for (const record of loadCatalogue()) {
  test(`${record.id} is built to the same bytes again, and they are the catalogue's`, () => {
    const bytes = buildModel(record);
    assert.equal(bytes.length, record.bytes);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), record.sha256);
  });

  test(`${record.id} has the inputs and outputs of the catalogue and computes what the original does`, async () => {
    const { path } = await findModel(record.id);
    const session = await openSession(path, { providers: ['cpu'], threads: 1 });
    try {
      assert.deepEqual(
        [...session.inputs],
        record.inputs.map(({ name, shape }) => [name, shape]),
      );
      const reference = readReference();
      let compared = 0;
      for (const [i, input] of referenceInputs.entries()) {
        if (input.model !== record.id) continue;
        const { values, sha256 } = await loadReferenceInput(input, record.inputs[0].shape[1]);
        assert.equal(sha256, reference[i].sha256, 'the photo is decoded to other pixels than when recorded');
        const outputs = await session.run({ input: values });
        assert.deepEqual(Object.keys(outputs), Object.keys(reference[i].outputs));
        for (const [name, expected] of Object.entries(reference[i].outputs)) {
          const difference = largestDifference(outputs[name], expected);
          const limit = limits[`${record.id}.${name}`];
          assert.ok(difference <= limit, `${name} on photo ${input.photo}: ${difference} > ${limit}`);
          compared++;
        }
      }
      assert.ok(compared >= record.outputs.length || withoutReference.includes(record.id));
    } finally {
      await session.release();
    }
  });
}

test('the reference inputs show what they are meant to: faces and hands', () => {
  const reference = readReference();
  const of = (model: string) => reference.filter((_, i) => referenceInputs[i].model === model);
  const [{ outputs }] = of('face_detector');
  assert.ok(outputs['classifiers'].filter((logit) => logit > 0).length >= 3, 'three faces are found');
  for (const run of of('face_landmarker')) assert.ok(run.outputs['score'][0] > 5, 'a face is there');
  const [palms] = of('hand_detector');
  assert.ok(palms.outputs['classifiers'].filter((logit) => logit > 0).length >= 2, 'hands are found');
  for (const run of of('hand_landmarker')) assert.ok(run.outputs['score'][0] > 0.9, 'a hand is there');
});

/** Faces of the group photos as inputs of a landmarker. */
const closedEyes = { model: 'face_landmarker', photo: 2, left: 1353, top: 95, shrink: 2 };
const openEyes = { model: 'face_landmarker', photo: 6, left: 1077, top: 271, shrink: 2 };

/** Landmarks of a face by each landmarker. */
async function landmarks(input: typeof openEyes): Promise<{ rough: Float32Array; refined: Float32Array }> {
  const { values } = await loadReferenceInput(input, 192);
  const measure = async (id: string) => {
    const { path } = await findModel(id);
    const session = await openSession(path, { providers: ['cpu'], threads: 1 });
    const outputs = await session.run({ input: values });
    await session.release();
    return outputs['landmarks'];
  };
  return { rough: await measure('face_landmarker'), refined: await measure('face_landmarker_refined') };
}

const distance = (points: Float32Array, a: number, b: number) =>
  Math.hypot(points[3 * a] - points[3 * b], points[3 * a + 1] - points[3 * b + 1]);
/** Gap between the lids over the length of the eye: left and right eye in the picture. */
const eyeOpenings = (points: Float32Array) => [
  distance(points, 159, 145) / distance(points, 33, 133),
  distance(points, 386, 374) / distance(points, 362, 263),
];
const mouthOpening = (points: Float32Array) => distance(points, 13, 14) / distance(points, 61, 291);

test('the refined landmarks are the mesh with closed lids and lips told from open ones', async () => {
  const open = await landmarks(openEyes);
  const closed = await landmarks(closedEyes);
  for (const opening of eyeOpenings(open.refined)) assert.ok(opening > 0.3, `open: ${opening}`);
  for (const opening of eyeOpenings(closed.refined)) assert.ok(opening < 0.16, `closed: ${opening}`);
  assert.ok(mouthOpening(open.refined) < 0.02, `lips: ${mouthOpening(open.refined)}`);
  for (const { rough, refined } of [open, closed]) {
    assert.equal(refined.length, rough.length);
    let sum = 0;
    for (let point = 0; point < 468; point++) {
      sum += Math.hypot(rough[3 * point] - refined[3 * point], rough[3 * point + 1] - refined[3 * point + 1]);
    }
    assert.ok(sum / 468 < 3, `${sum / 468} pixels of 192 from the mesh`);
  }
});

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  assert.equal(actual.length, expected.length);
  return actual.reduce((largest, value, i) => {
    const difference = Math.abs(value - expected[i]);
    return Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }, 0);
}
