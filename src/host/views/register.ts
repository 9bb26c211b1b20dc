import * as vscode from 'vscode';
import { isList, isText } from '../../protocol/check';
import { droppedFiles } from '../clickedFiles';
import type { Host } from '../host';
import type { JobRun } from '../jobRun';
import type { JobsTree } from './jobsTree';
import { LazyTree } from './lazyTree';

/** Rows of jobs that are dragged inside the view. */
const rowType = 'application/vnd.code.tree.faceswap.jobs';

/** Registers the views of the container "Face Swap"; what they show is loaded when they are looked at. */
export function registerViews(
  context: vscode.ExtensionContext,
  load: () => Promise<typeof import('../parts')>,
  ready: () => Promise<Host>,
): void {
  const jobs = new LazyTree<JobRun, JobsTree>(async () => {
    const tree = new (await load()).JobsTree(await ready());
    tree.onDidProgress((progress) => {
      jobsView.description = progress;
    });
    return tree;
  });
  const dragAndDropController: vscode.TreeDragAndDropController<JobRun> = {
    dragMimeTypes: [rowType],
    dropMimeTypes: [rowType, 'text/uri-list'],
    handleDrag: (runs, data) => data.set(rowType, new vscode.DataTransferItem(runs.map(({ id }) => id))),
    handleDrop: async (onto, data) => {
      const ids: unknown = data.get(rowType)?.value;
      if (isList(isText)(ids)) (await jobs.tree).move(ids, onto);
      else await swapDropped(await data.get('text/uri-list')?.asString());
    },
  };
  const models = new LazyTree(async () => new (await load()).ModelsTree(await ready()));
  const gpu = new LazyTree(async () => new (await load()).GpuTree(await ready()));
  const jobsView = vscode.window.createTreeView('faceSwap.jobs', {
    treeDataProvider: jobs,
    dragAndDropController,
    canSelectMany: true,
  });
  context.subscriptions.push(
    vscode.window.createTreeView('faceSwap.models', { treeDataProvider: models }),
    vscode.window.createTreeView('faceSwap.gpu', { treeDataProvider: gpu }),
    jobsView,
  );
}

/** Videos, with photos or without, are dropped onto the jobs as they are selected in the Explorer. */
async function swapDropped(uris = ''): Promise<void> {
  const files = droppedFiles(uris.split(/\r?\n/).filter((uri) => uri !== '')).map((file) =>
    vscode.Uri.file(file),
  );
  if (files.length > 0) await vscode.commands.executeCommand('faceSwap.swap', files[0], files);
}
