import path from 'node:path';
import * as vscode from 'vscode';
import { cudaEnvironment } from '../machine/cudaRuntime';
import { removeKeptOf } from '../machine/keptFolders';
import { modelPlaces, noteStorage, type ModelPlaces } from '../models/places';
import { FaceSwapError } from '../protocol/errors';
import { isGpuName } from '../protocol/gpu';
import type { DoctorReport, JobReport } from '../protocol/report';
import { ComparePanel } from './comparePanel';
import { JobDiagnostics } from './diagnostics';
import { Studio } from './editor/studio';
import { readJobSettings, type JobSettings } from '../job/jobSettings';
import { JobList } from './jobList';
import { JobQueue } from './jobQueue';
import { JobRun } from './jobRun';
import { Pickers } from './pickers';
import { QueueKeeper } from './queueKeeper';
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
  readonly worker = this.newWorker();
  readonly jobs = new JobList();
  readonly queue = new JobQueue<JobRun>(
    () => jobsAtATime(),
    () => {
      setContext('faceSwap.busy', this.isBusy);
      this.jobs.order(this.queue.jobs);
    },
  );
  /** Processes that jobs run in: each blocks the one that it has. */
  private readonly workers = [this.worker];
  private readonly busy = new Set<WorkerProcess>();
  private readonly statusBar = new StatusBar(this.jobs);
  readonly studio = new Studio(
    () => this.environment(),
    () => this.isBusy,
  );
  readonly pickers: Pickers;
  readonly comparePanel: ComparePanel;
  /** Outputs promised to jobs that have not written them yet. */
  readonly promisedOutputs = new Set<string>();
  private result: SwapResult | undefined;

  private readonly keeper: QueueKeeper;
  private readonly diagnostics: JobDiagnostics;
  /** Frames that panels are to show, by the path of their job files. */
  private readonly wantedFrames = new Map<string, number>();
  private readonly momentWanted = new vscode.EventEmitter<string>();
  /** A panel of this job file is to show another frame, which `takeWantedFrame` gives. */
  readonly onDidWantMoment = this.momentWanted.event;
  private readonly globalStorage: string;
  private readonly runStarted = new vscode.EventEmitter<JobRun>();
  /** A job has been started from a job file. */
  readonly onDidStartRun = this.runStarted.event;
  private readonly modelsChange = new vscode.EventEmitter<undefined>();
  /** A model or the CUDA runtime has been added or has gone. */
  readonly onDidChangeModels = this.modelsChange.event;
  private readonly check = new vscode.EventEmitter<DoctorReport>();
  readonly onDidCheck = this.check.event;
  /** What was found the last time that this machine was looked at. */
  lastCheck: DoctorReport | undefined;
  readonly extension: vscode.Uri;
  /** Where the sample media are copied to, and their results go. */
  readonly sampleFolder: string;
  /** package.json in the reader's language. */
  readonly manifest: unknown;

  constructor(context: vscode.ExtensionContext) {
    this.globalStorage = context.globalStorageUri.fsPath;
    this.sampleFolder = path.join(this.globalStorage, 'sample');
    this.extension = context.extensionUri;
    this.manifest = context.extension.packageJSON;
    this.diagnostics = new JobDiagnostics(this);
    this.keeper = new QueueKeeper(this, context.workspaceState);
    this.pickers = new Pickers(context.globalState);
    this.comparePanel = new ComparePanel(context.extensionUri, this);
    context.subscriptions.push(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('faceSwap.maxConcurrentJobs')) this.queue.advance();
      }),
    );
    this.jobs.onDidChange((run) => {
      if (!run)
        setContext(
          'faceSwap.hasEndedJobs',
          this.jobs.all.some(({ isOver }) => isOver),
        );
    });
  }

  /** A job runs, or is about to. */
  get isBusy(): boolean {
    return this.queue.jobs.length > 0;
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

  /** A setting by its name without the prefix, as it counts for a file. */
  settingOf(file: string): (name: string) => unknown {
    const configuration = vscode.workspace.getConfiguration('faceSwap', vscode.Uri.file(file));
    return (name) => configuration.get(name);
  }

  /** Starts the job of a job file, unless that very file's job is under way; panels of the file hear of it. */
  async startJobFile(run: JobRun): Promise<JobReport | undefined> {
    const file = run.jobFile ?? '';
    const before = this.studio.runOf(file);
    if (before && !before.isOver) return undefined;
    this.studio.keepRun(file, run);
    this.runStarted.fire(run);
    return runJob(this, run);
  }

  /** Takes jobs that neither run nor wait from the list, and what is finished of those that nobody will go on with from the disk. */
  discard(runs: readonly JobRun[]): void {
    for (const run of runs)
      if (run.state === 'interrupted' || run.state === 'failed') void removeKeptOf(run.job.output);
    this.jobs.remove(runs);
  }

  /** Has the panel of a job file show a frame, as soon as there is a panel. */
  wantFrame(jobFile: string, frame: number): void {
    this.wantedFrames.set(jobFile, frame);
    this.momentWanted.fire(jobFile);
  }

  takeWantedFrame(jobFile: string): number | undefined {
    const frame = this.wantedFrames.get(jobFile);
    this.wantedFrames.delete(jobFile);
    return frame;
  }

  /** The same job once more, in the place of one that did not come to its end. */
  again(run: JobRun): void {
    this.jobs.remove([run]);
    const next = new JobRun(run.job, run.kept);
    void (next.jobFile === undefined ? runJob(this, next) : this.startJobFile(next));
  }

  modelsChanged(): void {
    this.modelsChange.fire(undefined);
  }

  /** Keeps what was found out about this machine. */
  checked(report: DoctorReport): void {
    this.lastCheck = report;
    this.check.fire(report);
  }

  /** Lends a process that runs no other job. */
  async withWorker<T>(work: (worker: WorkerProcess) => Promise<T>): Promise<T> {
    let free = this.workers.find((worker) => !this.busy.has(worker));
    if (!free) this.workers.push((free = this.newWorker()));
    this.busy.add(free);
    try {
      return await work(free);
    } finally {
      this.busy.delete(free);
    }
  }

  /** Jobs take whatever the window and everything else leave, or panels open slowly beside them. */
  private newWorker(): WorkerProcess {
    return new WorkerProcess(() => this.environment(), { isPatient: true });
  }

  /** Ends the processes; the next call starts a fresh one. */
  endWorkers(): void {
    for (const worker of this.workers) worker.dispose();
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

  /** What child processes are told: where models and the CUDA runtime are, and which GPU is to be used. */
  environment(): NodeJS.ProcessEnv {
    const places = this.places();
    return {
      ...modelEnvironment(places),
      ...cudaEnvironment(places.storage, this.cudaFolders()),
      ...deviceEnvironment(),
    };
  }

  /** Cancels what runs and waits until it has cleaned up, then ends the worker. */
  async close(): Promise<void> {
    this.keeper.dispose();
    this.diagnostics.dispose();
    // Ended and not cancelled: what is finished of a job is taken up when it goes on after the restart.
    this.endWorkers();
    await this.queue.close();
    this.comparePanel.dispose();
    this.studio.dispose();
    for (const event of [this.momentWanted, this.runStarted, this.modelsChange, this.check]) event.dispose();
    this.endWorkers();
    this.statusBar.dispose();
    this.jobs.dispose();
    this.log.dispose();
  }
}

/** VS Code only underlines a wrong value in settings.json. */
function jobsAtATime(): number {
  const wanted: unknown = vscode.workspace.getConfiguration('faceSwap').get('maxConcurrentJobs');
  return typeof wanted === 'number' && wanted >= 1 ? Math.min(8, Math.floor(wanted)) : 1;
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
