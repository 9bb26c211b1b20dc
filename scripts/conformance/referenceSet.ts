import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { createFrame, type Frame } from '../../src/pipeline/image/frame';
import type { RgbImage } from '../../src/pipeline/image/region';
import { completeNames } from './names';

/** A file of the set, null or missing where it was left out. */
export type MaybeFile = string | null | undefined;
type Matrix = number[][];
export type PixelTolerance = { within: number; share: number; max: number; mean?: number };

/** What is recorded of one face; everything but its points may be missing. */
export interface ReferenceFace {
  keypoints: [number, number][];
  sourceEmbedding?: MaybeFile;
  sourceEmbeddingUnit?: MaybeFile;
  insightface?: {
    M?: Matrix;
    inverseM?: Matrix;
    aligned?: MaybeFile;
    latent?: MaybeFile;
    blobIn?: MaybeFile;
    netOut?: MaybeFile;
    swapped?: MaybeFile;
    pasteMask?: MaybeFile;
    mask?: Record<string, number>;
  };
  arcface?: { M?: Matrix; aligned?: MaybeFile; blob?: MaybeFile };
  facefusion?: {
    arcface_128?: ReferenceCrop;
    ffhq_512?: ReferenceCrop;
    latent?: MaybeFile;
    enhance?: {
      crop?: MaybeFile;
      M?: Matrix;
      netInEvery8?: MaybeFile;
      gfpgan?: { netOutEvery8?: MaybeFile; enhancedCrop?: MaybeFile };
      codeformer?: { weight?: number; netOutEvery8?: MaybeFile };
    };
  };
}

export interface ReferenceCrop {
  M?: Matrix;
  crop?: MaybeFile;
  pasteBox?: number[];
}

export interface ReferenceCase {
  id: string;
  input: string;
  faces: ReferenceFace[];
  results?: Partial<
    Record<
      | 'insightfaceSwap'
      | 'facefusionDim128'
      | 'facefusionDim512'
      | 'facefusionSwap'
      | 'facefusionSwapBoost256'
      | 'facefusionEnhanceGfpgan'
      | 'facefusionEnhanceCodeformer',
      MaybeFile
    >
  >;
}

export interface ReferenceDetection {
  box: number[];
  score: number;
  keypoints?: number[][] | null;
}

export interface ReferenceDetections {
  inputSize: number;
  strides?: readonly number[];
  scoreThreshold?: number;
  nmsThreshold?: number;
  tensors?: { name: string; file: MaybeFile }[];
  results?: {
    imageWidth: number;
    imageHeight: number;
    resizedWidth: number;
    resizedHeight: number;
    insightface?: { detections: ReferenceDetection[]; maxNum2Default?: number[][] };
    facefusion?: { detections: ReferenceDetection[] };
  }[];
  letterbox?: { input: string; size: number; file: MaybeFile }[];
}

export interface ReferenceRecord {
  tolerances: {
    matrix: { linearPart: number; translationPixels: number };
    latentMaxAbs: number;
    blobMaxAbs: number;
    netOutMaxAbs: number;
    crop: PixelTolerance;
    pasteMask: PixelTolerance;
    boxMaskMaxAbs: number;
    pasteBoxPixels: number;
    finalFrame: { changedRegion: PixelTolerance; outside: { max: number } };
    scrfd: { boxPixels: number; keypointPixels: number; score: number };
    letterbox: PixelTolerance;
  };
  models?: { inswapper?: MaybeFile; gfpgan?: MaybeFile; codeformer?: MaybeFile };
  cases?: ReferenceCase[];
  boxMasks?: Record<string, { file: MaybeFile; shape?: number[] } | null>;
  scrfd?: ReferenceDetections;
}

/** A folder of recorded results, and the folder our own go to under the same names. */
export class ReferenceSet {
  private constructor(
    private readonly folder: string,
    private readonly out: string,
    readonly record: ReferenceRecord,
  ) {}

  static async open(folder: string, out: string): Promise<ReferenceSet> {
    const text = await readFile(path.join(folder, 'reference.json'), 'utf8');
    return new ReferenceSet(folder, out, completeNames(JSON.parse(text) as ReferenceRecord));
  }

  /** Whether a file is named and there. */
  has(file: MaybeFile): file is string {
    return typeof file === 'string' && existsSync(this.path(file));
  }

  path(file: string): string {
    return path.join(this.folder, file);
  }

  async floats(file: string): Promise<Float32Array> {
    const bytes = await readFile(this.path(file));
    return Float32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readFloatLE(i * 4));
  }

  async rgb(file: string): Promise<RgbImage & { data: Uint8Array }> {
    const { data, info } = await sharp(this.path(file))
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint8Array(data) };
  }

  async grey(file: string): Promise<Uint8Array> {
    return new Uint8Array(await sharp(this.path(file)).extractChannel(0).raw().toBuffer());
  }

  /** Writes a result of ours; a name the set left out is not written. */
  async writeFloats(file: MaybeFile, values: Float32Array): Promise<void> {
    if (typeof file !== 'string') return;
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
    await writeFile(await this.target(file), bytes);
  }

  async writePixels(
    file: MaybeFile,
    width: number,
    height: number,
    channels: 1 | 3,
    data: Uint8Array,
  ): Promise<void> {
    if (typeof file !== 'string') return;
    await sharp(data, { raw: { width, height, channels } })
      // Without this a mask would be written as RGB.
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .png()
      .toFile(await this.target(file));
  }

  /** Our numbers (matrices, boxes, detections) in the places the set has its own. */
  async writeRecord(ours: unknown): Promise<void> {
    await writeFile(await this.target('reference.json'), JSON.stringify(ours, undefined, 1));
  }

  private async target(file: string): Promise<string> {
    const target = path.resolve(this.out, file);
    if (path.relative(this.out, target).startsWith('..')) throw new Error(`${file} leaves the folder`);
    await mkdir(path.dirname(target), { recursive: true });
    return target;
  }
}

/** A picture as the frame our processors change. */
export function toFrame({ width, height, data }: RgbImage): Frame {
  const frame = createFrame({ width, height, sampling: 'rgb', matrix: 'rgb', range: 'full' });
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) frame.planes[c][i] = data[i * 3 + c];
  }
  return frame;
}

export function fromFrame({ format, planes }: Frame): Uint8Array {
  const data = new Uint8Array(format.width * format.height * 3);
  for (let i = 0; i < planes[0].length; i++) for (let c = 0; c < 3; c++) data[i * 3 + c] = planes[c][i];
  return data;
}
