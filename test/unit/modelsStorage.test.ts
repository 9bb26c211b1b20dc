import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { encodeOnnx } from '../../models/build/onnx';
import {
  addModel,
  alreadyThere,
  chooseModel,
  findModel,
  findNeuralModel,
  listModels,
  loadNeuralModels,
  modelPlaces,
  neuralModel,
  noteStorage,
  removeModel,
  type InstalledNeuralModel,
  type ModelPlaces,
  type NeuralModel,
} from '../../src/models';
import { VerifiedFiles } from '../../src/models/verifiedFiles';
import { FaceSwapError } from '../../src/protocol/errors';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder('storage');
const standIn = (name: string) =>
  path.join(__dirname, '..', 'fixtures', 'reference', 'models', `${name}-standin.onnx`);
let count = 0;

/** Places of a test's own: a storage, and a folder that is pointed to. */
function places(): ModelPlaces & { pointedTo: string } {
  const base = folder.path(`places ${++count}`);
  const pointedTo = path.join(base, 'roop', 'models');
  mkdirSync(pointedTo, { recursive: true });
  return { storage: path.join(base, 'storage'), folders: [pointedTo], pointedTo };
}

async function failureOf(promise: Promise<unknown>): Promise<FaceSwapError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  assert.ok(error instanceof FaceSwapError, String(error));
  return error;
}

/** A file with the inputs and outputs of a model, and nothing in it. */
function hollow(id: string): Uint8Array {
  const { inputs, outputs } = neuralModel(id)!;
  return encodeOnnx({ name: id, nodes: [], initializers: [], inputs, outputs });
}

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
