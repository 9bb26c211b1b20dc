import { cropToTensor, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ModelSession } from '../inference/session';
import { mayBeDoubtful, type ContentClasses } from './decision';

const SIDE = 224;
const SCALE = { mul: 1 / 255, add: 0 };

/** Says what a region of a picture shows. */
export interface ContentClassifier {
  /**
   * @param look at `first` the scores need only be near where nothing may be doubtful; `again`, they are exact
   */
  classify(picture: FrameSource, region: Square, look: 'first' | 'again'): Promise<ContentClasses>;
}

type Network = 'content_checker' | 'content_checker_quick';

/**
 * The built-in content_checker. A first look is the quick network's, which is the same one in bytes; what it does not find plainly
 * ordinary is judged by the network itself, which is opened when that happens and not before.
 */
export class BuiltInClassifier implements ContentClassifier {
  private readonly input = new Float32Array(SIDE * SIDE * 3);
  private exact: Promise<ModelSession> | undefined;

  private constructor(
    private readonly quick: ModelSession,
    private readonly openNetwork: (id: Network) => Promise<ModelSession>,
  ) {}

  static async open(openNetwork: (id: Network) => Promise<ModelSession>): Promise<BuiltInClassifier> {
    return new BuiltInClassifier(await openNetwork('content_checker_quick'), openNetwork);
  }

  async classify(picture: FrameSource, region: Square, look: 'first' | 'again'): Promise<ContentClasses> {
    cropToTensor(picture, region, SIDE, SCALE, this.input);
    if (look === 'first') {
      const near = await this.run(this.quick);
      if (!mayBeDoubtful(near)) return near;
    }
    return this.run(await (this.exact ??= this.openNetwork('content_checker')));
  }

  async close(): Promise<void> {
    await this.quick.release();
    await (await this.exact?.catch(() => undefined))?.release();
  }

  private async run(network: ModelSession): Promise<ContentClasses> {
    const { classes } = await network.run({ input: this.input });
    const [drawing, hentai, neutral, porn, sexy] = classes;
    return { drawing, hentai, neutral, porn, sexy };
  }
}
