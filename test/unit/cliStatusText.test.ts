import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { barText, clock, statusText } from '../../src/cli/statusText';
import type { Progress } from '../../src/protocol/report';

const halfway: Progress = {
  stage: 'swap',
  frame: 50,
  total: 100,
  fps: 12.34,
  secondsLeft: 4.1,
  provider: 'cuda',
};

describe('the progress line', () => {
  test('tells percent, frames, speed, time left and provider', () => {
    assert.equal(statusText(halfway), '50 % · 50/100 · 12.3 fps · 0:05 left · cuda');
    const vram = { usedMb: 812, totalMb: 8192 };
    assert.match(statusText({ ...halfway, vram }), /· cuda · VRAM 812\/8192 MB$/);
  });

  test('says when the preferred provider is not the one', () => {
    assert.match(statusText({ ...halfway, provider: 'cpu', fellBack: true }), /cpu \(fallback\)$/);
  });

  test('does not guess the time left', () => {
    assert.doesNotMatch(statusText({ stage: 'swap', frame: 1, total: 9, fps: 0 }), /left|undefined/);
  });

  test('has a bar that fills, and fits the terminal', () => {
    const filled = (frame: number) => barText({ ...halfway, frame }, 200).split('█').length - 1;
    assert.deepEqual([filled(0), filled(50), filled(100)], [0, 14, 28]);
    assert.equal(barText(halfway, 40).length, 40);
  });

  test('writes times as clocks do', () => {
    assert.deepEqual([0, 6.2, 60, 3599.5, 3723].map(clock), ['0:00', '0:07', '1:00', '1:00:00', '1:02:03']);
  });
});
