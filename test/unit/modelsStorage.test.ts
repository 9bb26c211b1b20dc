import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { encodeOnnx } from '../../models/build/onnx';
import {
  addModel,
  alreadyThere,
  findModel,
  findNeuralModel,
  listModels,
  modelPlaces,
  neuralModel,
  noteStorage,
  removeModel,
} from '../../src/models';
import { VerifiedFiles } from '../../src/models/verifiedFiles';
import { failureOf, folder, hollow, places, standIn } from '../support/modelPlaces';

describe('finding models', () => {
  test('leaves what other programs need beside them alone', async () => {
    const where = places();
    const inputs = [{ name: 'data', shape: [1, 3, 192, 192] }];
    const landmarks = encodeOnnx({
      name: '',
      nodes: [],
      initializers: [],
      inputs,
      outputs: [{ name: 'fc1', shape: [1, 212] }],
    });
    writeFileSync(path.join(where.pointedTo, '2d106det.onnx'), landmarks);
    writeFileSync(path.join(where.pointedTo, 'gfpgan_1.4.onnx'), hollow('gfpgan_1.4').subarray(0, 60));
    const { models, refused, others } = await listModels(where);
    assert.deepEqual(models, []);
    assert.deepEqual(others, [path.join(where.pointedTo, '2d106det.onnx')]);
    assert.deepEqual(
      refused.map(({ error }) => error.code),
      ['model-corrupt'],
    );
  });

  test('looks in the storage first, then in folders that are pointed to, also below them', async () => {
    const where = places();
    const below = path.join(where.pointedTo, 'buffalo_l');
    mkdirSync(below);
    copyFileSync(standIn('inswapper'), path.join(below, 'inswapper_128.onnx'));
    const found = await findNeuralModel('inswapper_128', where);
    assert.equal(found.path, path.join(below, 'inswapper_128.onnx'));
    assert.match(
      found.reason,
      /^taken for inswapper of InsightFace by its name and its inputs and outputs: /,
    );
    const { path: own } = await addModel(found.path, where);
    assert.equal((await findNeuralModel('inswapper_128', where)).path, own);
    const { models, hidden } = await listModels(where);
    assert.deepEqual([models.map((one) => one.path), hidden.map((one) => one.path)], [[own], [found.path]]);
  });

  test('is what findModel does for models that are not built in, where the environment says', async (t) => {
    const where = places();
    copyFileSync(standIn('gfpgan'), path.join(where.pointedTo, 'gfpgan_1.4.onnx'));
    const before = process.env['FACE_SWAP_MODELS'];
    process.env['FACE_SWAP_MODELS'] = where.pointedTo;
    t.after(() => {
      if (before === undefined) delete process.env['FACE_SWAP_MODELS'];
      else process.env['FACE_SWAP_MODELS'] = before;
    });
    assert.equal((await findModel('gfpgan_1.4')).path, path.join(where.pointedTo, 'gfpgan_1.4.onnx'));
    assert.equal((await findModel('face_detector')).record.id, 'face_detector');
  });

  test('keeps a download from replacing a file that people have put in its place', async () => {
    const where = places();
    const model = neuralModel('gfpgan_1.4')!;
    assert.equal(await alreadyThere(model, where), undefined);
    const cut = readFileSync(standIn('gfpgan')).subarray(0, 900);
    mkdirSync(where.storage, { recursive: true });
    writeFileSync(path.join(where.storage, model.file), cut);
    assert.equal(await alreadyThere(model, where), undefined, 'a damaged file may be replaced');
    copyFileSync(standIn('gfpgan'), path.join(where.storage, model.file));
    assert.equal((await failureOf(alreadyThere(model, where))).code, 'output-exists');
  });

  test('takes a path as well as an id, and minds the role', async () => {
    const where = places();
    const { model } = await findNeuralModel(standIn('codeformer'), where, { role: 'face_enhancer' });
    assert.equal(model.family, 'codeformer');
    const error = await failureOf(findNeuralModel(standIn('codeformer'), where, { role: 'face_swapper' }));
    assert.equal(error.facts.reason, 'it is a face_enhancer, not a face_swapper');
  });

  test('tells a missing model with where it should be, and a damaged one as damaged', async () => {
    const where = places();
    const missing = await failureOf(findNeuralModel('gfpgan_1.4', where));
    assert.equal(missing.code, 'model-missing');
    assert.equal(missing.facts.file, path.join(where.storage, 'gfpgan_1.4.onnx'));
    writeFileSync(
      path.join(where.pointedTo, 'gfpgan_1.4.onnx'),
      readFileSync(standIn('gfpgan')).subarray(0, 900),
    );
    assert.equal((await failureOf(findNeuralModel('gfpgan_1.4', where))).code, 'model-corrupt');
    const { models, refused } = await listModels(where);
    assert.deepEqual([models.length, refused[0].error.code], [0, 'model-corrupt']);
  });

  test('removes only from the storage', async () => {
    const where = places();
    const theirs = path.join(where.pointedTo, 'gfpgan_1.4.onnx');
    copyFileSync(standIn('gfpgan'), theirs);
    const refused = await failureOf(removeModel('gfpgan_1.4', where));
    assert.deepEqual([refused.code, refused.facts.file], ['model-not-removed', theirs]);
    const { path: own } = await addModel(theirs, where);
    writeFileSync(`${own}.part`, 'half');
    assert.deepEqual(await removeModel('gfpgan_1.4', where), [own, `${own}.part`]);
    assert.ok(existsSync(theirs));
    const none = await failureOf(removeModel('../../etc/passwd', where));
    assert.deepEqual([none.code, none.facts.file], ['model-not-removed', undefined]);
    assert.equal((await failureOf(removeModel('face_detector', where))).facts['builtIn'], 'yes');
  });
});

