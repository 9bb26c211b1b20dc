import { FaceSwapError } from '../../protocol/errors';
import type { FrameSource } from '../image/region';
import type { Face } from './face';

/** What a recogniser needs to know of a face. */
export type AlignedFace = Pick<Face, 'landmarks' | 'points'>;

/** The network that embeddings come from, and how their distances compare with those of ArcFace. */
export interface EmbeddingSpace {
  /** Two spaces are the same when this is the same. */
  model: string;
  /** Factor that brings squared Euclidean distances of unit embeddings to roop's scale. */
  roopScale: number;
}

/** A face as a vector. Only vectors of one space can be compared. */
export interface FaceEmbedding {
  space: EmbeddingSpace;
  /** Length 1. */
  embedding: Float32Array;
  /** As the network gave it: swappers take it before normalising. */
  rawEmbedding: Float32Array;
}

/** What a recogniser tells of a face. */
export interface Identity extends FaceEmbedding {
  /** Years, where the network tells it. */
  age?: number;
  gender?: 'female' | 'male';
  /** How sure the gender is, 0–1. */
  genderScore?: number;
}

/** A face_recognizer: the built-in one or a file of the user's. */
export interface FaceRecognizer {
  /** Names the network; the `model` of its embeddings. */
  readonly model: string;
  identify(picture: FrameSource, face: AlignedFace): Promise<Identity>;
}

/** Scales a vector to length 1. */
export function normalise(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum) || 1;
  return vector.map((value) => value / length);
}

/** The embedding of a network's output, which is copied. */
export function embeddingOf(space: EmbeddingSpace, output: Float32Array): FaceEmbedding {
  return { space, embedding: normalise(output), rawEmbedding: output.slice() };
}

/**
 * How unlike two faces are, on roop's scale (squared Euclidean distance of ArcFace's unit embeddings): about 0.2
 * for one person in two pictures, about 1.6 for two persons. Throws `internal` for embeddings of two networks, whose
 * distance would mean nothing.
 */
export function faceDistance(a: FaceEmbedding, b: FaceEmbedding): number {
  if (a.space.model !== b.space.model || a.embedding.length !== b.embedding.length) {
    const sides = [a, b].map(({ space, embedding }) => `${space.model} (${embedding.length})`);
    throw new FaceSwapError('internal', {
      reason: `embeddings of ${sides.join(' and ')} cannot be compared`,
    });
  }
  let sum = 0;
  for (let i = 0; i < a.embedding.length; i++) sum += (a.embedding[i] - b.embedding[i]) ** 2;
  return sum * a.space.roopScale;
}
