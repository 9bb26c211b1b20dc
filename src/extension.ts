import * as vscode from 'vscode';
import type { Host } from './host/host';
import { jobActionNames } from './host/views/jobActionNames';
import { registerViews } from './host/views/register';

let host: Promise<Host> | undefined;

/** Only registers commands and views; everything else is loaded and made by the first one that is used. */
export function activate(context: vscode.ExtensionContext): void {
  const ready = (): Promise<Host> => {
    host ??= import('./host/host').then(({ Host }) => new Host(context));
    return host;
  };
  type Commands = typeof import('./host/commands');
  const register = (
    name: string,
    run: (commands: Commands, host: Host, ...args: unknown[]) => unknown,
  ): void => {
    const handler = async (...args: unknown[]): Promise<unknown> =>
      run(await import('./host/commands'), await ready(), ...args);
    context.subscriptions.push(vscode.commands.registerCommand(`faceSwap.${name}`, handler));
  };
  const registerModels = (name: 'getModel' | 'addModelFile'): void =>
    register(name, async (_commands, current, argument) =>
      (await import('./host/models'))[name](current, argument),
    );
  const registerCuda = (name: 'installCudaRuntime' | 'removeCudaRuntime'): void =>
    register(name, async (_commands, current, argument) =>
      (await import('./host/cuda'))[name](current, argument),
    );
  register('swap', (commands, ...args) => commands.swap(...args));
  register('swapImage', (commands, ...args) => commands.swap(...args));
  register('swapFolder', (commands, ...args) => commands.swapFolder(...args));
  register('useAsSource', (commands, ...args) => commands.useAsSource(...args));
  register('trySample', (commands, current) => commands.trySample(current));
  register('cancel', (commands, ...args) => commands.cancel(...args));
  register('compare', (commands, current) => commands.compare(current));
  register('doctor', (commands, current) => commands.doctor(current));
  register('verify', async (_commands, current) => (await import('./host/verifyPanel')).verify(current));
  registerModels('getModel');
  registerModels('addModelFile');
  registerCuda('installCudaRuntime');
  registerCuda('removeCudaRuntime');
  for (const name of jobActionNames)
    register(`jobs.${name}`, async (_commands, current, ...args) =>
      (await import('./host/views/jobActions')).runJobAction(current, name, ...args),
    );
  for (const name of ['get', 'add', 'licence', 'reveal', 'refresh'] as const)
    register(`models.${name}`, async (_commands, current, node) =>
      (await import('./host/views/modelActions')).runModelAction(current, name, node),
    );
  register('showMoment', async (_commands, current, file, frame) =>
    (await import('./host/views/jobActions')).showMoment(current, file, frame),
  );
  registerViews(context, ready);
  register('inspectProvenance', async (_commands, current, ...args) =>
    (await import('./host/provenance')).inspectProvenance(current, ...args),
  );
  register('openJobRecord', async () => (await import('./host/provenance')).openJobRecord());
  register('deleteJobRecord', async () => (await import('./host/provenance')).deleteJobRecord());
  register('newJob', (commands) => commands.newJob());
  context.subscriptions.push(
    vscode.window.registerCustomEditorProvider('faceSwap.job', {
      async resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel) {
        (await import('./host/editor/jobEditor')).openJobEditor(await ready(), document, panel);
      },
    }),
  );
  context.subscriptions.push(
    vscode.tasks.registerTaskProvider('face-swap', {
      provideTasks: async () => (await import('./host/tasks')).jobTasks(await ready()),
      resolveTask: async (task) => (await import('./host/tasks')).resolveJobTask(await ready(), task),
    }),
  );
  register('showOutput', (_commands, current) => current.log.show());
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
