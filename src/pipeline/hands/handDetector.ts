import { keepBest } from '../faces/boxes';
import type { DetectedFace } from '../faces/face';
import { cropToPicture, cropToTensor, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ModelSession } from '../inference/session';
import { uprightAngle } from './hand';

const SIDE = 192;
/** Its anchors lie in the middle of cells: so many cells to a side, and so many anchors in each of them. */
const grids = [
  { cells: 24, each: 2 },
  { cells: 12, each: 6 },
] as const;
/** Values per anchor: box centre and size, then seven points. */
const VALUES = 18;
const SCALE = { mul: 1 / 255, add: 0 };
/** How much larger than the palm the square of the whole hand is, and how far it is moved towards the fingers. */
const MARGIN = 2.6;
const TOWARDS_FINGERS = 0.5;

/** A palm as the network sees it, before the landmarks confirm it. Points: wrist, knuckles from index to little finger, two of the thumb. */
export interface Palm extends DetectedFace {
  /** Where the whole hand lies, fingers upwards. */
  square: Square;
}

/** The built-in hand_detector (MediaPipe palm detection, RGB 192² in [0, 1]). */
export class HandDetector {
  private readonly input = new Float32Array(SIDE * SIDE * 3);
  private readonly anchors = anchorPlaces();

  constructor(private readonly session: ModelSession) {}

  /** Palms in a square of the picture whose score reaches `threshold` (0–1), surest first. */
  async scan(picture: FrameSource, square: Square, threshold: number): Promise<Palm[]> {
    cropToTensor(picture, square, SIDE, SCALE, this.input);
    const { regressors, classifiers } = await this.session.run({ input: this.input });
    const limit = Math.log(threshold / (1 - threshold));
    const found: Palm[] = [];
    for (let i = 0; i < classifiers.length; i++) {
      if (classifiers[i] < limit) continue;
      const score = 1 / (1 + Math.exp(-classifiers[i]));
      found.push(this.decode(regressors, i, score, square));
    }
    return keepBest(found);
  }

  private decode(values: Float32Array, anchor: number, score: number, square: Square): Palm {
    const at = anchor * VALUES;
    const [ax, ay] = this.anchors[anchor];
    const point = (i: number) =>
      cropToPicture(square, SIDE, ax + values[at + 2 * i], ay + values[at + 2 * i + 1]);
    const [cx, cy] = point(0);
    const k = square.size / SIDE;
    const [width, height] = [values[at + 2] * k, values[at + 3] * k];
    const points = Array.from({ length: 7 }, (_, i) => point(i + 2));
    const angle = uprightAngle(...points[0], ...points[2]);
    const moved = TOWARDS_FINGERS * height;
    return {
      box: { x: cx - width / 2, y: cy - height / 2, width, height },
      points,
      score,
      square: {
        cx: cx + Math.sin(angle) * moved,
        cy: cy - Math.cos(angle) * moved,
        size: MARGIN * Math.max(width, height),
        angle,
      },
    };
  }
}

function anchorPlaces(): [number, number][] {
  return grids.flatMap(({ cells, each }) =>
    Array.from({ length: cells * cells * each }, (_, i): [number, number] => {
      const cell = Math.floor(i / each);
      const place = (n: number) => ((n + 0.5) * SIDE) / cells;
      return [place(cell % cells), place(Math.floor(cell / cells))];
    }),
  );
}
