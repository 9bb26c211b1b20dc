import * as vscode from 'vscode';
import type { Host } from './host/host';

let host: Promise<Host> | undefined;

/** Only registers the commands; everything else is loaded and made by the first one that runs. */
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
  register('useAsSource', (commands, ...args) => commands.useAsSource(...args));
  register('cancel', (commands, ...args) => commands.cancel(...args));
  register('compare', (commands, current) => commands.compare(current));
  register('doctor', (commands, current) => commands.doctor(current));
  registerModels('getModel');
  registerModels('addModelFile');
  registerCuda('installCudaRuntime');
  registerCuda('removeCudaRuntime');
  register('newJob', (commands) => commands.newJob());
  context.subscriptions.push(
    vscode.window.registerCustomEditorProvider('faceSwap.job', {
      async resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel) {
        (await import('./host/editor/jobEditor')).openJobEditor(await ready(), document, panel);
      },
    }),
  );
  register('showOutput', (_commands, current) => current.log.show());
}

/** Ends running jobs and the worker; VS Code waits a few seconds for it when the window closes. */
export async function deactivate(): Promise<void> {
  const closing = host;
  host = undefined;
  await (await closing)?.close();
}
