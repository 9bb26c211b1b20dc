import type { NeuralModel } from '../models';
import { FaceSwapError } from '../protocol/errors';
import { unitScale } from './image/blob';
import type { EnhancerRecord } from './processors/faceEnhancer/enhanceNetwork';
import type { SwapperRecord } from './processors/faceSwapper/swapperRecords';

/** What a face_swapper has to know about a model of the catalogue. Throws `model-wrong` for one that is none. */
export function swapperRecord(model: NeuralModel): SwapperRecord {
  const { size, template, mean, std, source } = model;
  if (!size || !template || !mean || !std || !source) throw notA('face_swapper', model);
  const scale = { mean, deviation: std };
  return { size, template, scale, outputScale: model.denormalise ? scale : unitScale, source };
}

/** What a face_enhancer has to know about a model of the catalogue. Throws `model-wrong` for one that is none. */
export function enhancerRecord(model: NeuralModel): EnhancerRecord {
  if (!model.template) throw notA('face_enhancer', model);
  return { template: model.template };
}

function notA(role: string, { id, file }: NeuralModel): FaceSwapError {
  return new FaceSwapError('model-wrong', { file, reason: `the record of ${id} describes no ${role}` });
}
