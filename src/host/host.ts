import * as vscode from 'vscode';
import { ComparePanel } from './comparePanel';
import { readJobSettings, type JobSettings } from './jobSettings';
import { JobQueue } from './jobQueue';
import { Pickers } from './pickers';
import { StatusBar } from './statusBar';
import { WorkerProcess } from './workerProcess';

export interface SwapResult {
  target: string;
  output: string;
}

/** Everything that lives from the first command to the end: one output channel, one status bar item, one queue, one worker. */
export class Host {
  readonly log = vscode.window.createOutputChannel('Face Swap', { log: true });
  readonly statusBar = new StatusBar();
  readonly worker = new WorkerProcess();
  readonly queue = new JobQueue((jobs) => {
    setContext('faceSwap.busy', jobs > 0);
    if (jobs === 0) this.statusBar.hide();
  });
  readonly pickers: Pickers;
  readonly comparePanel: ComparePanel;
  /** Outputs promised to jobs that have not written them yet. */
  readonly promisedOutputs = new Set<string>();
  private result: SwapResult | undefined;

  constructor(context: vscode.ExtensionContext) {
    this.pickers = new Pickers(context.globalState);
    this.comparePanel = new ComparePanel(context.extensionUri, this);
  }

  get lastResult(): SwapResult | undefined {
    return this.result;
  }

  set lastResult(result: SwapResult | undefined) {
    this.result = result;
    setContext('faceSwap.hasResult', result !== undefined);
  }

  /** The settings as they apply to a file; throws `usage` for a value that is not allowed. */
  settings(file?: string): JobSettings {
    const scope = file === undefined ? undefined : vscode.Uri.file(file);
    const configuration = vscode.workspace.getConfiguration('faceSwap', scope);
    return readJobSettings((name) => configuration.get(name));
  }

  /** Cancels what runs and waits until it has cleaned up, then ends the worker. */
  async close(): Promise<void> {
    await this.queue.close();
    this.comparePanel.dispose();
    this.worker.dispose();
    this.statusBar.dispose();
    this.log.dispose();
  }
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
