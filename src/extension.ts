import * as vscode from 'vscode';
import type { Host } from './host/host';
import { jobActionNames } from './host/views/jobActionNames';
import { registerViews } from './host/views/register';
import { cudaFeedPackages, thisPlatform } from './machine/cudaPlatforms';

type Parts = typeof import('./host/parts');

let host: Promise<Host> | undefined;

/** Only registers commands and views; everything else is loaded and made by the first one that is used. */
export function activate(context: vscode.ExtensionContext): void {
  const load = (): Promise<Parts> => import('./host/parts');
  const ready = (): Promise<Host> => {
    host ??= load().then(({ Host }) => new Host(context));
    return host;
  };
  const register = (name: string, run: (parts: Parts, host: Host, ...args: unknown[]) => unknown): void => {
    const handler = async (...args: unknown[]): Promise<unknown> => run(await load(), await ready(), ...args);
    context.subscriptions.push(vscode.commands.registerCommand(`faceSwap.${name}`, handler));
  };
  register('swap', (parts, ...args) => parts.swap(...args));
  register('swapImage', (parts, ...args) => parts.swap(...args));
  register('swapFolder', (parts, ...args) => parts.swapFolder(...args));
  register('useAsSource', (parts, ...args) => parts.useAsSource(...args));
  register('trySample', (parts, current) => parts.trySample(current));
  register('newJob', (parts) => parts.newJob());
  register('cancel', (parts, ...args) => parts.cancel(...args));
  register('compare', (parts, current) => parts.compare(current));
  register('showOutput', (_parts, current) => current.log.show());
  register('doctor', (parts, current) => parts.doctor(current));
  register('verify', (parts, current) => parts.verify(current));
  for (const name of ['getModel', 'addModelFile', 'installCudaRuntime', 'removeCudaRuntime'] as const)
    register(name, (parts, current, argument) => parts[name](current, argument));
  register('inspectProvenance', (parts, ...args) => parts.inspectProvenance(...args));
  register('openJobRecord', (parts) => parts.openJobRecord());
  register('deleteJobRecord', (parts) => parts.deleteJobRecord());
  register('showMoment', (parts, current, file, frame) => parts.showMoment(current, file, frame));
  for (const name of jobActionNames)
    register(`jobs.${name}`, (parts, current, ...args) => parts.runJobAction(current, name, ...args));
  for (const name of ['get', 'add', 'licence', 'reveal', 'refresh'] as const)
    register(`models.${name}`, (parts, current, node) => parts.runModelAction(current, name, node));
  registerViews(context, load, ready);
  context.subscriptions.push(
    vscode.window.registerCustomEditorProvider('faceSwap.job', {
      // VS Code brings up the frame of a page only when this has returned, which takes it longer than us to load what fills the page.
      resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel) {
        const closed = new AbortController();
        panel.onDidDispose(() => closed.abort());
        void (async () => {
          const [parts, current] = [await load(), await ready()];
          if (!closed.signal.aborted) parts.openJobEditor(current, document, panel);
        })();
      },
    }),
    vscode.tasks.registerTaskProvider('face-swap', {
      provideTasks: async () => (await load()).jobTasks(await ready()),
      resolveTask: async (task) => (await load()).resolveJobTask(await ready(), task),
    }),
  );
  // VS Code's own key says "untrusted" of every folder until it knows better.
  const tellTrust = (): void =>
    void vscode.commands.executeCommand('setContext', 'faceSwap.isUntrusted', !vscode.workspace.isTrusted);
  tellTrust();
  context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(tellTrust));
  const mayHaveCuda = thisPlatform in cudaFeedPackages;
  void vscode.commands.executeCommand('setContext', 'faceSwap.mayHaveCuda', mayHaveCuda);
  // Jobs that were not over when VS Code was closed are offered again; else nothing is done before somebody asks.
  const kept: unknown = context.workspaceState.get('queue');
  if (Array.isArray(kept) && kept.length > 0) void ready();
}

/** Ends running jobs and the worker; VS Code waits a few seconds for it when the window closes. */
export async function deactivate(): Promise<void> {
  const closing = host;
  host = undefined;
  await (await closing)?.close();
}
