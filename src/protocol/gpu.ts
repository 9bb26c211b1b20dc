/** One reading of a GPU's memory, in MiB as the driver counts it. */
export interface GpuSample {
  uuid: string;
  usedMb: number;
  totalMb: number;
  /** Per cent; absent where the driver does not tell. */
  utilization?: number;
}

/** A program that holds GPU memory; the amount is absent where the system keeps it secret. */
export interface GpuHolder {
  pid: number;
  name: string;
  usedMb?: number;
}

/** How GPU memory came back after a processor: measured, not assumed. */
export interface GpuRelease {
  processor: string;
  /** Used before the processor's models were loaded, with them, and at the end of the wait. */
  baselineMb: number;
  beforeMb: number;
  afterMb: number;
  /** From the release of the sessions to the last reading. */
  ms: number;
  /** `recycling`: the process had to be replaced. */
  by: 'release' | 'recycling';
  /** Within the tolerance of the baseline; `unknown` when nobody waited or the readings stopped. */
  verdict: 'back' | 'held' | 'unknown';
  /** It did not come back because this very process keeps it, as CUDA does to the end of a process: none of it is lost. */
  own?: true;
  /** Other programs with memory on the GPU, told when it did not come back. */
  holders?: GpuHolder[];
}

/** As people are told of it: what CUDA keeps to the end of the process is not lost, and what nobody waited for is neither back nor held. */
export const outcomeOfRelease = ({ verdict, own }: GpuRelease): GpuRelease['verdict'] =>
  own ? 'back' : verdict;

/** What a job used of the GPU it ran on; other programs are counted in, because the driver counts them in. */
export interface GpuUse {
  uuid: string;
  totalMb: number;
  peakMb: number;
}

/** A GPU as people name it: by its number in the driver's order, or by (the beginning of) its UUID. */
export const isGpuName = (name: string): boolean => /^(\d{1,3}|(GPU|MIG)-[\w/-]+)$/i.test(name);
