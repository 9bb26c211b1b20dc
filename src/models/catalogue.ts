import catalogue from '../../models/catalogue.json';

/** What a model is for; the names are the field's. */
export type ModelRole = 'face_detector' | 'face_landmarker' | 'face_recognizer' | 'eye_landmarker';

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
