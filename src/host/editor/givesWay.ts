import { CallControl } from '../../callControl';

/** Somebody who looks around asks for the next frame sooner. */
const GO_ON_MS = 2000;

/** Steers calls that stand still while somebody waits for another one, and go on when nobody has asked for a while. */
export class GivesWay {
  /** For the calls that give way; those that begin meanwhile stand still at once. */
  readonly control = new CallControl();
  private awaited = 0;
  private goOn: NodeJS.Timeout | undefined;

  /** @param answer settles when nobody waits for it any more; it is not to fail */
  to(answer: Promise<unknown>): void {
    clearTimeout(this.goOn);
    this.awaited++;
    this.control.pause();
    void answer.then(() => {
      if (--this.awaited === 0) this.goOn = setTimeout(() => this.control.resume(), GO_ON_MS);
    });
  }

  dispose(): void {
    clearTimeout(this.goOn);
  }
}
