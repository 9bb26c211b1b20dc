import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gpuRecord, type Measured, type Strategy } from '../../scripts/gpuRecord';
import { providerFailure } from '../../src/protocol/providerText';
import type { VerifiedModel } from '../../src/protocol/verify';

const failure = providerFailure('cuda', 'no-device');
const model: VerifiedModel = {
  role: 'face_swapper',
  model: 'inswapper-standin.onnx',
  state: 'runs',
  provider: 'cuda',
  nodes: { own: 98, all: 100, left: { Shape: 2 } },
  createMs: 900,
  warmUpMs: 120,
  msPerRun: 4.25,
  failures: [],
};
const release = { processor: 'face_swapper', baselineMb: 500, beforeMb: 1900, afterMb: 510, ms: 620 };
const strategy: Strategy = {
  ...{ seconds: 10, fps: 25, framesWithSwap: 250, peakMemoryMb: 900 },
  gpu: { uuid: 'GPU-1', totalMb: 8192, peakMb: 2500 },
  releases: [{ ...release, by: 'recycling', verdict: 'back' }],
};

const measured = (more: Partial<Measured['report']> = {}, isSame = true): Measured => ({
  report: {
    ...{ version: '1.0.0', system: 'linux x64', node: 'v20', wanted: 'cuda', models: [model] },
    runtime: { version: '1.29.0', folder: '/home/jane/runtime', built: ['cpu', 'cuda'] },
    gpus: [{ name: 'NVIDIA X', driver: '580.1', totalMb: 8192, freeMb: 8000, used: true }],
    releases: [{ ...release, by: 'release', verdict: 'back' }],
    folders: { '/home/jane': '~' },
    ...more,
  },
  ...{ machine: '2 × CPU, 8 GB', frames: 250, isSame },
  strategies: { together: strategy, sequential: strategy },
  troubles: {},
});

describe('The GPU record', () => {
  test('tells nodes, memory before and after each release, and frames per second', () => {
    const text = gpuRecord(measured());
    assert.match(text, /\*\*All networks run on CUDA, as wanted\.\*\*/);
    assert.match(
      text,
      /\| face_swapper inswapper-standin\.onnx \| cuda \| 98 of 100 \| Shape ×2 \| 900 \| 120 \| 4\.3 \|/,
    );
    assert.match(text, /\| face_swapper \| 500 \| 1900 \| 510 \| 620 \| recycling \| back \|/);
    assert.match(text, /\| sequential \| 25\.00 \| 10\.0 \| 250 of 250 \| 900 \| 2500 \|/);
    assert.match(text, /same frames, bit for bit\./);
    assert.match(text, /stand-ins: built here from a fixed seed/);
    assert.doesNotMatch(text, /jane/);
  });

  test('says plainly when nothing ran on a GPU, and why', () => {
    const cpu: VerifiedModel = { ...model, provider: 'cpu', failures: [failure] };
    delete cpu.nodes;
    const text = gpuRecord(measured({ models: [cpu], gpus: [], releases: [] }));
    assert.match(text, /\*\*Nothing in this record ran on a GPU\*\*: CUDA could not be used \(no NVIDIA GPU/);
    assert.match(text, /it does not prove CUDA/);
    assert.match(text, /No GPU memory could be watched on this machine/);
  });

  test('tells what CUDA has, and what is missing', () => {
    const found = [{ name: 'libcudart.so.13', file: '/x', from: 'pip', version: '13.0.96' }];
    const missing = [{ name: 'libcudnn.so.9', title: 'cuDNN 9' }];
    const cuda = { provider: 'present', found, missing, others: [], commands: [] } as const;
    assert.match(
      gpuRecord(measured({ cuda: { ...cuda, others: [], commands: [] } })),
      /^- CUDA provider present; found: libcudart\.so\.13 13\.0\.96 \(pip\); missing: libcudnn\.so\.9$/m,
    );
  });

  test('is made although a strategy fails, and says why', () => {
    const why = 'The memory of the GPU was full.';
    const half = { ...measured({}, false), strategies: { together: undefined, sequential: strategy } };
    const text = gpuRecord({ ...half, troubles: { together: `${why} Use "a==13.*"` } });
    assert.match(
      text,
      /\*\*together did not get to its end\*\*: The memory of the GPU was full\. Use "a==13\.\\\*"/,
    );
    assert.match(text, /\| together \| – \|/);
    assert.match(text, /\| sequential \| 25\.00 \|/);
    assert.doesNotMatch(text, /same frames/);
  });

  test('hides no difference between the strategies', () => {
    assert.match(gpuRecord(measured({}, false)), /\*\*The two strategies did not give the same frames\.\*\*/);
  });
});
