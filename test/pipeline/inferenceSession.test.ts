import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openSession } from '../../src/pipeline/inference/session';
import { FaceSwapError, type ErrorCode } from '../../src/protocol/errors';
import { modelFile } from '../support/faceModels';

const isCode = (code: ErrorCode) => (error: unknown) => error instanceof FaceSwapError && error.code === code;

describe('openSession', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'session test '));
  });
  after(() => rm(folder, { recursive: true }));

  it('runs a model on the CPU: names, shapes, and the same values every time', async () => {
    const session = await openSession(await modelFile('face_landmarker'), { providers: ['cpu'], threads: 1 });
    assert.deepEqual([...session.inputs], [['input', [1, 192, 192, 3]]]);
    assert.equal(session.choice.provider, 'cpu');
    assert.equal(session.choice.fellBack, false);
    const input = Float32Array.from({ length: 192 * 192 * 3 }, (_, i) => (i % 97) / 97);
    const first = (await session.run({ input }))['landmarks'].slice();
    assert.equal(first.length, 1404);
    assert.ok(first.every(Number.isFinite));
    assert.deepEqual((await session.run({ input }))['landmarks'], first);
    await session.release();
  });

  it('does not call it a fall-back to pass over another platform’s provider', async () => {
    const foreign = process.platform === 'darwin' ? 'dml' : 'coreml';
    const session = await openSession(await modelFile('face_detector'), {
      providers: [foreign, 'cpu'],
      threads: 1,
    });
    await session.release();
    assert.equal(session.choice.provider, 'cpu');
    assert.equal(session.choice.fellBack, false);
  });

  it('says why a preferred provider was passed over', async (test) => {
    if (existsSync('/dev/nvidiactl')) {
      test.skip('this machine may really have CUDA');
      return;
    }
    const log: string[] = [];
    const session = await openSession(await modelFile('face_detector'), {
      providers: ['cuda', 'cpu'],
      threads: 1,
      log: (level, message) => log.push(`${level} ${message}`),
    });
    await session.release();
    assert.equal(session.choice.provider, 'cpu');
    assert.equal(session.choice.fellBack, true);
    assert.match(session.choice.reason, /cuda: .*(NVIDIA|onnxruntime)/);
    assert.equal(log.length, 1);
    assert.match(log[0], /^warn face_detector runs on cpu/);
    const alone = openSession(await modelFile('face_detector'), { providers: ['cuda'], threads: 1 });
    await assert.rejects(alone, isCode('provider-unavailable'));
  });

  it('leaves no profile behind', async () => {
    const profiles = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('face-swap-profile-'));
    const before = await profiles();
    const session = await openSession(await modelFile('face_detector'), {
      providers: ['cuda', 'cpu'],
      threads: 1,
    });
    await session.release();
    assert.deepEqual(await profiles(), before);
  });

  it('names a missing and a broken model', async () => {
    const missing = join(folder, 'none "here".onnx');
    await assert.rejects(openSession(missing, { providers: ['cpu'], threads: 1 }), isCode('model-missing'));
    const broken = join(folder, 'broken.onnx');
    await writeFile(broken, 'not a model');
    await assert.rejects(openSession(broken, { providers: ['cpu'], threads: 1 }), isCode('model-corrupt'));
  });
});
