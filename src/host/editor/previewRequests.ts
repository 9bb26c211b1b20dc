import type { HostMessage, PanelMessage } from '../../protocol/panel';
import type { Preview } from '../../protocol/preview';
import type { Host } from '../host';
import { asFaceSwapError, sentenceOf } from '../outcome';
import type { JobDocument } from './jobDocument';

type Wish = Extract<PanelMessage, { type: 'preview' }>;

/** One frame at a time, and after it the one wished for last: what was wished for in between nobody waits for any more. */
export class PreviewRequests {
  private wished: Wish | undefined;
  private isBusy = false;

  constructor(
    private readonly host: Host,
    private readonly job: JobDocument,
    private readonly answer: (message: HostMessage) => void,
  ) {}

  ask(wish: Wish): void {
    this.wished = wish;
    if (!this.isBusy) void this.work();
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    for (let wish = this.take(); wish; wish = this.take()) {
      try {
        // Somebody who scrubs sees the frames on the way as well.
        this.answer({ type: 'preview', id: wish.id, ...(await this.preview(wish)) });
      } catch (error) {
        const known = asFaceSwapError(error);
        if (known.code !== 'cancelled')
          this.answer({ type: 'previewFailed', id: wish.id, message: sentenceOf(known) });
      }
    }
    this.isBusy = false;
  }

  private take(): Wish | undefined {
    const wish = this.wished;
    this.wished = undefined;
    return wish;
  }

  /** The original alone while the job is not complete, while one runs that may need the memory, and where the swap fails. */
  private async preview(wish: Wish): Promise<{ preview: Preview; problem?: string }> {
    const { frame, maxWidth, mask } = wish;
    const job = this.host.queue.jobs.length > 0 ? undefined : this.job.tryJob();
    if (!job) return { preview: await this.original(wish) };
    try {
      const preview = await this.host.studio.looker.call('preview', { job, frame, maxWidth, mask });
      return { preview };
    } catch (error) {
      const known = asFaceSwapError(error);
      // What somebody may not see swapped is not shown by this panel at all.
      if (known.code === 'cancelled' || known.code === 'content-refused') throw error;
      return { preview: await this.original(wish), problem: sentenceOf(known) };
    }
  }

  private async original({ frame, maxWidth, seconds }: Wish): Promise<Preview> {
    const { looker } = this.host.studio;
    const file = this.job.target();
    const { tools } = this.host.settings(file);
    const { jpegBase64, width, height } = await looker.call('still', { file, seconds, maxWidth, tools });
    return { frame, seconds, width, height, original: jpegBase64, swapped: jpegBase64, mask: '', faces: [] };
  }
}
