import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { encodeOnnx } from '../../models/build/onnx';
import {
  addModel,
  findNeuralModel,
  listModels,
  loadNeuralModels,
  neuralModel,
  type NeuralModel,
} from '../../src/models';
import { failureOf, folder, hollow, places, standIn } from '../support/modelPlaces';

describe('adding a file', () => {
  test('that no record knows says what it was taken for, and keeps its name', async () => {
    const where = places();
    const { path: file, model, verified, reason } = await addModel(standIn('inswapper'), where);
    assert.equal(file, path.join(where.storage, 'inswapper-standin.onnx'));
    assert.deepEqual(
      [model.id, model.role, model.size, model.template],
      ['inswapper-standin', 'face_swapper', 128, 'arcface_128'],
    );
    assert.deepEqual(model.source, { kind: 'embedding', form: 'mapped', projection: 'insightface' });
    assert.equal(verified, false);
    assert.equal(
      reason,
      'taken for a model of the kind of inswapper of InsightFace by its inputs and outputs: target faces of 128×128, a source of 512 numbers and an embedding map',
    );
    assert.ok(readFileSync(file).equals(readFileSync(standIn('inswapper'))));
    assert.equal((await findNeuralModel('inswapper-standin', where)).path, file);
  });

  test('takes the word of people where it fits, and says what speaks against it', async () => {
    const where = places();
    const { path: file, model } = await addModel(standIn('gfpgan'), where, { as: 'restoreformer_plus_plus' });
    assert.equal(path.basename(file), 'restoreformer_plus_plus.onnx');
    assert.equal(model.id, 'restoreformer_plus_plus');
    const wrong = await failureOf(addModel(standIn('gfpgan'), where, { as: 'codeformer' }));
    assert.equal(wrong.code, 'model-wrong');
    assert.match(
      wrong.facts.reason ?? '',
      /^codeformer has other inputs and outputs than this file: faces of 512×512/,
    );
    assert.equal((await failureOf(addModel(standIn('gfpgan'), where, { as: 'gfpgan_9' }))).code, 'usage');
  });

  test('that could be several models asks which', async () => {
    const where = places();
    const file = folder.write('swapper.onnx', hollow('ghost_1_256'));
    const error = await failureOf(addModel(file, where));
    assert.match(
      error.facts.reason ?? '',
      /ghost_1_256, .*simswap_256, hififace_unofficial_256; say which with --as/,
    );
    assert.equal((await addModel(file, where, { as: 'simswap_256' })).model.id, 'simswap_256');
    const named = folder.write('my-ghost-v2.onnx', hollow('ghost_1_256'));
    assert.equal((await addModel(named, where)).model.template, 'arcface_112_v1');
  });

  test('parts blendswap from uniface by the source picture', async () => {
    const where = places();
    for (const id of ['blendswap_256', 'uniface_256']) {
      const { model } = await addModel(folder.write(`some ${id}.onnx`, hollow(id)), where);
      assert.deepEqual(model.source, neuralModel(id)!.source);
    }
  });

  test('again changes nothing; another one of the same name is not replaced', async () => {
    const where = places();
    const file = folder.write('again/gfpgan_1.4.onnx', readFileSync(standIn('gfpgan')));
    const first = await addModel(file, where);
    assert.equal((await addModel(file, where)).path, first.path);
    assert.equal((await addModel(first.path, where)).path, first.path);
    writeFileSync(file, hollow('gfpgan_1.4'));
    assert.equal((await failureOf(addModel(file, where))).code, 'output-exists');
    assert.deepEqual(readdirSync(where.storage).sort(), ['gfpgan_1.4.onnx', 'verified.json']);
  });

  test('refuses damaged files, other files and files that are not there', async () => {
    const where = places();
    const cut = folder.write('cut.onnx', readFileSync(standIn('inswapper')).subarray(0, 5000));
    assert.equal((await failureOf(addModel(cut, where))).code, 'model-corrupt');
    assert.equal((await failureOf(addModel(folder.write('page.onnx', '<html>'), where))).code, 'model-wrong');
    assert.equal((await failureOf(addModel(folder.path('absent.onnx'), where))).code, 'input-missing');
    assert.equal(existsSync(where.storage), false);
  });
});

describe('a file that a record is about', () => {
  const content = readFileSync(standIn('gfpgan'));
  const record: NeuralModel = {
    ...neuralModel('gfpgan_1.4')!,
    id: 'known',
    file: 'known.onnx',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    alsoKnown: [],
  };
  const records = loadNeuralModels() as NeuralModel[];
  before(() => records.push(record));
  after(() => records.splice(records.indexOf(record), 1));
  const changed = () => {
    const bytes = Buffer.from(content);
    // Inside the weights, so that inputs and outputs stay what they are.
    bytes[bytes.indexOf(Buffer.from([0x4a])) + 4] ^= 1;
    return bytes;
  };

  test('is known by its hash under any name, and put under the right one', async () => {
    const where = places();
    const found = await addModel(folder.write('download (3).onnx', content), where);
    assert.deepEqual(
      [found.model.id, found.verified, found.reason],
      ['known', true, 'GFPGAN 1.4, by its SHA-256'],
    );
    assert.equal(found.path, path.join(where.storage, 'known.onnx'));
    const error = await failureOf(addModel(found.path, where, { as: 'gfpgan_1.3' }));
    assert.equal(error.facts.reason, 'by its SHA-256 it is known, not gfpgan_1.3');
  });

  test('and has changed is damaged under its own name, another one under another', async () => {
    const where = places();
    const error = await failureOf(addModel(folder.write('damaged/known.onnx', changed()), where));
    assert.equal(error.code, 'model-corrupt');
    assert.match(error.facts.reason ?? '', /^its SHA-256 is [0-9a-f]{64} instead of/);
    const other = await addModel(folder.write('other.onnx', changed()), where);
    assert.equal(other.verified, false);
  });

  test('is known by its hash whatever its inputs and outputs are', async (t) => {
    const strange = encodeOnnx({
      name: 'strange',
      nodes: [],
      initializers: [],
      inputs: [{ name: 'face', shape: [-1, 3, -1, -1] }],
      outputs: [{ name: 'better', shape: [-1, 3, -1, -1] }],
    });
    const own = { ...neuralModel('gfpgan_1.4')!, id: 'strange', file: 'strange.onnx', bytes: strange.length };
    const records = loadNeuralModels() as NeuralModel[];
    records.unshift({ ...own, sha256: createHash('sha256').update(strange).digest('hex') });
    t.after(() => records.shift());
    const { model, verified } = await addModel(folder.write('some.onnx', strange), places());
    assert.deepEqual([model.id, verified], ['strange', true]);
  });

  test('is hashed once, and again when asked to', async () => {
    const where = places();
    const { path: file } = await addModel(folder.write('once.onnx', content), where);
    const { mtimeMs } = statSync(file);
    const { models } = await listModels(where);
    assert.deepEqual(
      models.map(({ verified }) => verified),
      [true],
    );
    writeFileSync(file, changed());
    utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
    const { refused } = await listModels(where, { again: true });
    assert.equal(refused[0].error.code, 'model-corrupt');
  });
});
