/** What is wanted of a call while it runs. */
export interface CallWishes {
  /** The job stands still between two frames; its processes and what they have finished stay. */
  paused: boolean;
  /** Pictures of frames just finished are wanted. */
  pictures: boolean;
}

/**
 * Steers a call while it runs, in whichever process it is by then: given to `call` as `control`. Before and after the call nothing
 * happens.
 */
export class CallControl {
  private readonly listeners = new Set<(wishes: CallWishes) => void>();
  private wishes: CallWishes = { paused: false, pictures: false };

  get current(): CallWishes {
    return this.wishes;
  }

  pause(): void {
    this.change({ paused: true });
  }

  resume(): void {
    this.change({ paused: false });
  }

  /** Whether anybody looks at the live pictures. */
  showPictures(wanted: boolean): void {
    this.change({ pictures: wanted });
  }

  /** Tells of every change until the returned function is called. */
  onChange(listener: (wishes: CallWishes) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private change(wish: Partial<CallWishes>): void {
    const before = this.wishes;
    this.wishes = { ...before, ...wish };
    const { paused, pictures } = this.wishes;
    if (paused === before.paused && pictures === before.pictures) return;
    for (const listener of [...this.listeners]) listener(this.wishes);
  }
}
