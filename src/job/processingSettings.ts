import {
  enhancedFaces,
  faceMaskRegions,
  faceMaskTypes,
  type ProcessingOptions,
} from '../protocol/processing';

/** How settings are read and checked; every reader throws `usage` naming the setting. */
export interface SettingReaders {
  number(name: string, least: number, most: number, whole: boolean): number;
  numbers(name: string, count: number, least: number, most: number): number[];
  flag(name: string): boolean;
  one<T extends string>(name: string, known: readonly T[]): T;
  list<T extends string>(name: string, known: readonly T[]): T[];
  /** Undefined when the setting is empty. */
  model(name: string): string | undefined;
}

/** What the settings say about swappers, enhancers and masks. */
export function readProcessing(read: SettingReaders): ProcessingOptions {
  const [top, right, bottom, left] = read.numbers('faceMaskPadding', 4, 0, 100);
  return {
    swapper: {
      model: read.model('model.swapper') ?? 'auto',
      weight: read.number('faceSwapperWeight', 0, 1, false),
      pixelBoost: read.number('faceSwapperPixelBoost', 0, 2048, true),
      colourMatch: read.flag('faceSwapperColourMatch'),
    },
    enhancer: {
      model: read.model('model.enhancer') ?? 'auto',
      blend: read.number('faceEnhancerBlend', 0, 100, true),
      weight: read.number('faceEnhancerWeight', 0, 1, false),
      faces: read.one('faceEnhancerFaces', enhancedFaces),
    },
    mask: {
      types: read.list('faceMaskTypes', faceMaskTypes),
      regions: read.list('faceMaskRegions', faceMaskRegions),
      blur: read.number('faceMaskBlur', 0, 1, false),
      padding: [top, right, bottom, left],
    },
  };
}
