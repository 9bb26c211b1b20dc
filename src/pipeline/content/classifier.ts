import { cropToTensor, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ModelSession } from '../inference/session';
import type { ContentClasses } from './decision';

const SIDE = 224;
const SCALE = { mul: 1 / 255, add: 0 };

/** Says what a region of a picture shows. */
export interface ContentClassifier {
  classify(picture: FrameSource, region: Square): Promise<ContentClasses>;
}

/** The built-in content_checker. */
export class BuiltInClassifier implements ContentClassifier {
  private readonly input = new Float32Array(SIDE * SIDE * 3);

  constructor(private readonly session: ModelSession) {}

  async classify(picture: FrameSource, region: Square): Promise<ContentClasses> {
    cropToTensor(picture, region, SIDE, SCALE, this.input);
    const { classes } = await this.session.run({ input: this.input });
    const [drawing, hentai, neutral, porn, sexy] = classes;
    return { drawing, hentai, neutral, porn, sexy };
  }
}
