import type { Pass } from '../protocol/passes';
import type { PassProgress, JobRoad } from './passWork';
import type { Segment } from './media/segments';
import { runningWith, Speedometer } from './progress';

/** Progress of a job that goes through the video several times: a frame counts in parts, one for each time. */
export class PassMeter {
  private readonly passes: number;
  private readonly meter: Speedometer;
  private readonly offset: number;

  /** @param next where the job goes on, so that the speed is that of this process */
  constructor(
    private readonly road: JobRoad,
    private readonly segments: readonly Segment[],
    next: Pass | undefined,
  ) {
    this.meter = new Speedometer(road.context.gate?.now);
    this.passes = road.job.processors.length + 1;
    this.offset = next ? this.before(next, this.firstFrame(next)) : 0;
  }

  begin(pass: Pass): PassProgress {
    const { context, info } = this.road;
    return (frame, providers) => {
      const done = this.before(pass, frame) / this.passes;
      const { fps } = this.meter.measure(Math.max(0, done - this.offset / this.passes), 0);
      context.onProgress({
        stage: 'swap',
        frame: Math.min(info.frames, Math.floor(done)),
        total: info.frames,
        fps,
        ...(fps > 0 && { secondsLeft: (info.frames - done) / fps }),
        ...runningWith(providers),
      });
    };
  }

  /** Frames of all passes that are done when this one has come to `frame`. */
  private before(pass: Pass, frame: number): number {
    if (pass.kind === 'faces') return frame;
    const { info, job } = this.road;
    const first = this.firstFrame(pass);
    const last = this.segments[(pass.end ?? 0) - 1] as Segment | undefined;
    const stretch = last ? last.firstFrame + last.frames - first : 0;
    return info.frames + first * job.processors.length + stretch * pass.index + (frame - first);
  }

  private firstFrame(pass: Pass): number {
    return pass.kind === 'faces' ? 0 : this.segments[pass.first].firstFrame;
  }
}
