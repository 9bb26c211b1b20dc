import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  defaultProcessing,
  enhancedFaces,
  faceMaskRegions,
  faceMaskTypes,
  type FaceEnhancerOptions,
  type FaceMaskRegion,
  type FaceMaskType,
  type ProcessingOptions,
} from '../protocol/processing';
import { FaceSwapError } from '../protocol/errors';
import { modelOf, numberBetween } from './optionValues';

/** Options of the processors as commander hands them over; named as in facefusion. */
export interface ProcessingArguments {
  faceSwapperModel: string;
  faceSwapperWeight: number;
  faceSwapperPixelBoost: number;
  faceSwapperColourMatch?: true;
  faceMaskType: FaceMaskType[];
  faceMaskRegion: FaceMaskRegion[];
  faceMaskBlur: number;
  faceMaskPadding: string[];
  faceEnhancerModel: string;
  faceEnhancerBlend: number;
  faceEnhancerWeight: number;
  faceEnhancerFaces: FaceEnhancerOptions['faces'];
}

export function addProcessingOptions(command: Command): Command {
  const { swapper, enhancer, mask } = defaultProcessing;
  return command
    .option(
      '--face-swapper-model <id or file>',
      'auto, mesh (built in), an id of the catalogue, or an .onnx file of inswapper’s kind',
      swapper.model,
    )
    .option(
      '--face-swapper-weight <w>',
      'below 0.5 keeps something of the target’s identity, above drives it out',
      numberBetween(0, 1, false),
      swapper.weight,
    )
    .addOption(
      new Option('--face-swapper-pixel-boost <size>', 'swap in this size, such as 256x256')
        .argParser(boostOf)
        .default(swapper.pixelBoost, 'the model’s own'),
    )
    .option('--face-swapper-colour-match', 'give the new face the colours of the old one')
    .addOption(
      new Option('--face-mask-type <types...>', 'masks of the new face; the smallest counts')
        .choices(faceMaskTypes)
        .default(mask.types),
    )
    .addOption(
      new Option('--face-mask-region <regions...>', 'what the region mask is made of')
        .choices(faceMaskRegions)
        .default(mask.regions),
    )
    .option(
      '--face-mask-blur <share>',
      'softness of the box mask, 0 to 1',
      numberBetween(0, 1, false),
      mask.blur,
    )
    .addOption(
      new Option(
        '--face-mask-padding <percent...>',
        'margins of the box mask: top, right, bottom, left',
      ).default(mask.padding.map(String), mask.padding.join(' ')),
    )
    .option(
      '--face-enhancer-model <id or file>',
      'auto, an id of the catalogue, or an .onnx file of GFPGAN’s kind',
      enhancer.model,
    )
    .option(
      '--face-enhancer-blend <percent>',
      'how much of the restored face is taken',
      numberBetween(0, 100, true),
      enhancer.blend,
    )
    .option(
      '--face-enhancer-weight <w>',
      'CodeFormer’s weight, 0 to 1',
      numberBetween(0, 1, false),
      enhancer.weight,
    )
    .addOption(
      new Option('--face-enhancer-faces <which>', 'restore the swapped faces or all')
        .choices(enhancedFaces)
        .default(enhancer.faces),
    );
}

/** Throws `usage` for an empty model name and margins that are no one to four numbers. */
export function processingOf(options: ProcessingArguments): ProcessingOptions {
  return {
    swapper: {
      model: modelOf('face-swapper-model', options.faceSwapperModel)!,
      weight: options.faceSwapperWeight,
      pixelBoost: options.faceSwapperPixelBoost,
      colourMatch: options.faceSwapperColourMatch ?? false,
    },
    enhancer: {
      model: modelOf('face-enhancer-model', options.faceEnhancerModel)!,
      blend: options.faceEnhancerBlend,
      weight: options.faceEnhancerWeight,
      faces: options.faceEnhancerFaces,
    },
    mask: {
      types: options.faceMaskType,
      regions: options.faceMaskRegion,
      blur: options.faceMaskBlur,
      padding: paddingOf(options.faceMaskPadding),
    },
  };
}

/** `256x256` or `256`. */
function boostOf(text: string): number {
  const size = /^(\d+)(?:x\1)?$/.exec(text)?.[1];
  const value = Number(size);
  if (size === undefined || value < 64 || value > 2048)
    throw new InvalidArgumentError('it must be a size such as 256x256, at most 2048x2048.');
  return value;
}

/** One to four margins, completed as in style sheets: the others repeat those across. */
function paddingOf(values: readonly string[]): [number, number, number, number] {
  const parse = numberBetween(0, 100, false);
  const wrong = (reason: string) => new FaceSwapError('usage', { option: 'face-mask-padding', reason });
  if (values.length > 4) throw wrong('one to four numbers, not more');
  const given = values.map((value) => {
    try {
      return parse(value);
    } catch (error) {
      throw error instanceof InvalidArgumentError ? wrong(error.message) : error;
    }
  });
  const [top, right = top, bottom = top, left = right] = given;
  return [top, right, bottom, left];
}
