import type { PixelTolerance, ReferenceRecord } from './referenceSet';

/**
 * Gives every item that a set left out the name it has in the set's format, so that our results are complete. The file
 * is still not there, and nothing is compared with it.
 */
export function completeNames(record: ReferenceRecord): ReferenceRecord {
  for (const item of record.cases ?? []) {
    const folder = `cases/${item.id}`;
    item.results = named(item.results, {
      insightfaceSwap: `${folder}/is-final.png`,
      facefusionDim128: `${folder}/ff-dim128.png`,
      facefusionDim512: `${folder}/ff-dim512.png`,
      facefusionSwap: `${folder}/ff-swap.png`,
      facefusionSwapBoost256: `${folder}/ff-swap-boost256.png`,
      facefusionEnhanceGfpgan: `${folder}/ff-enhance-gfpgan.png`,
      facefusionEnhanceCodeformer: `${folder}/ff-enhance-codeformer.png`,
    });
    item.faces.forEach((face, i) => {
      const own = `${folder}/face${i}`;
      face.sourceEmbedding ??= `${own}/source-embedding.f32`;
      face.sourceEmbeddingUnit ??= `${own}/source-embedding-unit.f32`;
      face.insightface = named(face.insightface, {
        aligned: `${own}/is-aligned128.png`,
        latent: `${own}/is-latent.f32`,
        blobIn: `${own}/is-blob-in.f32`,
        netOut: `${own}/is-net-out.f32`,
        swapped: `${own}/is-swapped128.png`,
        pasteMask: `${own}/is-mask.png`,
      });
      face.arcface = named(face.arcface, {
        aligned: `${own}/arcface112.png`,
        blob: `${own}/arcface-blob.f32`,
      });
      const { arcface_128, ffhq_512, enhance, ...rest } = face.facefusion ?? {};
      const crop512 = `${own}/ff-crop512.png`;
      face.facefusion = {
        ...named(rest, { latent: `${own}/ff-latent.f32` }),
        arcface_128: named(arcface_128, { crop: `${own}/ff-crop128.png` }),
        ffhq_512: named(ffhq_512, { crop: crop512 }),
        enhance: {
          // A later face's crop shows the earlier ones restored here and dimmed there.
          ...(i === 0 && { crop: crop512 }),
          ...named(enhance, { netInEvery8: `${own}/ff-net-in-512-every8.f32` }),
          gfpgan: named(enhance?.gfpgan, {
            netOutEvery8: `${own}/ff-net-out-gfpgan-every8.f32`,
            enhancedCrop: `${own}/ff-enhanced512-gfpgan.png`,
          }),
          codeformer: named(enhance?.codeformer, {
            netOutEvery8: `${own}/ff-net-out-codeformer-every8.f32`,
          }),
        },
      };
    });
  }
  record.models = named(record.models, {
    inswapper: 'models/inswapper-standin.onnx',
    gfpgan: 'models/gfpgan-standin.onnx',
    codeformer: 'models/codeformer-standin.onnx',
  });
  for (const [size, mask] of Object.entries(record.boxMasks ?? {})) {
    if (mask) mask.file ??= `masks/box-${size}.f32`;
  }
  for (const picture of record.scrfd?.letterbox ?? []) picture.file ??= `scrfd/letterbox-${picture.size}.png`;
  record.tolerances = { ...usualTolerances, ...(record.tolerances as Partial<typeof usualTolerances>) };
  return record;
}

/** `given` with the names of `usual` where it has none. */
function named<T extends object, N extends Record<string, string>>(
  given: T | null | undefined,
  usual: N,
): T & N {
  const kept = Object.entries(given ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return { ...usual, ...Object.fromEntries(kept) } as T & N;
}

const crop: PixelTolerance = { within: 2, share: 0.995, max: 8, mean: 0.25 };

/** The tolerances of the format's description, for a set that states none. */
const usualTolerances: ReferenceRecord['tolerances'] = {
  matrix: { linearPart: 1e-5, translationPixels: 1e-3 },
  latentMaxAbs: 1e-5,
  blobMaxAbs: 1e-6,
  netOutMaxAbs: 1e-4,
  crop,
  pasteMask: { within: 2, share: 0.998, max: 16 },
  boxMaskMaxAbs: 1e-5,
  pasteBoxPixels: 1,
  finalFrame: { changedRegion: { within: 2, share: 0.995, max: 8, mean: 0.6 }, outside: { max: 4 } },
  scrfd: { boxPixels: 1e-3, keypointPixels: 1e-3, score: 1e-6 },
  letterbox: { within: 1, share: 0.999, max: 3 },
};
