import type { GpuRelease } from '../src/protocol/gpu';
import type { JobReport } from '../src/protocol/report';
import type { VerifiedModel, VerifyReport } from '../src/protocol/verify';
import { verifyHeadline } from '../src/protocol/verifyText';
import { withoutFolders } from '../src/protocol/withoutFolders';

export type Strategy = Pick<
  JobReport,
  'seconds' | 'fps' | 'framesWithSwap' | 'peakMemoryMb' | 'gpu' | 'releases'
>;

export interface Measured {
  report: VerifyReport;
  machine: string;
  frames: number;
  strategies: Record<'together' | 'sequential', Strategy | undefined>;
  /** Why a strategy has no result. */
  troubles: Partial<Record<'together' | 'sequential', string>>;
  /** Both strategies gave the same frames, bit for bit. */
  isSame: boolean;
}

/** The record as Markdown: what was measured, and plainly what was not. */
export function gpuRecord({ report, machine, frames, strategies, troubles, isSame }: Measured): string {
  const { gpus, models, releases, runtime, system, node, version } = report;
  const failures = models.flatMap((model) => model.failures).filter(({ provider }) => provider === 'cuda');
  const lines = [
    '# GPU evidence',
    '',
    'Made by `npm run gpu-evidence`, which measures on the machine that it runs on and writes this file anew.',
    '',
    ...verdict(report, failures.at(0)),
    '## Machine',
    '',
    `- ${machine}; ${system}; Node ${node}; Face Swap ${version}`,
    `- onnxruntime ${runtime.version}, built with ${runtime.built.join(', ')}`,
    ...gpus.map(({ name, driver, totalMb }) => `- ${name}, driver ${driver}, ${totalMb ?? '?'} MB`),
    ...cudaLines(report),
    ...(gpus.length === 0 ? ['- no NVIDIA GPU with a working driver'] : []),
    '',
    '## Networks',
    '',
    'The face_swapper and the face_enhancer are stand-ins: built here from a fixed seed with the layers and the size of inswapper_128',
    '(554 MB) and GFPGAN 1.4 (337 MB). They take the time and the memory of the originals, and their pictures are noise. Nodes are counted by a profiled run; the CPU runs',
    'everything, and nothing is counted there.',
    '',
    ...table(
      [
        'network',
        'runs on',
        'nodes on it',
        'nodes left to the CPU',
        'create, ms',
        'first run, ms',
        'run, ms',
      ],
      models.map(modelRow),
    ),
    '',
    '## GPU memory before and after each release',
    '',
    ...(report.trace
      ? []
      : ['No GPU memory could be watched on this machine, so there is nothing to tell.', '']),
    ...releaseTable('load, run, release (`face-swap verify`)', releases),
    ...releaseTable(
      'the same in a job, `--memory-strategy sequential`',
      strategies.sequential?.releases ?? [],
    ),
    ...releaseTable('after a job, `--memory-strategy together`', strategies.together?.releases ?? []),
    `## ${frames} frames of 1920×1080, face_swapper and face_enhancer`,
    '',
    ...table(
      [
        'strategy',
        'frames per second',
        'seconds in all',
        'frames changed',
        'peak memory, MB',
        'peak GPU memory, MB',
      ],
      (['together', 'sequential'] as const).map((name) => strategyRow(name, strategies[name], frames)),
    ),
    '',
    ...Object.entries(troubles).map(([name, why]) => `**${name} did not get to its end**: ${plain(why)}`),
    ...(Object.keys(troubles).length > 0
      ? []
      : [
          isSame
            ? 'Both strategies gave the same frames, bit for bit.'
            : '**The two strategies did not give the same frames.**',
        ]),
  ];
  return `${withoutFolders(lines.join('\n'), report.folders)}\n`;
}

/** What Markdown would take for emphasis stays what it is. */
const plain = (text: string): string => text.replace(/[*_]/g, '\\$&');

function cudaLines({ cuda }: VerifyReport): string[] {
  if (!cuda) return [];
  const found = cuda.found.map(({ name, from, version }) => `${name} ${version ?? ''}`.trim() + ` (${from})`);
  const missing = cuda.missing.map(({ name }) => name);
  return [
    `- CUDA provider ${cuda.provider}; found: ${found.join(', ') || 'nothing'}; missing: ${missing.join(', ') || 'nothing'}`,
  ];
}

function verdict(report: VerifyReport, failure: { why: string; cure: string } | undefined): string[] {
  const headline = verifyHeadline(report);
  const onGpu = report.models.some(({ provider = 'cpu' }) => provider !== 'cpu');
  if (onGpu) return [`**${headline}**`, ''];
  const why = failure ? ` (${plain(`${failure.why}; ${failure.cure}`)})` : '';
  return [
    `**Nothing in this record ran on a GPU**: CUDA could not be used${why}.`,
    'The times are those of a CPU, and there are no figures for GPU memory. The record shows that the measurement runs to its end and',
    'what the networks cost without a GPU; it does not prove CUDA. [What was seen on an H100](gpu-h100.md).',
    '',
  ];
}

function modelRow(model: VerifiedModel): string[] {
  const { role, state, provider, nodes, createMs, warmUpMs, msPerRun } = model;
  const ms = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(value < 10 ? 1 : 0));
  const left = nodes ? Object.entries(nodes.left).map(([name, count]) => `${name} ×${count}`) : [];
  return [
    model.model.startsWith(role) ? model.model : `${role} ${model.model}`,
    state === 'runs' ? (provider ?? '–') : state,
    nodes ? `${nodes.own} of ${nodes.all}` : '–',
    nodes ? left.join(', ') || 'none' : '–',
    ...[createMs, warmUpMs, msPerRun].map(ms),
  ];
}

function releaseTable(title: string, releases: readonly GpuRelease[]): string[] {
  if (releases.length === 0) return [];
  const rows = releases.map(({ processor, baselineMb, beforeMb, afterMb, ms, by, verdict: end }) => {
    return [processor, ...[baselineMb, beforeMb, afterMb, ms].map(String), by, end];
  });
  const head = ['processor', 'baseline, MB', 'loaded, MB', 'after, MB', 'ms', 'by', 'verdict'];
  return [`${title.at(0)!.toUpperCase()}${title.slice(1)}:`, '', ...table(head, rows), ''];
}

function strategyRow(name: string, strategy: Strategy | undefined, frames: number): string[] {
  if (!strategy) return [name, '–', '–', '–', '–', '–'];
  const { seconds, fps, framesWithSwap, peakMemoryMb, gpu } = strategy;
  const changed = `${framesWithSwap} of ${frames}`;
  return [
    name,
    fps.toFixed(2),
    seconds.toFixed(1),
    changed,
    peakMemoryMb.toFixed(0),
    gpu ? String(gpu.peakMb) : '–',
  ];
}

const table = (head: readonly string[], rows: readonly string[][]): string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
