import { providerName } from '../../protocol/job';
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { cudaFeedPackages, thisPlatform } from '../../machine/cudaPlatforms';
import { cudaRuntimeFolder } from '../../machine/cudaRuntime';
import type { DoctorReport } from '../../protocol/report';
import type { Host } from '../host';
import { vramText } from '../jobStatus';
import { t } from '../texts';

export interface GpuRow {
  id: 'job' | 'memory' | 'cuda' | `check ${string}`;
  label: string;
  detail: string;
  icon: 'pass' | 'warning' | 'error' | 'circuit-board' | 'pulse' | 'circle-outline' | 'circle-slash';
  more?: string;
  /** For the menus. */
  context: string;
}

type Check = DoctorReport['checks'][number];

/** Progress comes many times a second; nobody reads that fast. */
const drawEveryMs = 1000;

/**
 * What is known about the GPU: what the running job or the last one runs on, its memory, and what the last check has found. Its elements are
 * the names of rows, and only those that look different are drawn anew: a press on a button is lost when it is drawn at that moment.
 */
export class GpuTree implements vscode.TreeDataProvider<GpuRow['id']>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<GpuRow['id'][] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly listening: vscode.Disposable[];
  private rows = new Map<GpuRow['id'], GpuRow>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly host: Host) {
    this.listening = [
      host.jobs.onDidChange(() => this.follow()),
      host.onDidChangeModels(() => this.tell()),
      host.onDidCheck(() => this.tell()),
    ];
  }

  getTreeItem(id: GpuRow['id']): vscode.TreeItem {
    const row = this.rows.get(id);
    // It has gone since VS Code was told of it, and so it will ask again.
    if (!row) return new vscode.TreeItem('');
    const { label, detail, icon, more, context } = row;
    const item = new vscode.TreeItem(label);
    item.id = id;
    item.description = detail;
    item.iconPath = new vscode.ThemeIcon(icon, colourOf(icon));
    item.contextValue = context;
    item.tooltip = [label, detail, ...(more === undefined ? [] : [more])].join('\n');
    item.accessibilityInformation = { label: `${label}, ${detail}` };
    return item;
  }

  getChildren(row?: GpuRow['id']): GpuRow['id'][] {
    if (row !== undefined) return [];
    this.rows = this.find();
    return [...this.rows.keys()];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const one of this.listening) one.dispose();
    this.changed.dispose();
  }

  private follow(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.tell();
    }, drawEveryMs);
  }

  private tell(): void {
    const before = this.rows;
    this.rows = this.find();
    const ids = [...this.rows.keys()];
    if (ids.join() !== [...before.keys()].join()) this.changed.fire(undefined);
    else {
      const news = ids.filter((id) => !isDeepStrictEqual(before.get(id), this.rows.get(id)));
      if (news.length > 0) this.changed.fire(news);
    }
  }

  private find(): Map<GpuRow['id'], GpuRow> {
    const checks = this.host.lastCheck?.checks ?? [];
    const hasGpu = checks.some(({ name }) => name.startsWith('GPU '));
    const known = [...this.jobRows(), ...checks.flatMap((check) => checkRow(check, hasGpu))];
    // With nothing found out yet the view says how to.
    const rows = known.length === 0 ? [] : [...known, ...this.cudaRow()];
    return new Map(rows.map((row) => [row.id, row]));
  }

  private jobRows(): GpuRow[] {
    const { all } = this.host.jobs;
    const run = all.find(({ isRunning }) => isRunning) ?? all.find(({ isOver }) => isOver);
    if (run?.latest.provider === undefined) return [];
    const { isOver } = run;
    const { provider, fellBack, vram } = run.latest;
    const rows: GpuRow[] = [
      {
        id: 'job',
        label: isOver ? t('Last job') : t('This job'),
        detail: fellBack
          ? t('{0}, because a better one could not be used', providerName(provider))
          : providerName(provider),
        icon: fellBack ? 'warning' : 'circuit-board',
        more: run.label,
        context: 'gpu job',
      },
    ];
    if (vram && !isOver)
      rows.push({
        id: 'memory',
        label: t('GPU memory'),
        detail: vramText(vram),
        icon: 'pulse',
        more: t('In use by all programs.'),
        context: 'gpu memory',
      });
    return rows;
  }

  private cudaRow(): GpuRow[] {
    if (!cudaFeedPackages[thisPlatform]) return [];
    const isThere = existsSync(cudaRuntimeFolder(this.host.places().storage));
    return [
      {
        id: 'cuda',
        label: t('CUDA runtime'),
        detail: isThere ? t('installed') : t('not installed'),
        icon: isThere ? 'pass' : 'circle-outline',
        context: `gpu cuda ${isThere ? 'present' : 'absent'}`,
      },
    ];
  }
}

/** Of all that is checked, what is about the GPU. */
function checkRow({ name, ok, detail, cure }: Check, hasGpu: boolean): GpuRow[] {
  if (!/^(runtime|GPU|provider)\b/.test(name)) return [];
  const label = name.startsWith('provider ') ? providerName(name.slice('provider '.length)) : name;
  const more = [detail, ...(cure === undefined ? [] : [cure])].join('\n');
  const row: GpuRow = {
    id: `check ${name}`,
    label,
    detail,
    // Nothing is wrong with a machine that has no GPU.
    icon: ok ? 'pass' : hasGpu || name === 'runtime' ? 'error' : 'circle-slash',
    more,
    context: 'gpu check',
  };
  // Of the runtime the version is enough; where it lies is told on demand.
  const version = name === 'runtime' && ok ? /^onnxruntime (\S+)/.exec(detail)?.[1] : undefined;
  return [version === undefined ? row : { ...row, label: 'onnxruntime', detail: version }];
}

function colourOf(icon: GpuRow['icon']): vscode.ThemeColor | undefined {
  const colours: Partial<Record<GpuRow['icon'], string>> = {
    pass: 'testing.iconPassed',
    warning: 'list.warningForeground',
    error: 'list.errorForeground',
  };
  const colour = colours[icon];
  return colour === undefined ? undefined : new vscode.ThemeColor(colour);
}
