import { isDeepStrictEqual } from 'node:util';
import type { SwapJob } from '../protocol/job';
import { defaultProcessing } from '../protocol/processing';

/** The settings of a job that were changed but that only swappers with a network heed, in words; the enhancer heeds masks as well. */
export function unheededByMesh({ processing = defaultProcessing, processors }: SwapJob): string[] {
  const { swapper, mask } = processing;
  const { weight, pixelBoost, colourMatch } = defaultProcessing.swapper;
  return [
    ...(swapper.weight === weight ? [] : ['face swapper weight']),
    ...(swapper.pixelBoost === pixelBoost ? [] : ['face swapper pixel boost']),
    ...(swapper.colourMatch === colourMatch ? [] : ['face swapper colour match']),
    ...(isDeepStrictEqual(mask, defaultProcessing.mask) || processors.includes('face_enhancer')
      ? []
      : ['face masks']),
  ];
}
