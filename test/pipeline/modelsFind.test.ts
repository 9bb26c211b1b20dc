import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findModel } from '../../src/models';
import { FaceSwapError } from '../../src/protocol/errors';

const folder = mkdtempSync(join(tmpdir(), 'face-swap-models-ünï '));
after(() => rmSync(folder, { recursive: true }));

async function failure(idOrRole: string, folders?: string[]): Promise<FaceSwapError> {
  const error: unknown = await findModel(idOrRole, folders && { folders }).catch((reason: unknown) => reason);
  assert.ok(error instanceof FaceSwapError, String(error));
  return error;
}

/** A copy of the shipped face_landmarker in the test's own folder. */
async function copy(): Promise<{ path: string; bytes: Buffer }> {
  const shipped = await findModel('face_landmarker');
  const path = join(folder, shipped.record.file);
  copyFileSync(shipped.path, path);
  return { path, bytes: readFileSync(path) };
}

test('a shipped model is found by its role, with its record', async () => {
  const { path, record } = await findModel('face_detector');
  assert.equal(record.id, 'face_detector');
  assert.equal(readFileSync(path).length, record.bytes);
});

test('folders are searched in the order given', async () => {
  const { path } = await copy();
  const found = await findModel('face_landmarker', { folders: [join(folder, 'absent'), folder] });
  assert.equal(found.path, path);
});

test('a missing model is told with its id, its file and where it should be', async () => {
  const error = await failure('content_checker', [folder]);
  assert.equal(error.code, 'model-missing');
  assert.deepEqual(error.facts, {
    model: 'content_checker',
    builtIn: 'yes',
    file: join(folder, 'content_checker.onnx'),
    folder,
  });
});

test('a model that is in no catalogue is missing too', async () => {
  const error = await failure('inswapper_4096');
  assert.equal(error.code, 'model-missing');
  assert.equal(error.facts['model'], 'inswapper_4096');
});

test('a truncated model is corrupt', async () => {
  const { path, bytes } = await copy();
  truncateSync(path, 1000);
  const error = await failure('face_landmarker', [folder]);
  assert.equal(error.code, 'model-corrupt');
  assert.equal(error.facts.file, path);
  assert.equal(error.facts.reason, `it has 1000 bytes instead of ${bytes.length}`);
});

test('one changed bit makes a model corrupt, also when it was right before', async () => {
  const { path, bytes } = await copy();
  await findModel('face_landmarker', { folders: [folder] });
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(path, bytes);
  // File systems with coarse times could give both versions the same one.
  utimesSync(path, new Date(), new Date(Date.now() + 5000));
  const error = await failure('face_landmarker', [folder]);
  assert.equal(error.code, 'model-corrupt');
  assert.match(error.facts.reason ?? '', /^its SHA-256 is [0-9a-f]{64} instead of/);
  await copy();
  await findModel('face_landmarker', { folders: [folder] });
});
