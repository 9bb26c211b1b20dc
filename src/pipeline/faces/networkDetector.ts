import { applyAffine, invertAffine, type Affine } from '../image/affine';
import { pictureSize, type Square } from '../image/crop';
import { cutFace } from '../image/faceCrop';
import type { FrameSource, RgbImage } from '../image/region';
import type { ModelSession } from '../inference/session';
import { wholeSquare, type Candidate, type FaceDetector } from './detector';
import type { DetectedFace } from './face';
import { letterbox } from './letterbox';

/** What tells one family of detector networks from another: pure functions around the run. */
export interface DetectorNetwork {
  /** From RGB pixels to the values the network wants, channels first; writes into `out`. */
  blob(pixels: RgbImage, out: Float32Array): Float32Array;
  /** Faces that reach the threshold, in pixels of an input of `width` pixels. Outputs in the model's order. */
  decode(outputs: ReadonlyMap<string, Float32Array>, width: number, threshold: number): DetectedFace[];
  /** Whether positions go back by one scale, that of the heights (InsightFace), or by one for each axis. */
  scales: 'one' | 'each';
  /** Drops second readings of one face; boxes in pixels of the picture. */
  suppress<T extends DetectedFace>(faces: readonly T[]): T[];
}

/** Faces of this many input pixels are the smallest that detectors with a finest stride of 8 find. */
const SMALLEST = 12;

/** A face_detector from a file of a known family, for inputs of any size. */
export class NetworkDetector implements FaceDetector {
  readonly nearLimit: number;
  private readonly input: string;
  private readonly width: number;
  private readonly height: number;
  private readonly blob: Float32Array;

  constructor(
    private readonly session: ModelSession,
    readonly model: string,
    private readonly network: DetectorNetwork,
  ) {
    const [[name, [, , height, width]]] = session.inputs;
    this.input = name;
    this.width = width;
    this.height = height;
    this.blob = new Float32Array(3 * width * height);
    this.nearLimit = SMALLEST / Math.min(width, height);
  }

  async scan(picture: FrameSource, square: Square, threshold: number): Promise<Candidate[]> {
    const toInput = squareToInput(square, Math.min(this.width, this.height));
    const pixels = cutFace(picture, toInput, this.width, this.height, 'black');
    return this.look(pixels, invertAffine(toInput), square.angle, threshold);
  }

  /** Upright exactly as InsightFace does it, letterbox and all; turned through the square around the picture. */
  async scanWhole(picture: FrameSource, threshold: number, angle = 0): Promise<Candidate[]> {
    if (angle !== 0) {
      const { width, height } = pictureSize(picture);
      return this.scan(picture, wholeSquare(width, height, angle), threshold);
    }
    const { pixels, width, scale } = letterbox(picture, this.width, this.height);
    const across = this.network.scales === 'one' ? scale : width / pictureSize(picture).width;
    return this.look(pixels, [1 / across, 0, 0, 0, 1 / scale, 0], 0, threshold);
  }

  /** `toPicture` carries input to picture pixels, both with centres at whole numbers as these networks count. */
  private async look(
    pixels: RgbImage,
    toPicture: Affine,
    angle: number,
    threshold: number,
  ): Promise<Candidate[]> {
    const outputs = await this.session.run({ [this.input]: this.network.blob(pixels, this.blob) });
    // Not an object: names that are numbers, as SCRFD's are, would be put in numerical order.
    const ordered = new Map([...this.session.outputs.keys()].map((name) => [name, outputs[name]]));
    const faces = this.network.decode(ordered, this.width, threshold);
    return this.network.suppress(faces.map((face) => place(face, toPicture, angle)));
  }
}

/** The map from picture to input that brings a turned square into the input's top-left corner, whole centres. */
function squareToInput({ cx, cy, size, angle }: Square, side: number): Affine {
  const cos = (Math.cos(angle) * side) / size;
  const sin = (Math.sin(angle) * side) / size;
  const [x, y] = [cx - 0.5, cy - 0.5];
  const middle = (side - 1) / 2;
  return [cos, sin, middle - cos * x - sin * y, -sin, cos, middle + sin * x - cos * y];
}

/** Input pixels to the product's picture pixels, whose centres lie at .5. A turned box keeps its size and centre. */
function place({ box, points, score }: DetectedFace, toPicture: Affine, turned: number): Candidate {
  const [a, b, , d, e] = toPicture;
  const carry = (x: number, y: number): [number, number] => {
    const [px, py] = applyAffine(toPicture, x, y);
    return [px + 0.5, py + 0.5];
  };
  const [cx, cy] = carry(box.x + box.width / 2, box.y + box.height / 2);
  const [width, height] = [box.width * Math.hypot(a, d), box.height * Math.hypot(b, e)];
  const placed = points.map(([x, y]) => carry(x, y));
  const isMeasured = placed.length === 5;
  const [left, right] = placed;
  return {
    box: { x: cx - width / 2, y: cy - height / 2, width, height },
    points: placed,
    score,
    isMeasured,
    angle: isMeasured ? Math.atan2(right[1] - left[1], right[0] - left[0]) : turned,
  };
}
