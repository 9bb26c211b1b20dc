import path from 'node:path';
import * as vscode from 'vscode';
import {
  listModels,
  loadCatalogue,
  loadNeuralModels,
  neuralRoles,
  type InstalledNeuralModel,
  type ModelRecord,
  type NeuralModel,
  type NeuralRole,
  type RefusedFile,
} from '../../models';
import { describeError } from '../../protocol/errorText';
import { size } from '../../protocol/sentenceFacts';
import type { Host } from '../host';
import { showError } from '../outcome';
import { t } from '../texts';

export type ModelNode =
  | { kind: 'group'; title: string; open: boolean; children: ModelNode[] }
  | { kind: 'built-in'; record: ModelRecord }
  | { kind: 'present'; found: InstalledNeuralModel }
  | { kind: 'missing'; model: NeuralModel; chosen: boolean }
  | { kind: 'refused'; file: RefusedFile };

/** The view of the models: what is built in, and for each role what is there and what can be had, best first. */
export class ModelsTree implements vscode.TreeDataProvider<ModelNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly listening: vscode.Disposable[];

  constructor(private readonly host: Host) {
    this.listening = [
      host.onDidChangeModels(() => this.changed.fire(undefined)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (
          ['modelsFolder', 'modelFolders', 'model'].some((name) =>
            event.affectsConfiguration(`faceSwap.${name}`),
          )
        )
          this.changed.fire(undefined);
      }),
    ];
  }

  getTreeItem(node: ModelNode): vscode.TreeItem {
    return modelRow(node);
  }

  async getChildren(node?: ModelNode): Promise<ModelNode[]> {
    if (node) return node.kind === 'group' ? node.children : [];
    try {
      return await this.groups();
    } catch (error) {
      void showError(this.host.log, error);
      return [];
    }
  }

  dispose(): void {
    for (const one of this.listening) one.dispose();
    this.changed.dispose();
  }

  private async groups(): Promise<ModelNode[]> {
    const { models, refused } = await listModels(this.host.places());
    const configuration = vscode.workspace.getConfiguration('faceSwap.model');
    const chosen = ['swapper', 'enhancer', 'detector', 'recognizer'].map((name) => configuration.get(name));
    const present = new Set(models.map(({ model }) => model.id));
    const ofRole = (role: NeuralRole): ModelNode[] => [
      ...models
        .filter(({ model }) => model.role === role)
        .map((found): ModelNode => ({ kind: 'present', found })),
      ...loadNeuralModels()
        .filter(({ id, role: own }) => own === role && !present.has(id))
        .map((model): ModelNode => ({ kind: 'missing', model, chosen: chosen.includes(model.id) })),
    ];
    const titles: Record<NeuralRole, string> = {
      face_swapper: t('Swap faces'),
      face_enhancer: t('Restore faces'),
      face_detector: t('Find faces'),
      face_recognizer: t('Tell faces apart'),
      embedding_converter: t('Convert embeddings'),
    };
    const groups = neuralRoles.map((role) => {
      const children = ofRole(role);
      const isPressing = children.some(
        (child) => child.kind === 'present' || (child.kind === 'missing' && child.chosen),
      );
      return {
        kind: 'group',
        title: titles[role],
        open: isPressing || role === 'face_swapper',
        children,
      } as const;
    });
    const unusable = refused.map((file): ModelNode => ({ kind: 'refused', file }));
    return [
      { kind: 'group', title: t('Built in'), open: false, children: loadCatalogue().map(builtIn) },
      ...groups.filter(({ children }) => children.length > 0),
      ...(unusable.length > 0
        ? [{ kind: 'group', title: t('Cannot be used'), open: true, children: unusable } as const]
        : []),
    ];
  }
}

const builtIn = (record: ModelRecord): ModelNode => ({ kind: 'built-in', record });

const sizeOf = (bytes: number | undefined): string[] => (bytes === undefined ? [] : [size(bytes)]);

function modelRow(node: ModelNode): vscode.TreeItem {
  switch (node.kind) {
    case 'group': {
      const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
      const row = new vscode.TreeItem(node.title, node.open ? Expanded : Collapsed);
      const there = node.children.filter(({ kind }) => kind === 'present' || kind === 'built-in').length;
      row.description = `${there}/${node.children.length}`;
      row.accessibilityInformation = {
        label: t('{0}: {1} of {2} models are there', node.title, there, node.children.length),
      };
      row.id = node.title;
      return row;
    }
    case 'built-in': {
      const { name, id, role, bytes, licence } = node.record;
      const facts = [role, ...sizeOf(bytes), licence.name];
      return row(name, facts, ['pass', 'testing.iconPassed'], `built-in ${id}`, t('built in'), []);
    }
    case 'present': {
      const { model, bytes, reason, path: file, verified } = node.found;
      const facts = [...sizeOf(bytes), ...licenceOf(model), ...(verified ? [] : [t('told by its shape')])];
      const icon: Icon = ['pass', 'testing.iconPassed'];
      // A file that no record knows is called what its owner calls it.
      const name = verified ? model.name : model.id;
      return row(name, facts, icon, `present ${model.id}`, t('installed'), [model.id, reason, file]);
    }
    case 'missing': {
      const { model, chosen } = node;
      const canBeHad = model.sha256 !== undefined;
      const facts = [
        ...sizeOf(model.bytes),
        ...licenceOf(model),
        ...(canBeHad ? [] : [t('bring your own file')]),
      ];
      const icon: Icon = chosen
        ? ['warning', 'list.warningForeground']
        : [canBeHad ? 'cloud-download' : 'link-external'];
      const state = chosen ? t('missing, though the settings name it') : t('missing');
      return row(model.name, facts, icon, `missing ${model.id}`, state, [model.id]);
    }
    case 'refused': {
      const { path: file, error } = node.file;
      const icon: Icon = ['error', 'list.errorForeground'];
      const why = describeError(error, t);
      return row(path.basename(file), [why], icon, `refused ${file}`, t('cannot be used'), [file]);
    }
  }
}

type Icon = [name: string, colour?: string];

function row(
  label: string,
  facts: string[],
  [icon, colour]: Icon,
  id: string,
  state: string,
  more: string[],
): vscode.TreeItem {
  const item = new vscode.TreeItem(label);
  item.id = id;
  item.description = facts.join(' · ');
  item.iconPath = new vscode.ThemeIcon(
    icon,
    colour === undefined ? undefined : new vscode.ThemeColor(colour),
  );
  item.contextValue = `model ${id.split(' ')[0]}`;
  item.tooltip = [label, [state, ...facts].join(' · '), ...more].join('\n');
  item.accessibilityInformation = { label: [label, state, ...facts].join(', ') };
  return item;
}

const licenceOf = ({ licence }: NeuralModel): string[] => [
  licence.commercialUse ? licence.name : t('{0} (not commercially)', licence.name),
];
