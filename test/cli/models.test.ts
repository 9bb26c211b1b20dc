import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { exitCodes } from '../../src/protocol/exitCodes';
import { eventsOf, faceSwap, type Ended } from '../support/commandLine';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder('cli models');
const standIn = (name: string) =>
  path.join(__dirname, '..', 'fixtures', 'reference', 'models', `${name}-standin.onnx`);
let count = 0;

/** `face-swap models …` with a storage of the test's own. */
function setUp() {
  const storage = folder.path(`storage ${++count}`);
  mkdirSync(storage);
  const env = {
    FACE_SWAP_MODELS: storage,
    XDG_DATA_HOME: folder.path('data'),
    LOCALAPPDATA: folder.path('data'),
  };
  const models = (...args: string[]): Promise<Ended> => faceSwap(['models', ...args], { cwd: storage, env });
  return { storage, models };
}

describe('face-swap models', () => {
  test('list tells every known model, which are there and where people get the others', async () => {
    const { models, storage } = setUp();
    const { code, stdout } = await models();
    assert.equal(code, exitCodes.done);
    assert.ok(stdout.includes(`\nModels are kept in ${storage}\n`));
    assert.match(stdout, /inswapper_128 {2}face_swapper {2}555 MB, non-commercial, models get/);
    assert.match(stdout, /ghost_1_256 .*bring your own file from https:/);
    const [listing] = eventsOf(await models('list', '--json'));
    assert.deepEqual([listing['storage'], listing['installed']], [storage, []]);
  });

  test('add says what a file was taken for, and a folder of another program is only looked at', async () => {
    const { models, storage } = setUp();
    const added = await models('add', standIn('inswapper'), standIn('gfpgan'));
    assert.equal(added.code, exitCodes.done);
    assert.match(
      added.stdout,
      /inswapper-standin \(face_swapper\), taken for a model of the kind of inswapper/,
    );
    assert.match(
      added.stdout,
      /gfpgan-standin \(face_enhancer\), taken for a model of the kind of GFPGAN 1\.4/,
    );
    const facefusion = folder.path('facefusion', '.assets', 'models');
    mkdirSync(facefusion, { recursive: true });
    copyFileSync(standIn('codeformer'), path.join(facefusion, 'codeformer.onnx'));
    const [listing] = eventsOf(
      await models('list', '--json', '--model-folder', facefusion, '--model-folder', storage),
    );
    const ids = (listing['installed'] as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(ids.sort(), ['codeformer', 'gfpgan-standin', 'inswapper-standin']);
    const removed = await models('remove', 'codeformer', '--model-folder', facefusion);
    assert.equal(removed.code, exitCodes.modelMissing);
    assert.match(
      removed.stderr,
      /codeformer lies in a folder that is only read .* delete “.*codeformer\.onnx”/,
    );
    assert.ok(existsSync(path.join(facefusion, 'codeformer.onnx')));
  });

  test('add --as takes the word of people, remove takes the file away', async () => {
    const { models, storage } = setUp();
    const { code } = await models('add', standIn('gfpgan'), '--as', 'gfpgan_1.3');
    assert.equal(code, exitCodes.done);
    assert.ok(existsSync(path.join(storage, 'gfpgan_1.3.onnx')));
    assert.equal((await models('remove', 'gfpgan_1.3')).code, exitCodes.done);
    assert.deepEqual(readdirSync(storage), ['verified.json']);
    const wrong = await models('add', standIn('gfpgan'), '--as', 'inswapper_128');
    assert.equal(wrong.code, exitCodes.badInput);
    assert.match(wrong.stderr, /inswapper_128 has other inputs and outputs than this file/);
  });

  test('verify finds a damaged file', async () => {
    const { models, storage } = setUp();
    await models('add', standIn('codeformer'));
    copyFileSync(
      path.join(__dirname, '..', '..', 'models', 'face_landmarker.onnx'),
      path.join(storage, 'other.onnx'),
    );
    assert.equal((await models('verify')).code, exitCodes.done);
    folder.write(
      path.join(path.basename(storage), 'half.onnx'),
      readFileSync(standIn('gfpgan')).subarray(0, 900),
    );
    const { code, stdout } = await models('verify');
    assert.equal(code, exitCodes.modelMissing);
    assert.match(stdout, /Of no kind that is used here: .*other\.onnx/);
    assert.match(stdout, /✗ .*half\.onnx: The model file .* is damaged \(it ends in the middle\)/);
    assert.match(stdout, /0 verified, 1 in no record, 1 unusable\.$/m);
  });

  test('verify reads the built-in models too, and says that there are no others', async () => {
    const { models } = setUp();
    const { code, stdout } = await models('verify');
    assert.equal(code, exitCodes.done);
    assert.match(stdout, /✓ .*face_detector\.onnx: built in\n/);
    assert.match(stdout, /Built in: (\d+) of \1 verified\.\nNo other models are installed\.\n$/);
    const verified = eventsOf(await models('verify', '--json'));
    assert.ok(verified.some(({ id, reason, ok }) => id === 'face_landmarker' && reason === 'built in' && ok));
  });

  test('get shows the licence and wants it accepted; nobody can be asked here', async () => {
    const { models, storage } = setUp();
    const { code, stderr } = await models('get', 'inswapper_128');
    assert.equal(code, exitCodes.usage);
    assert.match(stderr, /Licence: InsightFace, non-commercial research only \(no commercial use\), https:/);
    assert.match(stderr, /--accept-licence/);
    assert.deepEqual(readdirSync(storage), []);
  });

  test('get tells what cannot be downloaded and what is not known', async () => {
    const { models } = setUp();
    const byHand = await models('get', 'ghost_1_256', '--accept-licence');
    assert.equal(byHand.code, exitCodes.modelMissing);
    assert.match(byHand.stderr, /no public record says what its file must be; get it from https:/);
    const unknown = await models('get', 'inswapper_4096', '--accept-licence');
    assert.equal(unknown.code, exitCodes.usage);
    assert.match(unknown.stderr, /There is no model called “inswapper_4096”; the models are .*inswapper_128/);
  });

  test('get, add and remove go on with the others when one fails, and tell every one', async () => {
    const { models, storage } = setUp();
    const got = await models('get', 'inswapper_128', 'ghost_1_256', 'gfpgan_1.4');
    assert.equal(got.code, exitCodes.usage);
    assert.match(got.stderr, /^face-swap: inswapper_128 is under the licence/m);
    assert.match(got.stderr, /^face-swap: ghost_1_256 cannot be downloaded here/m);
    assert.match(got.stderr, /^face-swap: gfpgan_1\.4 is under the licence/m);
    const added = await models(
      'add',
      path.join(storage, 'none.onnx'),
      standIn('gfpgan'),
      __filename,
      '--json',
    );
    assert.equal(added.code, exitCodes.badInput);
    assert.deepEqual(
      eventsOf(added).map(({ type, code }) => code ?? type),
      ['input-missing', 'added', 'model-wrong'],
    );
    const removed = await models('remove', 'none', 'gfpgan-standin');
    assert.equal(removed.code, exitCodes.modelMissing);
    assert.match(removed.stderr, /There is no model none in .*, so nothing was removed/);
    assert.match(removed.stdout, /gfpgan-standin is removed/);
    assert.deepEqual(readdirSync(storage), ['verified.json']);
  });

  test('a command that does not exist is a usage error', async () => {
    const { models } = setUp();
    assert.equal((await models('fetch', 'x')).code, exitCodes.usage);
  });
});
