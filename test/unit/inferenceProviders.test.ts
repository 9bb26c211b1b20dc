import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodesOn, parseProviders, whyImpossible } from '../../src/pipeline/inference/providers';
import { FaceSwapError } from '../../src/protocol/errors';

describe('parseProviders', () => {
  it('keeps the order and drops repetitions', () => {
    assert.deepEqual(parseProviders(['cuda', 'cpu', 'cuda']), ['cuda', 'cpu']);
  });

  it('refuses names onnxruntime would drop silently', () => {
    assert.throws(
      () => parseProviders(['cpu', 'cuda12']),
      (error) =>
        error instanceof FaceSwapError && error.code === 'usage' && !!error.facts.reason?.includes('cuda12'),
    );
  });
});

describe('whyImpossible', () => {
  it('never refuses the CPU', () => {
    assert.equal(whyImpossible('cpu', []), undefined);
  });

  it('names the system or the build that lacks a provider', () => {
    const foreign = process.platform === 'darwin' ? 'dml' : 'coreml';
    assert.match(whyImpossible(foreign, ['coreml', 'dml'])!, /only/);
    assert.match(whyImpossible('webgpu', ['cpu'])!, /no webgpu provider/);
  });
});

describe('nodesOn', () => {
  const profile = JSON.stringify([
    { cat: 'Session', name: 'model_run' },
    { cat: 'Node', name: 'a_fence_before', args: {} },
    { cat: 'Node', name: 'a_kernel_time', args: { provider: 'CUDAExecutionProvider' } },
    { cat: 'Node', name: 'b_kernel_time', args: { provider: 'CUDAExecutionProvider' } },
    { cat: 'Node', name: 'c_kernel_time', args: { provider: 'CPUExecutionProvider' } },
  ]);

  it('counts the nodes a provider really executed', () => {
    assert.deepEqual(nodesOn('cuda', profile), { own: 2, all: 3 });
    assert.deepEqual(nodesOn('coreml', profile), { own: 0, all: 3 });
  });
});
