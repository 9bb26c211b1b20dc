import catalogue from '../../models/catalogue.json';
import type { ModelFamily, NeuralRole } from './signature';

/** What a model is for; the names are the field's. */
export type ModelRole =
  | 'face_detector'
  | 'face_landmarker'
  | 'face_recognizer'
  | 'hand_detector'
  | 'hand_landmarker'
  | 'content_checker';

/** An input or output of a model: float32, with its value range and order of axes in words. */
export interface ModelTensor {
  name: string;
  shape: number[];
  content: string;
}

/** A record of `models/catalogue.json`; its schema lies beside it. */
export interface ModelRecord {
  id: string;
  role: ModelRole;
  /** For people: which network it is. */
  name: string;
  /** Name of the .onnx file in the models folder. */
  file: string;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
  source: {
    /** Built from a file of an npm package. */
    kind: 'npm';
    package: string;
    version: string;
    file: string;
    /** Name of the network inside a file that packs several. */
    member?: string;
    /** Stored in bytes, over ranges that this file of the models folder has of its values. */
    ranges?: string;
  };
  licence: {
    /** SPDX identifier. */
    name: string;
    /** The text, in the models folder. */
    file: string;
    link: string;
    commercialUse: boolean;
  };
  inputs: ModelTensor[];
  /** `from` is the name in the network that the model was built from. */
  outputs: (ModelTensor & { from: string })[];
}

/** All known models. */
export function loadCatalogue(): readonly ModelRecord[] {
  return catalogue.models as ModelRecord[];
}

/** Named arrangements of the five points in a crop, as the face swapping field calls them. */
export type FaceTemplate = 'arcface_112_v1' | 'arcface_112_v2' | 'arcface_128' | 'ffhq_512' | 'mtcnn_512';

/**
 * What a swapper is told about the source face. `mapped`: unit embedding times the map in the model's file, then by
 * insightface made unit length again, by facefusion not. `unit`: of length 1. `raw`: as it comes. `converter` names
 * the model that an embedding goes through first.
 */
export type SwapSource =
  | { kind: 'embedding'; form: 'mapped'; projection: 'insightface' | 'facefusion' }
  | { kind: 'embedding'; form: 'unit' | 'raw'; converter?: string }
  | { kind: 'image'; size: number; template: FaceTemplate };

/** One file that is known to be a model, beside the one that is downloaded. */
export interface KnownFile {
  sha256: string;
  bytes?: number;
  /** Where that is said. */
  from: string;
}

/** A model that people bring or download, as `models/catalogue.json` describes it under `neural`, best first in its role. */
export interface NeuralModel {
  id: string;
  role: NeuralRole;
  family: ModelFamily;
  /** For people: which network it is. */
  name: string;
  /** Its name in the storage folder. */
  file: string;
  bytes?: number;
  /** Absent: no public record says what the file must be, so people bring it themselves. */
  sha256?: string;
  /** Where it is downloaded from, tried in this order. */
  links?: string[];
  /** Public records of the hash. */
  record?: string[];
  /** Where people can get it when it is not downloaded. */
  page?: string;
  alsoKnown?: KnownFile[];
  licence: { name: string; link: string; commercialUse: boolean };
  /** Side of the square crop in pixels; absent for detectors. */
  size?: number;
  template?: FaceTemplate;
  /** Taken from RGB of 0 to 1 before the model, which is then divided by `std`. */
  mean?: [number, number, number];
  std?: [number, number, number];
  /** The output is in the units of the input, not 0 to 1. */
  denormalise?: boolean;
  source?: SwapSource;
  inputs: ModelTensor[];
  outputs: ModelTensor[];
}

/** All models that are not built in, best first in each role. */
export function loadNeuralModels(): readonly NeuralModel[] {
  return catalogue.neural as NeuralModel[];
}

/** The record of a model that is not built in. */
export function neuralModel(id: string): NeuralModel | undefined {
  return loadNeuralModels().find((model) => model.id === id);
}
