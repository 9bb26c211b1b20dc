import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { GpuSample, GpuUse } from '../../protocol/gpu';
import { findSmi, parseSample, sampleQuery } from './smi';

const everyMs = 500;

/** What reads a GPU's memory; the watcher is one, tests have others. */
export interface VramReadings {
  /** The last reading. */
  readonly latest: GpuSample | undefined;
  /** The next reading that arrives; undefined after `limitMs`, and at once when there will be none any more. */
  next(limitMs: number): Promise<GpuSample | undefined>;
}

/**
 * One nvidia-smi that reports twice a second from `open` to `close`. Whatever becomes of it – it is not there, it
 * breaks, it babbles – there are no readings then, and that is all.
 */
export class VramWatcher implements VramReadings {
  latest: GpuSample | undefined;
  /** Told every reading of the watched GPU. */
  onSample?: (sample: GpuSample) => void;
  private readonly order: string[] = [];
  private readonly peaks = new Map<string, GpuUse>();
  private readonly waiting = new Set<(sample: GpuSample | undefined) => void>();
  private readonly child: ChildProcess | undefined;
  private ended = false;

  /** Watches a GPU, or the one that a new CUDA program gets: the first one that it is allowed to see. */
  static open(gpu?: string): VramWatcher {
    return new VramWatcher(findSmi(), process.env, gpu);
  }

  constructor(
    readonly smi: string | undefined,
    private readonly env: NodeJS.ProcessEnv = process.env,
    private readonly gpu?: string,
  ) {
    if (smi === undefined) {
      this.ended = true;
      return;
    }
    const args = [`--query-gpu=${sampleQuery}`, '--format=csv,noheader,nounits', '-lms', String(everyMs)];
    this.child = spawn(smi, args, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true, env });
    this.child.on('error', () => this.end());
    this.child.on('close', () => this.end());
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.read(line));
    // Nobody stays for the readings' sake.
    this.child.unref();
  }

  /** The most that was in use of the watched GPU. */
  get use(): GpuUse | undefined {
    return this.latest && this.peaks.get(this.latest.uuid);
  }

  next(limitMs: number): Promise<GpuSample | undefined> {
    if (this.ended) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const done = (sample: GpuSample | undefined): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve(sample);
      };
      const timer = setTimeout(() => done(undefined), limitMs);
      this.waiting.add(done);
    });
  }

  /** Ends nvidia-smi. */
  close(): void {
    this.end();
    this.child?.kill();
    this.child?.stdout?.destroy();
  }

  private read(line: string): void {
    const sample = parseSample(line);
    if (!sample || this.ended) return;
    if (!this.order.includes(sample.uuid)) this.order.push(sample.uuid);
    const { uuid, totalMb, usedMb } = sample;
    this.peaks.set(uuid, { uuid, totalMb, peakMb: Math.max(usedMb, this.peaks.get(uuid)?.peakMb ?? 0) });
    if (!this.isWatched(uuid)) return;
    this.latest = sample;
    this.onSample?.(sample);
    for (const done of [...this.waiting]) done(sample);
  }

  /** The first entry of CUDA_VISIBLE_DEVICES, a number or (the beginning of) a UUID, else the first GPU, unless one is named. */
  private isWatched(uuid: string): boolean {
    if (this.gpu !== undefined) return uuid === this.gpu;
    const first = this.env['CUDA_VISIBLE_DEVICES']?.split(',')[0].trim() ?? '';
    if (/^(GPU|MIG)-/i.test(first)) return uuid.startsWith(first);
    const index = /^\d+$/.test(first) ? Number(first) : 0;
    return this.order.indexOf(uuid) === index;
  }

  private end(): void {
    this.ended = true;
    for (const done of [...this.waiting]) done(undefined);
  }
}
