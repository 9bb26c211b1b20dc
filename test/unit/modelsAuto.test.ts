import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseModel, neuralModel, type InstalledNeuralModel } from '../../src/models';

describe('auto', () => {
  const installed = (id: string, verified = true): InstalledNeuralModel => ({
    path: `/models/${id}.onnx`,
    model: neuralModel(id)!,
    verified,
    reason: `${id} it is`,
    bytes: 1,
  });

  test('takes the best in the order of the catalogue and says why', () => {
    const { chosen, reason, missing } = chooseModel('face_enhancer', [
      installed('gpen_bfr_512'),
      installed('gfpgan_1.4'),
      installed('det_10g'),
    ]);
    assert.equal(chosen?.model.id, 'gfpgan_1.4');
    assert.equal(reason, 'gfpgan_1.4 is the best for face_enhancer, before gpen_bfr_512: gfpgan_1.4 it is');
    assert.deepEqual(missing, []);
  });

  test('passes over a swapper that lacks what it needs', () => {
    const { chosen, reason } = chooseModel('face_swapper', [
      installed('simswap_256'),
      installed('inswapper_128'),
      installed('w600k_r50'),
    ]);
    assert.equal(chosen?.model.id, 'inswapper_128');
    assert.match(reason, /before simswap_256 \(lacks crossface_simswap\)/);
  });

  test('names what is missing when nothing is complete, and trusts hashes more than names', () => {
    const { chosen, missing, reason } = chooseModel('face_swapper', [
      installed('hyperswap_1a_256', false),
      installed('inswapper_128'),
    ]);
    assert.equal(chosen?.model.id, 'inswapper_128');
    assert.deepEqual(missing, ['w600k_r50']);
    assert.match(reason, /; it needs w600k_r50 as well: /);
  });

  test('says that there is none', () => {
    assert.deepEqual(chooseModel('face_enhancer', [installed('det_10g')]), {
      reason: 'no model for face_enhancer is installed',
      missing: [],
    });
  });
});
