import { invertAffine, type Affine } from '../../src/pipeline/image/affine';
import { fromBlob, toBlob, unitScale } from '../../src/pipeline/image/blob';
import { cutFace, type FaceCrop } from '../../src/pipeline/image/faceCrop';
import type { Frame } from '../../src/pipeline/image/frame';
import type { NewFace } from '../../src/pipeline/image/paste';
import { insightfaceMask } from '../../src/pipeline/image/pasteMask';
import { everyShare } from '../../src/pipeline/image/regionMask';
import { alignTo, type AlignmentName } from '../../src/pipeline/image/templates';
import { arcfaceBlob, normCrop } from '../../src/pipeline/faces/arcface';
import { project, unit } from '../../src/pipeline/processors/faceSwapper/latent';
import { swapFace, type SwapPlan } from '../../src/pipeline/processors/faceSwapper/swapFace';
import type { RgbImage } from '../../src/pipeline/image/region';
import type { Networks } from './networks';
import {
  fromFrame,
  toFrame,
  type ReferenceCase,
  type ReferenceFace,
  type ReferenceSet,
} from './referenceSet';
import type { Verdicts } from './verdicts';

/** Side of inswapper's pictures. */
const SIDE = 128;

export const insightfacePlan: SwapPlan = {
  template: 'insightface_128',
  networkSize: SIDE,
  size: SIDE,
  way: 'insightface',
  base: 'insightface',
  maskBlur: 0.3,
  maskPadding: [0, 0, 0, 0],
  strength: 1,
};

/** One case the insightface way: every step of every face, then the whole frame. Our numbers go into `item`. */
export async function checkInsightface(
  set: ReferenceSet,
  item: ReferenceCase,
  networks: Networks,
  verdicts: Verdicts,
): Promise<void> {
  const input = await set.rgb(item.input);
  const frame = toFrame(input);
  for (const [i, face] of item.faces.entries()) {
    const where = `${item.id}/face${i}`;
    await checkRecognition(set, face, where, input, verdicts);
    await checkCropAndMask(set, face, where, frame, verdicts);
    const latent = await checkNetwork(set, face, where, frame, networks, verdicts);
    if (latent && networks.inswapper) {
      const { network } = networks.inswapper;
      await swapFace(frame, face.keypoints, insightfacePlan, (crop) => network.swap(crop, latent, true));
    }
  }
  const result = item.results?.insightfaceSwap;
  if (networks.inswapper) await checkFrame(set, 'is-final', item, result, frame, input, verdicts);
}

/** Compares and writes a matrix; returns it as the set writes matrices. */
export function checkMatrix(
  set: ReferenceSet,
  where: string,
  ours: Affine,
  theirs: number[][] | undefined,
  verdicts: Verdicts,
): number[][] {
  const { linearPart, translationPixels } = set.record.tolerances.matrix;
  const rows = [ours.slice(0, 3), ours.slice(3)];
  if (theirs) {
    const linear = (m: number[][]) => m.flatMap((row) => row.slice(0, 2));
    const shift = (m: number[][]) => m.map((row) => row[2]);
    verdicts.numbers('matrix, linear part', where, linear(rows), linear(theirs), linearPart);
    verdicts.numbers('matrix, translation', where, shift(rows), shift(theirs), translationPixels);
  }
  return rows;
}

async function checkRecognition(
  set: ReferenceSet,
  face: ReferenceFace,
  where: string,
  input: RgbImage,
  verdicts: Verdicts,
): Promise<void> {
  const { arcface } = face;
  if (!arcface) return;
  const { tolerances } = set.record;
  arcface.M = checkMatrix(set, where, alignTo('insightface_112', 112, face.keypoints), arcface.M, verdicts);
  const crop = normCrop(input, face.keypoints);
  await set.writePixels(arcface.aligned, 112, 112, 3, crop.data);
  let recorded = crop;
  if (set.has(arcface.aligned)) {
    recorded = await set.rgb(arcface.aligned);
    verdicts.levels('arcface112', where, crop.data, recorded.data, tolerances.crop);
  }
  // A blob is a crop on another scale: it is judged on the recorded crop, or a level's difference would fail it.
  const blob = arcfaceBlob(recorded);
  await set.writeFloats(arcface.blob, blob);
  if (set.has(arcface.blob) && set.has(arcface.aligned)) {
    verdicts.numbers('arcface-blob', where, blob, await set.floats(arcface.blob), tolerances.blobMaxAbs);
  }
}

async function checkCropAndMask(
  set: ReferenceSet,
  face: ReferenceFace,
  where: string,
  frame: Frame,
  verdicts: Verdicts,
): Promise<void> {
  const recorded = face.insightface;
  if (!recorded) return;
  const { tolerances } = set.record;
  const toCrop = alignTo(insightfacePlan.template, SIDE, face.keypoints);
  recorded.M = checkMatrix(set, where, toCrop, recorded.M, verdicts);
  recorded.inverseM = checkMatrix(set, where, invertAffine(toCrop), recorded.inverseM, verdicts);
  const crop = cutFace(frame, toCrop, SIDE, SIDE, 'black');
  await checkCrop(set, 'is-aligned128', where, recorded.aligned, crop, verdicts);
  const { width, height } = frame.format;
  const made = insightfaceMask(toCrop, SIDE, width, height);
  const levels = new Uint8Array(width * height);
  if (made) {
    const { mask, ...numbers } = made;
    everyShare(mask).forEach((share, i) => {
      const y = mask.y + Math.floor(i / mask.width);
      levels[y * width + mask.x + (i % mask.width)] = Math.round(share * 255);
    });
    if (recorded.mask) {
      const keys = Object.keys(recorded.mask);
      const ours = numbers as Record<string, number>;
      const theirs = recorded.mask;
      verdicts.numbers(
        'is-mask, sizes',
        where,
        keys.map((k) => ours[k]),
        keys.map((k) => theirs[k]),
        1e-9,
      );
    }
    recorded.mask = numbers;
  }
  await set.writePixels(recorded.pasteMask, width, height, 1, levels);
  if (set.has(recorded.pasteMask)) {
    const theirs = await set.grey(recorded.pasteMask);
    verdicts.levels('is-mask', where, levels, theirs, tolerances.pasteMask);
  }
}

