import path from 'node:path';
import * as vscode from 'vscode';
import { addModelFile, getModel } from '../models';
import type { Host } from '../host';
import { revealResult } from '../outcome';
import type { ModelNode } from './modelsTree';

export type ModelActionName = 'get' | 'add' | 'licence' | 'reveal' | 'refresh';

/** What can be done in the view of the models; each is a command `faceSwap.models.<name>`. */
export async function runModelAction(host: Host, name: ModelActionName, clicked?: unknown): Promise<void> {
  const node = clicked as ModelNode | undefined;
  if (name === 'refresh') host.modelsChanged();
  else if (name === 'add') await addModelFile(host);
  else if (name === 'get' && node?.kind === 'missing') await getModel(host, node.model.id);
  else if (name === 'licence') await showLicence(host, node);
  else if (name === 'reveal' && (node?.kind === 'present' || node?.kind === 'refused'))
    await revealResult(vscode.Uri.file(node.kind === 'present' ? node.found.path : node.file.path));
}

async function showLicence(host: Host, node: ModelNode | undefined): Promise<void> {
  if (node?.kind === 'built-in') {
    const file = path.join(host.extension.fsPath, 'models', node.record.licence.file);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
  } else if (node?.kind === 'present' || node?.kind === 'missing') {
    const { licence } = node.kind === 'present' ? node.found.model : node.model;
    await vscode.env.openExternal(vscode.Uri.parse(licence.link));
  }
}
