import type { Frame } from './image/frame';
import { stepTo, toRgb } from './image/toRgb';
import { secondsOf, type MediaInfo } from './media/mediaInfo';
import { uprightJpeg } from './media/uprightPicture';
import type { PipelineContext } from './context';

const mostWidth = 480;
const everyMs = 1000;

/** Makes pictures of frames just finished, for as long as somebody looks: at most one a second, beside the job's own work. */
export class LivePictures {
  private last = -Infinity;
  private isBusy = false;

  constructor(
    private readonly info: MediaInfo,
    private readonly wanted: PipelineContext['pictures'],
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes what it needs of the frame at once; resolves when the picture, if there is one, has been told. */
  async offer(frame: Frame): Promise<void> {
    const tell = this.wanted?.();
    const now = this.now();
    if (!tell || this.isBusy || now - this.last < everyMs) return;
    this.last = now;
    this.isBusy = true;
    try {
      const { info } = this;
      const across = info.rotation % 180 === 0 ? info.format.width : info.format.height;
      const { index } = frame;
      const small = toRgb(frame, stepTo(mostWidth, across));
      const { base64, width, height } = await uprightJpeg(small, info.rotation, mostWidth);
      tell({ frame: index, seconds: secondsOf(info, index), width, height, jpegBase64: base64 });
    } finally {
      this.isBusy = false;
    }
  }
}
