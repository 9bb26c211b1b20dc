import type { HostMessage, PanelMessage } from '../../protocol/panel';

export type PreviewWish = Extract<PanelMessage, { type: 'preview' }>;
export type ShownPreview = Omit<Extract<HostMessage, { type: 'preview' }>, 'type' | 'id'>;

/**
 * One frame at a time, and after it the one wished for last: what was wished for in between nobody waits for any more. Whatever
 * was begun is answered, because the panel asks for nothing else before.
 */
export class PreviewRequests {
  private wished: PreviewWish | undefined;
  private isBusy = false;

  constructor(
    private readonly show: (wish: PreviewWish) => Promise<ShownPreview>,
    private readonly sentenceOf: (error: unknown) => string,
    private readonly answer: (message: HostMessage) => void,
  ) {}

  ask(wish: PreviewWish): void {
    this.wished = wish;
    if (!this.isBusy) void this.work();
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    for (let wish = this.take(); wish; wish = this.take()) {
      const { id } = wish;
      try {
        // Somebody who scrubs sees the frames on the way as well.
        this.answer({ type: 'preview', id, ...(await this.show(wish)) });
      } catch (error) {
        this.answer({ type: 'previewFailed', id, message: this.sentenceOf(error) });
      }
    }
    this.isBusy = false;
  }

  private take(): PreviewWish | undefined {
    const wish = this.wished;
    this.wished = undefined;
    return wish;
  }
}
