import path from 'node:path';
import * as vscode from 'vscode';
import { cudaEnvironment } from '../machine/cudaRuntime';
import { modelPlaces, noteStorage, type ModelPlaces } from '../models/places';
import { FaceSwapError } from '../protocol/errors';
import { isGpuName } from '../protocol/gpu';
import type { SwapJob } from '../protocol/job';
import type { JobReport } from '../protocol/report';
import { ComparePanel } from './comparePanel';
import { Studio } from './editor/studio';
import { readJobSettings, type JobSettings } from '../job/jobSettings';
import { JobQueue } from './jobQueue';
import { JobRun } from './jobRun';
import { Pickers } from './pickers';
import { runJob } from './startSwap';
import { StatusBar } from './statusBar';
import { t } from './texts';
import { WorkerProcess } from './workerProcess';

export interface SwapResult {
  target: string;
  output: string;
}

/** Everything that lives from the first command to the end: one output channel, one status bar item, one queue, one worker. */
export class Host {
  readonly log = vscode.window.createOutputChannel('Face Swap', { log: true });
  readonly statusBar = new StatusBar();
  readonly worker = new WorkerProcess(() => this.environment());
  readonly queue = new JobQueue((jobs) => {
    setContext('faceSwap.busy', jobs > 0);
    if (jobs === 0) this.statusBar.hide();
  });
  readonly studio = new Studio(() => this.environment());
  readonly pickers: Pickers;
  readonly comparePanel: ComparePanel;
  /** Outputs promised to jobs that have not written them yet. */
  readonly promisedOutputs = new Set<string>();
  private result: SwapResult | undefined;

  private readonly globalStorage: string;
  private readonly runStarted = new vscode.EventEmitter<JobRun>();
  /** A job has been started from a job file. */
  readonly onDidStartRun = this.runStarted.event;
  readonly extension: vscode.Uri;
  /** package.json in the reader's language. */
  readonly manifest: unknown;

  constructor(context: vscode.ExtensionContext) {
    this.globalStorage = context.globalStorageUri.fsPath;
    this.extension = context.extensionUri;
    this.manifest = context.extension.packageJSON;
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
    return readJobSettings((name) => configuration.get(name), t);
  }

  /** Starts the job of a job file, unless that very file's job is under way; panels of the file hear of it. */
  async startJobFile(file: string, job: SwapJob): Promise<JobReport | undefined> {
    const before = this.studio.runOf(file);
    if (before && !before.isOver) return undefined;
    const run = new JobRun(job);
    this.studio.keepRun(file, run);
    this.runStarted.fire(run);
    return runJob(this, run);
  }

  /** Where models are. The command line is told where the extension keeps them, so that both share one folder. */
  places(): ModelPlaces {
    const configuration = vscode.workspace.getConfiguration('faceSwap');
    const [folder, folders] = [configuration.get('modelsFolder'), configuration.get('modelFolders')];
    const isOwn = typeof folder !== 'string' || folder === '';
    const storage = isOwn ? path.join(this.globalStorage, 'models') : absolute('modelsFolder', folder);
    noteStorage(storage);
    const others = Array.isArray(folders)
      ? folders.filter((one): one is string => typeof one === 'string')
      : [];
    return modelPlaces({ storage, folders: others });
  }

  /** Folders with the CUDA provider or CUDA's libraries that the settings name. */
  cudaFolders(): string[] {
    const folder: unknown = vscode.workspace.getConfiguration('faceSwap').get('cuda.runtimePath');
    return typeof folder !== 'string' || folder === '' ? [] : [absolute('cuda.runtimePath', folder)];
  }

  private environment(): NodeJS.ProcessEnv {
    const places = this.places();
    return {
      ...modelEnvironment(places),
      ...cudaEnvironment(places.storage, this.cudaFolders()),
      ...deviceEnvironment(),
    };
  }

  /** Cancels what runs and waits until it has cleaned up, then ends the worker. */
  async close(): Promise<void> {
    await this.queue.close();
    this.comparePanel.dispose();
    this.studio.dispose();
    this.runStarted.dispose();
    this.worker.dispose();
    this.statusBar.dispose();
    this.log.dispose();
  }
}

function absolute(name: string, folder: unknown): string {
  if (typeof folder === 'string' && path.isAbsolute(folder)) return folder;
  throw new FaceSwapError('usage', {
    reason: t('The setting faceSwap.{0} must hold absolute paths', name),
  });
}

/** How the worker and the command line are told where models are. */
function modelEnvironment({ storage, folders }: ModelPlaces): NodeJS.ProcessEnv {
  return { FACE_SWAP_MODELS: storage, FACE_SWAP_MODEL_FOLDERS: folders.join(path.delimiter) };
}

/** Which GPU CUDA is to use; the worker is told by its environment, because CUDA keeps to one as long as a process lives. */
function deviceEnvironment(): NodeJS.ProcessEnv {
  const device = String(vscode.workspace.getConfiguration('faceSwap').get('cuda.deviceId') ?? '');
  if (device === '') return {};
  if (isGpuName(device)) return { FACE_SWAP_CUDA_DEVICE: device };
  const reason = t(
    'The setting faceSwap.{0} must be {1}',
    'cuda.deviceId',
    t('empty, the number of a GPU, or its UUID'),
  );
  throw new FaceSwapError('usage', { reason });
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