/** Writes a crop of ours and compares it with the recorded one. */
export async function checkCrop(
  set: ReferenceSet,
  item: string,
  where: string,
  file: string | null | undefined,
  crop: FaceCrop,
  verdicts: Verdicts,
): Promise<void> {
  await set.writePixels(file, crop.width, crop.height, 3, crop.data);
  if (!set.has(file)) return;
  verdicts.levels(item, where, crop.data, (await set.rgb(file)).data, set.record.tolerances.crop);
}

/** Latent, blob, output and swapped crop; each step is judged on the recorded result of the step before it. */
async function checkNetwork(
  set: ReferenceSet,
  face: ReferenceFace,
  where: string,
  frame: Frame,
  networks: Networks,
  verdicts: Verdicts,
): Promise<Float32Array | undefined> {
  const recorded = face.insightface ?? {};
  const { tolerances } = set.record;
  const embedding = await sourceUnit(set, face);
  if (!embedding || !networks.inswapper) return undefined;
  const { map, network } = networks.inswapper;
  const latent = project(embedding, map, 'insightface');
  await set.writeFloats(recorded.latent, latent);
  if (set.has(recorded.latent)) {
    verdicts.numbers('is-latent', where, latent, await set.floats(recorded.latent), tolerances.latentMaxAbs);
  }
  const own = cutFace(frame, cropMap(face, 'insightface_128'), SIDE, SIDE, 'black');
  const isRecorded = set.has(recorded.aligned);
  const crop = set.has(recorded.aligned) ? await set.rgb(recorded.aligned) : own;
  const blob = toBlob(crop, unitScale);
  await set.writeFloats(recorded.blobIn, blob);
  if (isRecorded && set.has(recorded.blobIn)) {
    verdicts.numbers('is-blob-in', where, blob, await set.floats(recorded.blobIn), tolerances.blobMaxAbs);
  }
  const output = (await network.run(blob, latent)).slice();
  await set.writeFloats(recorded.netOut, output);
  let swapped = fromBlob(output, SIDE, unitScale, 'cut');
  if (isRecorded && set.has(recorded.netOut)) {
    const theirs = await set.floats(recorded.netOut);
    verdicts.numbers('is-net-out', where, output, theirs, tolerances.netOutMaxAbs);
    swapped = fromBlob(theirs, SIDE, unitScale, 'cut');
  }
  const pixels = interleave(swapped);
  await set.writePixels(recorded.swapped, SIDE, SIDE, 3, pixels);
  if (set.has(recorded.swapped)) {
    verdicts.levels('is-swapped128', where, pixels, (await set.rgb(recorded.swapped)).data, tolerances.crop);
  }
  return latent;
}

async function sourceUnit(set: ReferenceSet, face: ReferenceFace): Promise<Float32Array | undefined> {
  if (set.has(face.sourceEmbeddingUnit)) return set.floats(face.sourceEmbeddingUnit);
  return set.has(face.sourceEmbedding) ? unit(await set.floats(face.sourceEmbedding)) : undefined;
}

function cropMap(face: ReferenceFace, template: AlignmentName): Affine {
  return alignTo(template, SIDE, face.keypoints);
}

/** A face in crop space as a picture, rounded to whole levels. */
export function interleave({ size, data }: NewFace): Uint8Array {
  const area = size * size;
  return Uint8Array.from({ length: 3 * area }, (_, i) =>
    Math.round(data[(i % 3) * area + Math.floor(i / 3)]),
  );
}

/** Writes a finished frame of ours and compares it inside and outside of what the original changed. */
export async function checkFrame(
  set: ReferenceSet,
  name: string,
  item: ReferenceCase,
  file: string | null | undefined,
  frame: Frame,
  input: RgbImage,
  verdicts: Verdicts,
): Promise<void> {
  const ours = fromFrame(frame);
  await set.writePixels(file, frame.format.width, frame.format.height, 3, ours);
  if (!set.has(file)) return;
  const theirs = (await set.rgb(file)).data;
  const { changedRegion, outside } = set.record.tolerances.finalFrame;
  const changed = (i: number) => {
    const pixel = i - (i % 3);
    return [0, 1, 2].some((c) => theirs[pixel + c] !== input.data[pixel + c]);
  };
  verdicts.levels(`${name}, changed region`, item.id, ours, theirs, changedRegion, changed);
  const elsewhere = { within: outside.max, share: 1, max: outside.max };
  verdicts.levels(`${name}, outside`, item.id, ours, theirs, elsewhere, (i) => !changed(i));
}
