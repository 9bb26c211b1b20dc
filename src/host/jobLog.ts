import { providerName, type SwapJob } from '../protocol/job';
import type { JobReport, LogLevel, Progress, Stage } from '../protocol/report';
import { pace, percentOf, rate, stageTitle } from './jobStatus';

/** Takes lines; the output channel adds time and level. */
export type WriteLine = (level: LogLevel, line: string) => void;

const percentPerLine = 10;

/** Tells one job in the output channel, as a block under its name: what was asked, each stage, progress at every tenth, and a summary. */
export class JobLog {
  private stage: Stage | undefined;
  private tenths = 0;

  constructor(private readonly write: WriteLine) {}

  started(job: SwapJob, label: string): void {
    const { encoding, execution, selection } = job;
    const faces = selection.manyFaces
      ? 'every face'
      : `faces like face ${selection.referenceFacePosition} of frame ${selection.referenceFrameNumber} (distance up to ${selection.similarFaceDistance})`;
    this.write('info', `${label} ${'─'.repeat(Math.max(3, 60 - label.length))}`);
    this.write('info', `Target: ${job.target}`);
    for (const source of job.sources) this.write('info', `Source: ${source}`);
    this.write('info', `Output: ${job.output}`);
    this.write('info', `Processors: ${job.processors.join(', ')}; ${faces}`);
    this.write('info', `Encoder: ${encoding.encoder}, quality ${encoding.quality}, ${encoding.preset}`);
    this.write('info', `Execution providers in order of preference: ${execution.providers.join(', ')}`);
  }

  progress(progress: Progress): void {
    if (progress.stage !== this.stage) {
      this.stage = progress.stage;
      this.tenths = 0;
      this.write('info', stageTitle(progress.stage));
    }
    const tenths = Math.floor(percentOf(progress) / percentPerLine);
    if (progress.stage !== 'swap' || tenths <= this.tenths) return;
    this.tenths = tenths;
    this.write(
      'info',
      `${tenths * percentPerLine} % (frame ${progress.frame} of ${progress.total}), ${pace(progress)}`,
    );
  }

  finished(report: JobReport): void {
    const { width, height, frames, seconds, fps } = report;
    for (const warning of report.warnings) this.write('warn', warning);
    this.write('info', `Done: ${report.output}`);
    if (report.credentials !== undefined)
      this.write('info', `  Its Content Credentials: ${report.credentials}`);
    this.write('info', `  ${frames} frames of ${width}×${height} in ${seconds.toFixed(1)} s, ${rate(fps)}`);
    this.write('info', `  ${report.framesWithSwap} frames changed, ${report.facesSwapped} faces swapped`);
    this.write('info', `  Audio: ${report.audio}`);
    // Why these ones has been told when the models were opened.
    this.write('info', `  Execution: ${executionOf(report)}`);
    const timings = Object.entries(report.timings).map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)} s`);
    this.write('info', `  Time by stage: ${timings.join(', ')}`);
    this.write('info', `  Peak memory: ${report.peakMemoryMb.toFixed(0)} MB`);
    if (report.gpu)
      this.write('info', `  Peak GPU memory: ${report.gpu.peakMb} of ${report.gpu.totalMb} MB, all programs`);
  }
}

/** `CUDA (face_detector, face_landmarker), CPU (face_recognizer)`. */
function executionOf({ providers }: JobReport): string {
  const models = new Map<string, string[]>();
  for (const { model, provider } of providers) models.set(provider, [...(models.get(provider) ?? []), model]);
  return [...models].map(([provider, names]) => `${providerName(provider)} (${names.join(', ')})`).join(', ');
}
