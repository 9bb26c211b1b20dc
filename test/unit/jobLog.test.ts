import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { JobLog } from '../../src/host/jobLog';
import { longStatus, shortStatus } from '../../src/host/jobStatus';
import { defaultEncoding, defaultExecution, defaultSelection, type SwapJob } from '../../src/protocol/job';
import type { JobReport, Progress } from '../../src/protocol/report';

const swapping = (frame: number): Progress => ({
  stage: 'swap',
  frame,
  total: 200,
  fps: 24.96,
  secondsLeft: 125.2,
  provider: 'cuda',
});

function logged(tell: (log: JobLog) => void): string[] {
  const lines: string[] = [];
  tell(new JobLog((level, line) => lines.push(`${level} ${line}`)));
  return lines;
}

suite('The log of a job', () => {
  test('names each stage once and progress at every tenth', () => {
    const lines = logged((log) => {
      log.progress({ stage: 'probe', frame: 0, total: 0, fps: 0 });
      for (let frame = 0; frame <= 45; frame++) log.progress(swapping(frame));
      log.progress({ ...swapping(200), stage: 'join' });
    });
    assert.deepEqual(lines, [
      'info Looking at the video',
      'info Swapping',
      'info 10 % (frame 20 of 200), 25 fps, 2 min 6 s left, on CUDA',
      'info 20 % (frame 40 of 200), 25 fps, 2 min 6 s left, on CUDA',
      'info Joining the parts',
    ]);
  });

  test('begins a block of its own, which says everything that was asked', () => {
    const job = {
      ...{ sources: ['/photos/ann.jpg'], target: '/videos/party.mp4', output: '/videos/ann-party.mp4' },
      ...{ processors: ['face_swapper'], selection: defaultSelection, encoding: defaultEncoding },
      execution: defaultExecution,
    } as unknown as SwapJob;
    const [heading, ...lines] = logged((log) => log.started(job, 'ann.jpg → party.mp4'));
    assert.match(heading, /^info ann\.jpg → party\.mp4 ─{3,}$/);
    for (const file of [job.sources[0], job.target, job.output])
      assert.ok(
        lines.some((line) => line.endsWith(`: ${file}`)),
        file,
      );
    assert.ok(
      lines.includes('info Execution providers in order of preference: cuda, coreml, dml, webgpu, cpu'),
    );
  });

  test('ends with a summary', () => {
    const report: JobReport = {
      output: '/videos/ann-party.mp4',
      frames: 200,
      framesWithSwap: 180,
      facesSwapped: 190,
      seconds: 8,
      fps: 25,
      width: 1920,
      height: 1080,
      providers: [
        { model: 'face_detector', provider: 'cuda', reason: 'proven', fellBack: false },
        { model: 'face_recognizer', provider: 'cuda', reason: 'proven', fellBack: false },
        { model: 'face_landmarker', provider: 'cpu', reason: 'an operator is missing', fellBack: true },
      ],
      peakMemoryMb: 512.4,
      gpu: { uuid: 'GPU-1', totalMb: 8192, peakMb: 3000 },
      timings: { swap: 7000 },
      audio: 'copied',
      warnings: ['The subtitles were left out.'],
    };
    const lines = logged((log) => log.finished(report));
    assert.ok(lines.includes('warn The subtitles were left out.'));
    assert.ok(
      lines.includes('info   Execution: CUDA (face_detector, face_recognizer), CPU (face_landmarker)'),
    );
    assert.ok(lines.includes('info   Peak GPU memory: 3000 of 8192 MB, all programs'));
    assert.ok(lines.includes('info   180 frames changed, 190 faces swapped'));
  });
});

suite('The status', () => {
  test('is provider, percent and speed', () => {
    assert.equal(shortStatus(swapping(99)), 'CUDA 49 % · 25 fps');
    const vram = { usedMb: 5325, totalMb: 24576 };
    assert.equal(shortStatus({ ...swapping(99), vram }), 'CUDA 49 % · 25 fps · VRAM 5.2/24.0 GB');
    assert.equal(longStatus(swapping(99)), '49 % · 25 fps · 2 min 6 s left · on CUDA');
  });

  test('claims no speed before a frame is done', () => {
    assert.equal(shortStatus({ stage: 'models', frame: 0, total: 0, fps: 0 }), '0 %');
    assert.equal(longStatus({ stage: 'models', frame: 0, total: 0, fps: 0 }), 'Loading the models');
  });
});
