import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JobReport, Progress } from '../../src/protocol/report';
import { mediaFolder } from '../support/cliMedia';
import { eventsOf, faceSwap } from '../support/commandLine';
import { fakeGpu, type FakeGpu } from '../support/fakeGpu';

describe('a job on a machine with a GPU to watch', { skip: process.platform === 'win32' }, () => {
  let folder = '';
  let media = '';
  let count = 0;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-gpu-'));
    media = mediaFolder(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const noModels = { FACE_SWAP_MODELS: path.join(tmpdir(), 'no models here'), XDG_DATA_HOME: tmpdir() };
  const swap = async (gpu: FakeGpu, ...args: string[]) => {
    const env = { ...noModels, ...fakeGpu(path.join(folder, `${++count}.json`), gpu) };
    const common = ['run', '-s', 'ann.jpg', '-t', 'clip.mp4', '-o', `${count}.mp4`, '--json'];
    const ended = await faceSwap([...common, '--execution-provider', 'cpu', ...args], { cwd: media, env });
    assert.equal(ended.code, 0, ended.stderr + ended.stdout);
    const events = eventsOf(ended);
    const { report } = events.at(-1) as unknown as { report: JobReport };
    return { report, events, stdout: ended.stdout };
  };

  test('tells what is in use in its progress and the peak in its report', async () => {
    const { report, events } = await swap({ curves: [[500, 2000]] });
    assert.deepEqual(report.gpu, { uuid: 'GPU-fake-1', totalMb: 8192, peakMb: 2000 });
    const told = events.filter(({ type }) => type === 'progress') as unknown as Progress[];
    assert.deepEqual(told.at(-1)?.vram, { usedMb: 2000, totalMb: 8192 });
  });

  test('is not harmed by an nvidia-smi that babbles or breaks', async () => {
    for (const curve of [['%!§'], ['exit']]) {
      const { report } = await swap({ curves: [curve] });
      assert.ok(report.framesWithSwap > 0);
      assert.equal(report.gpu, undefined);
    }
  });
});
