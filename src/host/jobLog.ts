import type { SwapJob } from '../protocol/job';
import type { JobReport, LogLevel, Progress, Stage } from '../protocol/report';

/** Takes lines; the output channel adds time and level. */
export type WriteLine = (level: LogLevel, line: string) => void;

export const stageTitles: Record<Stage, string> = {
  probe: 'Looking at the video',
  analyse: 'Looking for faces',
  models: 'Loading the models',
  source: 'Reading the source face',
  swap: 'Swapping',
  join: 'Joining the parts',
  verify: 'Checking the result',
};

const percentPerLine = 10;

/** Tells one job in the output channel: what was asked, each stage, progress at every tenth, and a summary. */
export class JobLog {
  private stage: Stage | undefined;
  private tenths = 0;

  constructor(private readonly write: WriteLine) {}

  started(job: SwapJob): void {
    const { encoding, execution, selection } = job;
    const faces = selection.manyFaces
      ? 'every face'
      : `faces like face ${selection.referenceFacePosition} of frame ${selection.referenceFrameNumber} (distance up to ${selection.similarFaceDistance})`;
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
      this.write('info', stageTitles[progress.stage]);
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
  return [...models].map(([provider, names]) => `${provider.toUpperCase()} (${names.join(', ')})`).join(', ');
}

/** Whole percent of the frames; 0 while the length is unknown. */
export const percentOf = ({ stage, frame, total }: Progress): number => {
  if (stage === 'join' || stage === 'verify') return 100;
  return stage === 'swap' && total > 0 ? Math.min(100, Math.floor((100 * frame) / total)) : 0;
};

/** `CUDA 42 % · 31 fps · VRAM 5.2/24.0 GB`, as far as each is known: the status bar's text. */
export function shortStatus(progress: Progress): string {
  const provider = progress.provider === undefined ? '' : `${progress.provider.toUpperCase()} `;
  const speed = progress.stage === 'swap' && progress.fps > 0 ? ` · ${rate(progress.fps)}` : '';
  return `${provider}${percentOf(progress)} %${speed}${vramOf(progress)}`;
}

/** ` · VRAM 5.2/24.0 GB`, where a GPU is watched. */
function vramOf({ vram }: Progress): string {
  const gigabytes = (mb: number) => (mb / 1024).toFixed(1);
  return vram ? ` · VRAM ${gigabytes(vram.usedMb)}/${gigabytes(vram.totalMb)} GB` : '';
}

/** `42 % · 31 fps · 2 min 5 s left`, or the stage's name while no frame has been swapped yet. */
export function longStatus(progress: Progress): string {
  if (progress.stage !== 'swap') return stageTitles[progress.stage];
  return `${percentOf(progress)} % · ${pace(progress, ' · ')}`;
}

function pace({ fps, secondsLeft, provider }: Progress, separator = ', '): string {
  const parts = [rate(fps)];
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  if (provider !== undefined) parts.push(`on ${provider.toUpperCase()}`);
  return parts.join(separator);
}

const rate = (fps: number): string => `${fps >= 10 ? fps.toFixed(0) : fps.toFixed(1)} fps`;

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}
