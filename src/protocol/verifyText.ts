import { providerName } from './job';
import { describeError } from './errorText';
import { FaceSwapError } from './errors';
import type { GpuRelease } from './gpu';
import { failureText, howToInstall } from './providerText';
import { english, type Translate } from './translate';
import { outcomeOf, placeable, type VerifiedCuda, type VerifiedModel, type VerifyReport } from './verify';

/** One line of a report; `cure` is what to do about it. */
export interface ReportRow {
  mark: 'good' | 'warning' | 'bad' | 'plain';
  text: string;
  cure?: string;
}

export interface ReportTable {
  head: string[];
  rows: string[][];
}

export interface ReportSection {
  title: string;
  rows: ReportRow[];
  table?: ReportTable;
}

/** Below this share of its nodes a network does not profit much from its provider. */
const mostNodes = 0.8;

/** The verdict in one sentence. */
export function verifyHeadline(report: VerifyReport, t: Translate = english): string {
  const running = placeable(report.models);
  const wanted = providerName(report.wanted);
  const there = running.filter(({ provider }) => provider === report.wanted).length;
  switch (outcomeOf(report)) {
    case 'wanted':
      return report.models.some(({ onCpu }) => onCpu)
        ? t('All networks run where they are wanted: on {0}, small built-in ones on the CPU.', wanted)
        : t('All networks run on {0}, as wanted.', wanted);
    case 'fallback':
      if (running.every(({ model }) => model === 'face_recognizer'))
        return t('Faces can be swapped. {0} cannot be used; the built-in networks do without it.', wanted);
      return t(
        'Faces can be swapped, but {0} of {1} networks do not run on {2}.',
        running.length - there,
        running.length,
        wanted,
      );
    default:
      return t('Faces cannot be swapped with this setup.');
  }
}

/** The report in sections, the verdicts first. */
export function verifySections(report: VerifyReport, t: Translate = english): ReportSection[] {
  return [
    { title: t('Verdicts'), rows: verdicts(report, t) },
    { title: t('Machine'), rows: machineRows(report, t) },
    ...(report.cuda ? [{ title: t('CUDA and cuDNN'), rows: cudaRows(report.cuda, t) }] : []),
    { title: t('Networks'), rows: placeRows(report, t), table: modelTable(report.models, t) },
    { title: t('GPU memory'), rows: memoryRows(report, t) },
  ];
}

function verdicts(report: VerifyReport, t: Translate): ReportRow[] {
  const { models, runtime, releases, wanted } = report;
  const rows: ReportRow[] = models.flatMap((model) =>
    model.error ? [{ mark: 'bad', text: `${labelOf(model)}: ${sentence(model.error, t)}` }] : [],
  );
  if (runtime.trouble !== undefined)
    rows.push({
      mark: 'bad',
      text: t('The runtime that was named is not used: {0}', runtime.trouble),
      cure: t('install the CUDA runtime again'),
    });
  rows.push(...passedOver(report, t));
  for (const model of models) {
    const { nodes, provider } = model;
    if (provider !== wanted || !nodes || nodes.own >= mostNodes * nodes.all) continue;
    const text = t('{0}: most of its work stays on the CPU', labelOf(model));
    rows.push({ mark: 'warning', text: `${text} (${operators(nodes.left)})` });
  }
  for (const release of releases.filter(({ verdict }) => verdict === 'held'))
    rows.push({
      mark: 'warning',
      text: t('The GPU memory of {0} did not come back', release.processor),
      cure:
        release.holders === undefined
          ? t('wait longer with the setting for the GPU memory wait, or restart the machine')
          : t('close {0}', release.holders.map(({ name, pid }) => `${name} (${pid})`).join(', ')),
    });
  const ranOnGpu = models.some(({ provider = 'cpu' }) => provider !== 'cpu');
  if (ranOnGpu && releases.length > 0 && releases.every(({ verdict }) => verdict === 'back'))
    rows.push({ mark: 'good', text: t('The GPU’s memory came back after each processor') });
  if (rows.length === 0) rows.push({ mark: 'good', text: t('Nothing is wrong') });
  return rows;
}

/** Each cause once, with the networks that it concerns; causes of what is not wanted most are told without alarm. */
function passedOver({ models, wanted }: VerifyReport, t: Translate): ReportRow[] {
  const rows = new Map<string, ReportRow & { models: string[] }>();
  for (const model of models) {
    for (const failure of model.failures) {
      const { provider } = failure;
      const { why, cure } = failureText(failure, t);
      const key = `${provider} ${why}`;
      const mark = provider === wanted ? 'warning' : 'plain';
      const row = rows.get(key) ?? { mark, text: '', cure, models: [] };
      row.models.push(labelOf(model));
      const all = placeable(models).length;
      const whose = row.models.length === all ? '' : ` (${row.models.join(', ')})`;
      row.text = `${t('{0} is not used: {1}', providerName(provider), why)}${whose}`;
      rows.set(key, row);
    }
  }
  return [...rows.values()].map(({ mark, text, cure }) => ({
    mark,
    text,
    ...(cure !== undefined && { cure }),
  }));
}