describe('remembered hashes', () => {
  test('save reading a file again until it changes, and outlive the process', async () => {
    const { storage } = places();
    const file = folder.write('remembered.bin', 'one');
    const hash = await new VerifiedFiles(storage).sha256(file);
    const when = new Date(1e12);
    utimesSync(file, when, when);
    const second = await new VerifiedFiles(storage).sha256(file);
    assert.equal(second, hash);
    // The same size and time: it is taken at its word, unless asked to look again.
    writeFileSync(file, 'two');
    utimesSync(file, when, when);
    assert.equal(await new VerifiedFiles(storage).sha256(file), hash);
    assert.notEqual(await new VerifiedFiles(storage).sha256(file, { again: true }), hash);
    writeFileSync(path.join(storage, 'verified.json'), '{ broken');
    assert.notEqual(await new VerifiedFiles(storage).sha256(file), hash);
  });
});

describe('places', () => {
  const home = folder.path('data');
  const base = { XDG_DATA_HOME: home, LOCALAPPDATA: home };

  test(
    'are those asked for, else those of the environment, else the platform’s',
    { skip: process.platform === 'darwin' },
    () => {
      const own = path.join(home, 'face-swap', 'models');
      assert.deepEqual(modelPlaces({}, base), { storage: own, folders: [] });
      const env = {
        ...base,
        FACE_SWAP_MODELS: '/env',
        FACE_SWAP_MODEL_FOLDERS: ['/a', '/b'].join(path.delimiter),
      };
      assert.deepEqual(modelPlaces({}, env), {
        storage: path.resolve('/env'),
        folders: ['/a', '/b', own].map((one) => path.resolve(one)),
      });
      assert.equal(modelPlaces({ storage: '/given' }, env).storage, path.resolve('/given'));
      assert.deepEqual(
        modelPlaces({ folders: ['/c', '/a'] }, env).folders.map((one) => path.basename(one)),
        ['c', 'a', 'b', 'models'],
      );
    },
  );

  test('are shared with the extension, which leaves a note', { skip: process.platform === 'darwin' }, () => {
    const storage = folder.path('globalStorage', 'models');
    noteStorage(storage, base);
    assert.equal(modelPlaces({}, base).storage, storage);
    assert.equal(modelPlaces({}, { ...base, FACE_SWAP_MODELS: '/env' }).storage, path.resolve('/env'));
    rmSync(storage, { recursive: true });
    assert.notEqual(modelPlaces({}, base).storage, storage, 'the extension has gone');
    noteStorage(folder.path('elsewhere'), {
      ...base,
      XDG_DATA_HOME: '/dev/null/x',
      LOCALAPPDATA: '/dev/null/x',
    });
  });
});
