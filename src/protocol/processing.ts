/** Masks that limit a new face: the smallest share of all that are named counts. */
export const faceMaskTypes = ['insightface', 'box', 'occlusion', 'region'] as const;
export type FaceMaskType = (typeof faceMaskTypes)[number];

/** What the region mask is made of; the last two keep the target's own mouth and eyes. */
export const faceMaskRegions = ['face', 'keep-mouth', 'keep-eyes'] as const;
export type FaceMaskRegion = (typeof faceMaskRegions)[number];

export interface FaceMaskOptions {
  types: FaceMaskType[];
  regions: FaceMaskRegion[];
  /** Softness of the box, 0–1. */
  blur: number;
  /** Margins of the box in per cent: top, right, bottom, left. */
  padding: [number, number, number, number];
}

export interface FaceSwapperOptions {
  /** `auto`, `mesh` (the built-in engine), an id of the catalogue, or the absolute path of an .onnx file. */
  model: string;
  /** How much of the target's identity is kept (below 0.5) or driven out (above), 0–1. */
  weight: number;
  /** Side of the swapped picture in pixels, a multiple of the model's own; 0 is the model's own. */
  pixelBoost: number;
  /** Gives the new face the colours of the old one. */
  colourMatch: boolean;
}

export const enhancedFaces = ['swapped', 'all'] as const;

export interface FaceEnhancerOptions {
  /** `auto`, an id of the catalogue, or the absolute path of an .onnx file. */
  model: string;
  /** Per cent of the restored face, 0–100. */
  blend: number;
  /** CodeFormer's weight, 0–1. */
  weight: number;
  faces: (typeof enhancedFaces)[number];
}

/** How processors that use networks work. */
export interface ProcessingOptions {
  swapper: FaceSwapperOptions;
  enhancer: FaceEnhancerOptions;
  mask: FaceMaskOptions;
}

/** Without further words results equal roop's; the enhancer's numbers are facefusion's. */
export const defaultProcessing: ProcessingOptions = {
  swapper: { model: 'auto', weight: 0.5, pixelBoost: 0, colourMatch: false },
  enhancer: { model: 'auto', blend: 80, weight: 0.5, faces: 'swapped' },
  mask: { types: ['insightface'], regions: ['face'], blur: 0.3, padding: [0, 0, 0, 0] },
};
