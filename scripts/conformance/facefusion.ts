import { pasteBox } from '../../src/pipeline/image/cropMask';
import { cutFace, type FaceCrop } from '../../src/pipeline/image/faceCrop';
import type { Frame } from '../../src/pipeline/image/frame';
import type { NewFace } from '../../src/pipeline/image/paste';
import { fromBlob, signedScale, toBlob } from '../../src/pipeline/image/blob';
import { alignTo } from '../../src/pipeline/image/templates';
import { enhanceFace } from '../../src/pipeline/processors/faceEnhancer/enhanceFace';
import { project } from '../../src/pipeline/processors/faceSwapper/latent';
import { swapFace, type RunNetwork, type SwapPlan } from '../../src/pipeline/processors/faceSwapper/swapFace';
import { checkCrop, checkFrame, checkMatrix, insightfacePlan, interleave } from './insightface';
import type { Networks } from './networks';
import { toFrame, type ReferenceCase, type ReferenceFace, type ReferenceSet } from './referenceSet';
import type { Verdicts } from './verdicts';

const swapPlan: SwapPlan = { ...insightfacePlan, template: 'arcface_128', way: 'facefusion', base: 'box' };
const dim512: SwapPlan = { ...swapPlan, template: 'ffhq_512', networkSize: 512, size: 512 };

/** The network of the recorded dimming: 0.8 times its input. */
const dim: RunNetwork = ({ width, data }: FaceCrop): Promise<NewFace> => {
  const area = width * width;
  const face = { size: width, data: new Float32Array(3 * area) };
  for (let i = 0; i < 3 * area; i++) face.data[i] = 0.8 * data[(i % area) * 3 + Math.floor(i / area)];
  return Promise.resolve(face);
};

/** One case the facefusion way: crops and boxes of every face, then each of its whole frames. */
export async function checkFacefusion(
  set: ReferenceSet,
  item: ReferenceCase,
  networks: Networks,
  verdicts: Verdicts,
): Promise<void> {
  const input = await set.rgb(item.input);
  const { results = {} } = item;
  const finish = (name: string, file: string | null | undefined, frame: Frame) =>
    checkFrame(set, name, item, file, frame, input, verdicts);

  const dimmed = toFrame(input);
  for (const [i, face] of item.faces.entries()) {
    // The crop of a later face shows the earlier ones dimmed.
    await checkPlacement(set, face, `${item.id}/face${i}`, dimmed, 'arcface_128', verdicts);
    await swapFace(dimmed, face.keypoints, swapPlan, dim);
  }
  await finish('ff-dim128', results.facefusionDim128, dimmed);

  const dimmedLarge = toFrame(input);
  for (const [i, face] of item.faces.entries()) {
    await checkPlacement(set, face, `${item.id}/face${i}`, dimmedLarge, 'ffhq_512', verdicts);
    await swapFace(dimmedLarge, face.keypoints, dim512, dim);
  }
  await finish('ff-dim512', results.facefusionDim512, dimmedLarge);

  if (networks.inswapper) {
    const { network, map } = networks.inswapper;
    for (const [name, size] of [
      ['facefusionSwap', 128],
      ['facefusionSwapBoost256', 256],
    ] as const) {
      const frame = toFrame(input);
      let swapped = 0;
      for (const [i, face] of item.faces.entries()) {
        if (!set.has(face.sourceEmbedding)) continue;
        const latent = project(await set.floats(face.sourceEmbedding), map, 'facefusion');
        if (size === 128) await checkLatent(set, face, `${item.id}/face${i}`, latent, verdicts);
        await swapFace(frame, face.keypoints, { ...swapPlan, size }, (crop) =>
          network.swap(crop, latent, false),
        );
        swapped++;
      }
      const title = size === 128 ? 'ff-swap' : 'ff-swap-boost256';
      if (swapped === item.faces.length) await finish(title, results[name], frame);
    }
  }
  for (const name of ['gfpgan', 'codeformer'] as const) {
    const opened = networks[name];
    if (!opened) continue;
    const frame = toFrame(input);
    for (const [i, face] of item.faces.entries()) {
      const { enhance } = face.facefusion ?? {};
      const weight = (name === 'codeformer' ? enhance?.codeformer?.weight : undefined) ?? 0.5;
      await checkEnhancer(set, face, `${item.id}/face${i}`, frame, networks, name, weight, verdicts);
      const { network } = opened;
      const plan = { template: network.record.template, size: network.size, maskBlur: 0.3, blend: 0.8 };
      await enhanceFace(frame, face.keypoints, plan, (crop) => network.enhance(crop, weight));
    }
    const file = name === 'gfpgan' ? results.facefusionEnhanceGfpgan : results.facefusionEnhanceCodeformer;
    await finish(`ff-enhance-${name}`, file, frame);
  }
}

