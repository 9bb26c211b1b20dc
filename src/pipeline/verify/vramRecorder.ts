import type { VramTrace } from '../../protocol/verify';
import type { VramWatcher } from '../gpu/vramWatcher';

/** As many as a chart can show; beyond that every second one is dropped. */
const mostSamples = 2000;

/** Writes down what a GPU's memory does while networks are tried. */
export class VramRecorder {
  private readonly started = performance.now();
  private readonly marks: VramTrace['marks'] = [];
  private samples: VramTrace['samples'] = [];
  private totalMb = 0;

  constructor(gpu: VramWatcher) {
    gpu.onSample = ({ usedMb, totalMb }) => {
      this.totalMb = totalMb;
      this.samples.push({ seconds: this.seconds(), usedMb });
      if (this.samples.length > mostSamples) this.samples = this.samples.filter((_, i) => i % 2 === 0);
    };
  }

  mark(step: string, event: VramTrace['marks'][number]['event']): void {
    this.marks.push({ seconds: this.seconds(), step, event });
  }

  /** Undefined where no memory could be read. */
  get trace(): VramTrace | undefined {
    const { totalMb, samples, marks } = this;
    return samples.length === 0 ? undefined : { totalMb, samples, marks };
  }

  private seconds(): number {
    return Math.round(performance.now() - this.started) / 1000;
  }
}
