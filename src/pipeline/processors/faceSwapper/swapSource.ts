import type { SourceFace } from '../../faces/identify';
import { alignmentPoints } from '../../faces/geometry';
import { toWholeCentres } from '../../image/affine';
import { toBlob, unitScale } from '../../image/blob';
import { cutFace } from '../../image/faceCrop';
import type { FrameSource } from '../../image/region';
import { alignTo } from '../../image/templates';
import type { ModelSession } from '../../inference/session';
import type { StoredTensor } from '../../inference/lastInitializer';
import { averageEmbedding, project, unit, type Projection } from './latent';
import type { SwapSource } from './swapperRecords';

/** A photo of the source person with the embedding that its face has. */
export interface SwapPhoto {
  image: FrameSource;
  face: SourceFace['face'];
  /** Not normalised, 512 values. */
  embedding: Float32Array;
}

/** What some sources need beside the photos. */
export interface SourceTools {
  map?: StoredTensor;
  converter?: ModelSession;
  projection: Projection;
}

/**
 * What a swapper's source input is given for one person: the mean of the photos' embeddings in the form that the
 * model wants, or, of those that take a picture, the only photo's face [1, 3, size, size]; which one is for
 * the caller to choose.
 */
export async function sourceInput(
  source: SwapSource,
  photos: readonly SwapPhoto[],
  { map, converter, projection }: SourceTools,
): Promise<Float32Array> {
  if (source.kind === 'image') {
    const [{ image, face }] = photos;
    const toCrop = alignTo(source.template, source.size, toWholeCentres(alignmentPoints(face)));
    return toBlob(cutFace(image, toCrop, source.size, source.size, 'replicate'), unitScale);
  }
  const embedding = averageEmbedding(photos.map((photo) => photo.embedding));
  if (source.form === 'mapped' && map) {
    // insightface projects the unit embedding; for its result, which is made unit length again, it is all one.
    return project(embedding, map, projection);
  }
  const converted = converter ? await convert(converter, embedding) : embedding;
  return source.form === 'raw' ? converted : unit(converted);
}

async function convert(session: ModelSession, embedding: Float32Array): Promise<Float32Array> {
  const [input] = session.inputs.keys();
  const [output] = session.outputs.keys();
  const results = await session.run({ [input]: embedding });
  return results[output].slice();
}
