import assert from 'node:assert/strict';
import path from 'node:path';
import { Command } from 'commander';
import { describe, test } from 'node:test';
import {
  addProcessingOptions,
  processingOf,
  type ProcessingArguments,
} from '../../src/cli/processingOptions';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultProcessing } from '../../src/protocol/processing';

function parse(...args: string[]) {
  const command = addProcessingOptions(new Command());
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  return processingOf(command.parse(args, { from: 'user' }).opts<ProcessingArguments>());
}

describe('options of swappers and enhancers', () => {
  test('give the documented defaults', () => assert.deepEqual(parse(), defaultProcessing));

  test('take models by id or by file, and what facefusion calls them', () => {
    const { swapper, enhancer, mask } = parse(
      ...'--face-swapper-model inswapper_128 --face-swapper-weight 0.8 --face-swapper-pixel-boost 512x512'.split(
        ' ',
      ),
      ...'--face-swapper-colour-match --face-mask-type box region --face-mask-region face keep-mouth'.split(
        ' ',
      ),
      ...'--face-mask-blur 0.5 --face-mask-padding 1 2 3 4 --face-enhancer-model gfpgan.onnx'.split(' '),
      ...'--face-enhancer-blend 50 --face-enhancer-weight 0.2 --face-enhancer-faces all'.split(' '),
    );
    assert.deepEqual(swapper, { model: 'inswapper_128', weight: 0.8, pixelBoost: 512, colourMatch: true });
    assert.deepEqual(mask, {
      types: ['box', 'region'],
      regions: ['face', 'keep-mouth'],
      blur: 0.5,
      padding: [1, 2, 3, 4],
    });
    const model = path.resolve('gfpgan.onnx');
    assert.deepEqual(enhancer, { model, blend: 50, weight: 0.2, faces: 'all' });
  });

  test('complete margins as style sheets do', () => {
    assert.deepEqual(parse('--face-mask-padding', '5').mask.padding, [5, 5, 5, 5]);
    assert.deepEqual(parse('--face-mask-padding', '5', '7').mask.padding, [5, 7, 5, 7]);
    assert.deepEqual(parse('--face-mask-padding', '5', '7', '9').mask.padding, [5, 7, 9, 7]);
  });

  for (const [option, ...values] of [
    ['face-mask-padding', '1', '2', '3', '4', '5'],
    ['face-mask-padding', '101'],
    ['face-swapper-model', ''],
  ]) {
    test(`refuse --${option} ${values.join(' ')} and name the option`, () =>
      assert.throws(
        () => parse(`--${option}`, ...values),
        (error) =>
          error instanceof FaceSwapError && error.code === 'usage' && error.facts['option'] === option,
      ));
  }

  for (const args of [
    ['--face-swapper-pixel-boost', '256x128'],
    ['--face-swapper-pixel-boost', '4096'],
    ['--face-swapper-weight', '1.1'],
    ['--face-mask-type', 'square'],
  ]) {
    test(`refuse ${args.join(' ')}`, () => assert.throws(() => parse(...args), /invalid/));
  }
});
