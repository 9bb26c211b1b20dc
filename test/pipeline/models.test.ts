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
  'face_recognizer.embedding': 1e-5,
  'face_recognizer.gender': 1e-6,
  'face_recognizer.age': 1e-6,
  'eye_landmarker.contour': 1e-4,
  'eye_landmarker.iris': 1e-4,
};

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
      assert.ok(compared >= record.outputs.length);
    } finally {
      await session.release();
    }
  });
}

test('the reference inputs show what they are meant to: faces and eyes', () => {
  const reference = readReference();
  const of = (model: string) => reference.filter((_, i) => referenceInputs[i].model === model);
  const [{ outputs }] = of('face_detector');
  assert.ok(outputs['classifiers'].filter((logit) => logit > 0).length >= 3, 'three faces are found');
  for (const run of of('face_landmarker')) assert.ok(run.outputs['score'][0] > 5, 'a face is there');
  for (const run of of('eye_landmarker')) {
    const [x, y] = run.outputs['iris'];
    assert.ok(Math.hypot(x - 32, y - 32) < 16, `the iris at ${x}, ${y} is in the middle`);
  }
});

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  assert.equal(actual.length, expected.length);
  return actual.reduce((largest, value, i) => {
    const difference = Math.abs(value - expected[i]);
    return Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }, 0);
}
