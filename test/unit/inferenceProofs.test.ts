import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { before, describe, test } from 'node:test';
import { Proofs } from '../../src/pipeline/inference/proofs';
import { proveApart } from '../../src/pipeline/inference/proveApart';
import { providerFailure } from '../../src/protocol/providerText';
import { modelFile } from '../support/faceModels';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder('proofs');

describe('a proof of a provider', () => {
  const shares = { own: 9, all: 10, left: { Shape: 1 } };
  const key = Proofs.key(['1.29.0', 'cuda', ['GPU-1', '550.1'], 'hash']);

  test('outlives the process, under everything that it depends on', () => {
    const file = folder.path('deep', 'proofs.json');
    new Proofs(file).put(key, shares);
    assert.deepEqual(new Proofs(file).get(key), shares);
    for (const other of ['1.30.0', 'tensorrt'])
      assert.equal(new Proofs(file).get(Proofs.key([other, 'cuda', ['GPU-1', '550.1'], 'hash'])), undefined);
    assert.notEqual(Proofs.key(['1.29.0', 'cuda', ['GPU-1', '551.0'], 'hash']), key, 'another driver');
    new Proofs(file).put(key, undefined);
    assert.equal(new Proofs(file).get(key), undefined, 'forgotten');
    assert.deepEqual(readdirSync(folder.path('deep')), ['proofs.json'], 'nothing half-written');
  });

  test('is made again when the file is damaged, and the file is made anew', () => {
    for (const damaged of [
      '',
      '{"version":1,',
      'null',
      '{"version":2,"proofs":{}}',
      JSON.stringify({ version: 1, proofs: { [key]: { own: 11, all: 10, left: {} } } }),
      JSON.stringify({ version: 1, proofs: { [key]: 'yes' } }),
      JSON.stringify({ version: 1 }),
    ]) {
      const file = folder.write('damaged.json', damaged);
      assert.equal(new Proofs(file).get(key), undefined, damaged);
      new Proofs(file).put(key, shares);
      assert.deepEqual(new Proofs(file).get(key), shares, damaged);
    }
  });

  test('is not missed where nothing can be written', () => {
    const file = folder.write('a file', 'x');
    const proofs = new Proofs(`${file}/proofs.json`);
    proofs.put(key, shares);
    assert.equal(proofs.get(key), undefined);
    assert.equal(readFileSync(file, 'utf8'), 'x');
  });

  test('does not grow for ever', () => {
    const file = folder.path('many.json');
    const proofs = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key ${i}`, shares]));
    writeFileSync(file, JSON.stringify({ version: 1, proofs }));
    new Proofs(file).put(key, shares);
    assert.deepEqual(new Proofs(file).get(key), shares);
    assert.equal(new Proofs(file).get('key 0'), undefined);
    assert.deepEqual(new Proofs(file).get('key 499'), shares);
  });

  test('failures concern all models of a job or one of them, and end with the job', () => {
    const file = folder.path('failures.json');
    const job = new Proofs(file);
    job.remember(providerFailure('cuda', 'library-missing', { library: 'libcublas.so.13' }));
    job.remember(providerFailure('webgpu', 'out-of-memory'));
    assert.equal(job.failed('cuda')?.cause, 'library-missing');
    assert.equal(job.failed('webgpu'), undefined);
    assert.equal(new Proofs(file).failed('cuda'), undefined);
  });
});

describe('the process that proves', () => {
  const request = { model: 'none', provider: 'cuda' as const, threads: 1 };
  let count = 0;
  const run = (program: string, limitMs?: number) =>
    proveApart(request, {
      script: folder.write(`probe${++count}.js`, program),
      ...(limitMs !== undefined && { limitMs }),
    });
  // Other jobs of this machine leave theirs in the usual place.
  before(() => {
    mkdirSync(folder.path('temporary'));
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder.path('temporary');
  });
  const leftOvers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('face-swap-probe-'));

  test('shows which nodes of the real model ran', async () => {
    const before = leftOvers();
    const model = await modelFile('face_detector');
    const result = await proveApart({ model, provider: 'cpu', threads: 1 });
    assert.ok('proof' in result, JSON.stringify(result));
    const { own, all, left, createMs, warmUpMs } = result.proof;
    assert.ok(own > 20 && own === all, `${own} of ${all}`);
    assert.deepEqual(left, {});
    assert.ok(createMs > 0 && warmUpMs > 0);
    assert.deepEqual(leftOvers(), before);
  });

  test('tells the exception of a model that cannot be loaded', async () => {
    const model = folder.write('broken.onnx', 'not a model');
    const result = await proveApart({ model, provider: 'cpu', threads: 1 });
    assert.ok('trouble' in result);
    assert.match(result.trouble.text, /Protobuf parsing failed|Load model/);
    assert.equal(result.trouble.crash, undefined);
  });

  test('may crash, abort or end: its last words are kept, without their colours', async () => {
    const words = `process.stderr.write('\\u001b[1;31mlast words\\u001b[m\\n');`;
    for (const [end, expected] of [
      [`process.kill(process.pid, 'SIGSEGV')`, 'SIGSEGV'],
      ['process.abort()', 'SIGABRT'],
      ['process.exit(3)', 'exit code 3'],
    ]) {
      const result = await run(`${words} process.on('message', () => { ${end}; });`);
      assert.ok('trouble' in result);
      if (process.platform !== 'win32') assert.equal(result.trouble.crash, expected);
      assert.match(result.trouble.text, /^last words/);
      assert.doesNotMatch(result.trouble.text, /\[1;31m/);
    }
  });

  test('is ended when it does not answer, even when it hears nothing', async () => {
    const result = await run(`process.on('message', () => { for (;;); });`, 1000);
    assert.deepEqual(result, { trouble: { text: '', hang: '1 s' } });
  });

  test('cannot be started: that is told as well', async () => {
    const result = await proveApart(request, { script: folder.path('none.js') });
    assert.ok('trouble' in result);
    assert.match(result.trouble.text, /Cannot find module/);
  });
});