function machineRows({ version, system, node, runtime, gpus }: VerifyReport, t: Translate): ReportRow[] {
  const plain = (text: string): ReportRow => ({ mark: 'plain', text });
  const memory = (mb: number | undefined) => (mb === undefined ? '?' : String(mb));
  return [
    plain(`Face Swap ${version}, ${system}, Node ${node}`),
    plain(`onnxruntime ${runtime.version}: ${runtime.built.join(', ')}`),
    plain(t('Runtime folder: {0}', runtime.folder)),
    ...gpus.map(({ name, driver, freeMb, totalMb, used }) =>
      plain(
        `${name}: ${t('driver {0}, {1} of {2} MB free', driver, memory(freeMb), memory(totalMb))}${used ? ` – ${t('used for CUDA')}` : ''}`,
      ),
    ),
    ...(gpus.length === 0 ? [plain(t('No NVIDIA GPU with a working driver'))] : []),
  ];
}

function cudaRows(
  { provider, damage = '', found, missing, others, commands }: VerifiedCuda,
  t: Translate,
): ReportRow[] {
  const install = t('run “Face Swap: Install CUDA Runtime” or “face-swap cuda install”');
  const states: Record<VerifiedCuda['provider'], ReportRow> = {
    present: { mark: 'good', text: t('The CUDA provider of onnxruntime is installed') },
    absent: { mark: 'warning', text: t('The CUDA provider of onnxruntime is not installed'), cure: install },
    damaged: {
      mark: 'bad',
      text: t('The CUDA provider of onnxruntime is damaged: {0}', damage),
      cure: install,
    },
  };
  return [
    states[provider],
    ...found.map(({ name, file, from, version = '' }): ReportRow => {
      return { mark: 'good', text: `${name} ${version}`.trim() + ` (${from}): ${file}` };
    }),
    ...missing.map(({ name, title }, i): ReportRow => {
      const text = t('{0} is missing: {1}', name, title);
      const isLast = i === missing.length - 1;
      return { mark: 'bad', text, ...(isLast && { cure: howToInstall(others, commands, t) }) };
    }),
  ];
}

/** Why not everything is on the GPU, before somebody asks. */
function placeRows({ models, wanted }: VerifyReport, t: Translate): ReportRow[] {
  if (!models.some(({ onCpu }) => onCpu)) return [];
  const text = t(
    'Jobs run the built-in networks on the CPU, where they are quicker than on a GPU; face_recognizer is tried on {0} to prove it',
    providerName(wanted),
  );
  return [{ mark: 'plain', text }];
}

function modelTable(models: readonly VerifiedModel[], t: Translate): ReportTable {
  const ms = (value: number | undefined) =>
    value === undefined ? '–' : value < 10 ? value.toFixed(1) : value.toFixed(0);
  const where = ({ state, provider = 'cpu' }: VerifiedModel): string => {
    if (state === 'runs') return providerName(provider);
    if (state === 'built-in') return t('no network');
    return state === 'absent' ? t('not installed') : t('does not run');
  };
  return {
    head: [t('Network'), t('Runs on'), t('Nodes'), t('Loaded, ms'), t('First run, ms'), t('Run, ms')],
    rows: models.map((model) => {
      const { nodes, createMs, warmUpMs, msPerRun } = model;
      const share = nodes ? `${nodes.own}/${nodes.all}` : '–';
      return [labelOf(model), where(model), share, ms(createMs), ms(warmUpMs), ms(msPerRun)];
    }),
  };
}

function memoryRows({ releases, trace }: VerifyReport, t: Translate): ReportRow[] {
  if (!trace) return [{ mark: 'plain', text: t('No GPU memory can be watched on this machine') }];
  return releases.map((release) => ({
    mark: release.verdict === 'back' ? 'good' : release.verdict === 'held' ? 'warning' : 'plain',
    text: releaseText(release, t),
  }));
}

function releaseText(release: GpuRelease, t: Translate): string {
  const { processor, baselineMb, beforeMb, afterMb, ms, by, verdict } = release;
  const numbers = t(
    '{0}: {1} MB before, {2} MB loaded, {3} MB after',
    processor,
    baselineMb,
    beforeMb,
    afterMb,
  );
  const seconds = (ms / 1000).toFixed(1);
  const end = {
    back:
      by === 'recycling'
        ? t('back after {0} s, by a fresh process', seconds)
        : t('back after {0} s, by releasing the networks', seconds),
    held: t('not back after {0} s', seconds),
    unknown: t('not waited for, or no longer readable'),
  };
  return `${numbers}; ${end[verdict]}`;
}

function sentence({ code, facts }: NonNullable<VerifiedModel['error']>, t: Translate): string {
  return describeError(new FaceSwapError(code, facts), t);
}

const labelOf = ({ role, model }: VerifiedModel): string =>
  model.startsWith(role) ? model : `${role} ${model}`.trim();
const operators = (left: Record<string, number>): string =>
  Object.entries(left)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ×${count}`)
    .join(', ');