async function checkPlacement(
  set: ReferenceSet,
  face: ReferenceFace,
  where: string,
  frame: Frame,
  template: 'arcface_128' | 'ffhq_512',
  verdicts: Verdicts,
): Promise<void> {
  const recorded = face.facefusion?.[template];
  if (!recorded) return;
  const size = template === 'ffhq_512' ? 512 : 128;
  const toCrop = alignTo(template, size, face.keypoints);
  recorded.M = checkMatrix(set, where, toCrop, recorded.M, verdicts);
  const box = pasteBox(toCrop, size, frame.format.width, frame.format.height);
  const corners = [box.x, box.y, box.x + box.width, box.y + box.height];
  if (recorded.pasteBox) {
    verdicts.numbers('ff paste box', where, corners, recorded.pasteBox, set.record.tolerances.pasteBoxPixels);
  }
  recorded.pasteBox = corners;
  const crop = cutFace(frame, toCrop, size, size, 'replicate');
  await checkCrop(set, `ff-crop${size}`, where, recorded.crop, crop, verdicts);
}

async function checkLatent(
  set: ReferenceSet,
  face: ReferenceFace,
  where: string,
  latent: Float32Array,
  verdicts: Verdicts,
): Promise<void> {
  const file = face.facefusion?.latent;
  await set.writeFloats(file, latent);
  if (!set.has(file)) return;
  verdicts.numbers('ff-latent', where, latent, await set.floats(file), set.record.tolerances.latentMaxAbs);
}

/** Input, output and crop of an enhancer, judged on the recorded crop. */
async function checkEnhancer(
  set: ReferenceSet,
  face: ReferenceFace,
  where: string,
  frame: Frame,
  networks: Networks,
  name: 'gfpgan' | 'codeformer',
  weight: number,
  verdicts: Verdicts,
): Promise<void> {
  const opened = networks[name];
  const recorded = face.facefusion?.enhance;
  if (!opened || !recorded) return;
  const { tolerances } = set.record;
  const { network } = opened;
  const toCrop = alignTo(network.record.template, network.size, face.keypoints);
  recorded.M = checkMatrix(set, where, toCrop, recorded.M, verdicts);
  const own = cutFace(frame, toCrop, network.size, network.size, 'replicate');
  const isRecorded = set.has(recorded.crop);
  const blob = toBlob(set.has(recorded.crop) ? await set.rgb(recorded.crop) : own, signedScale);
  await checkSamples(
    set,
    'ff-net-in-512',
    where,
    recorded.netInEvery8,
    blob,
    network.size,
    isRecorded,
    tolerances.blobMaxAbs,
    verdicts,
  );
  const output = (await network.run(blob, weight)).slice();
  const file = recorded[name]?.netOutEvery8;
  await checkSamples(
    set,
    `ff-net-out-${name}`,
    where,
    file,
    output,
    network.size,
    isRecorded,
    tolerances.netOutMaxAbs,
    verdicts,
  );
  const enhanced = recorded.gfpgan?.enhancedCrop;
  if (name !== 'gfpgan' || enhanced === undefined) return;
  const data = interleave(fromBlob(output, network.size, signedScale, 'rounded'));
  await checkCrop(
    set,
    'ff-enhanced512-gfpgan',
    where,
    enhanced,
    { width: network.size, height: network.size, data },
    verdicts,
  );
}

async function checkSamples(
  set: ReferenceSet,
  item: string,
  where: string,
  file: string | null | undefined,
  tensor: Float32Array,
  size: number,
  comparable: boolean,
  most: number,
  verdicts: Verdicts,
): Promise<void> {
  const samples: number[] = [];
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < size; y += 8)
      for (let x = 0; x < size; x += 8) samples.push(tensor[(c * size + y) * size + x]);
  }
  await set.writeFloats(file, Float32Array.from(samples));
  if (comparable && set.has(file)) verdicts.numbers(item, where, samples, await set.floats(file), most);
}
