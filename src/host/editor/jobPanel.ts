import { statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { editableKeys, parsePanelMessage, type HostMessage, type PanelCommand } from '../../protocol/panel';
import { photoName, sourceChanges } from '../../protocol/jobSources';
import { droppedFiles } from '../clickedFiles';
import { isImageFile, isVideoFile } from '../mediaFiles';
import { listModels, type InstalledNeuralModel } from '../../models';
import type { Host } from '../host';
import { getModel, pickModelFile } from '../models';
import { asFaceSwapError, openResult, revealResult, sentenceOf } from '../outcome';
import { t } from '../texts';
import { framePreview } from './framePreview';
import { JobDocument } from './jobDocument';
import { isModelSetting } from './modelOptions';
import { keepPicture } from './newPictures';
import { webviewFiles, webviewPage } from './page';
import { PreviewRequests } from './previewRequests';
import { viewOfRun } from './runView';
import { settingFields } from './settingFields';
import type { TargetLook } from './targetLook';

/** One panel of one job file. It owns nothing but the conversation: the document, the findings and the run outlive it. */
export class JobPanel implements vscode.Disposable {
  private readonly job: JobDocument;
  private readonly previews: PreviewRequests;
  private readonly ends: vscode.Disposable[] = [];
  private look: { of: TargetLook; end: vscode.Disposable } | undefined;
  private run: { file: string; end: () => void } | undefined;
  private readonly closing = new AbortController();
  private readonly toldPhotos = new Set<string>();
  private roots = '';
  /** Undefined until they have been looked for. */
  private installed: readonly InstalledNeuralModel[] | undefined;
  /** The page listens. */
  private isReady = false;

  constructor(
    private readonly host: Host,
    document: vscode.TextDocument,
    private readonly panel: vscode.WebviewPanel,
  ) {
    this.job = new JobDocument(host, document);
    this.previews = new PreviewRequests(
      (wish) => framePreview(host, this.job, wish, this.closing.signal),
      sentenceOf,
      (message) => this.post(message),
    );
    const { webview } = panel;
    this.allowFolders();
    this.ends.push(
      webview.onDidReceiveMessage((message: unknown) => void this.receive(message)),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document === document && event.contentChanges.length > 0) this.showJob();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('faceSwap')) this.showSettings();
      }),
      host.onDidChangeModels(() => void this.showModels()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.showJob()),
      host.onDidStartRun(() => this.followRun()),
      host.onDidWantMoment((file) => {
        if (file === this.job.file && this.isReady) this.showWantedFrame();
      }),
      panel.onDidChangeViewState(() => this.followRun()),
    );
    const first = [this.settingsMessage(), this.jobMessage(), this.runMessage()];
    webview.html = webviewPage(webview, webviewFiles(host.extension), 'jobPanel', t('Face Swap'), first);
  }

  dispose(): void {
    this.closing.abort();
    this.host.studio.restPreviews();
    this.look?.end.dispose();
    this.run?.end();
    for (const end of this.ends) end.dispose();
  }

  private async receive(received: unknown): Promise<void> {
    const message = parsePanelMessage(received);
    switch (message?.type) {
      case 'ready':
        this.toldPhotos.clear();
        this.showSettings();
        void this.showModels();
        this.showJob();
        this.followRun();
        this.isReady = true;
        this.showWantedFrame();
        return;
      case 'set':
        if (message.changes.every(({ path: [key] }) => editableKeys.some((known) => known === key)))
          await this.job.change(...message.changes);
        return;
      case 'pick':
        return this.pick(message.what, message.person);
      case 'drop':
        return this.add(message.what, droppedFiles(message.uris), message.person);
      case 'picture': {
        const kept = await keepPicture(message.name, message.base64, this.job.folder);
        if (kept !== undefined) await this.add('source', [kept], message.person);
        return;
      }
      case 'preview':
        this.previews.ask(message);
        return;
      case 'hover': {
        const { frame, perPixel } = message;
        if (!this.host.isBusy) this.host.studio.expect({ file: this.job.target(), frame, perPixel });
        return;
      }
      case 'pickModel':
        if (isModelSetting(message.setting)) await this.pickModel(message.setting);
        return;
      case 'getModel':
        await getModel(this.host, message.id);
        return;
      case 'command':
        return this.obey(message.name);
      case undefined:
    }
  }

  private async pick(what: 'source' | 'target' | 'output', person: number | undefined): Promise<void> {
    const read = this.job.read();
    if ('broken' in read) return;
    if (what === 'output') {
      const output = this.job.output();
      const file = await vscode.window.showSaveDialog({
        title: t('Where does the result go?'),
        saveLabel: t('Choose'),
        defaultUri: vscode.Uri.file(this.job.absolute(output === '' ? 'result.mp4' : output)),
      });
      if (file) await this.job.change({ path: ['output'], value: this.job.nameOf(file.fsPath) });
    } else if (what === 'target') {
      const file = await this.host.pickers.target();
      if (file !== undefined) await this.add('target', [file], undefined);
    } else {
      const target = read.job.target === '' ? t('the video') : path.basename(read.job.target);
      await this.add('source', (await this.host.pickers.sources(target)) ?? [], person);
    }
  }

  private async add(what: 'source' | 'target', files: string[], person: number | undefined): Promise<void> {
    const read = this.job.read();
    if ('broken' in read) return;
    const isFit = (file: string): boolean => isImageFile(file) || (what === 'target' && isVideoFile(file));
    const names = files.filter(isFit).map((file) => this.job.nameOf(file));
    if (names.length < files.length) this.say(t('Files of other kinds were left out.'));
    if (names.length === 0) return;
    const [name] = names;
    if (what === 'target') {
      // Whom the faces of the old target show is nothing about the new one.
      const forget = read.job.people.length > 0 ? [{ path: ['people'] }] : [];
      await this.job.change(...forget, { path: ['target'], value: name });
      return;
    }
    const { people, sources } = read.job;
    const present = person === undefined ? sources : (people.at(person)?.sources ?? []);
    const all = [
      ...present,
      ...names.filter((added) => !present.some((source) => photoName(source) === added)),
    ];
    if (person !== undefined) await this.job.change({ path: ['people', person, 'sources'], value: all });
    else await this.job.change(...sourceChanges(people, sources, all));
  }

  private async obey(command: PanelCommand): Promise<void> {
    const run = this.host.studio.runOf(this.job.file);
    const result = run?.report && { target: run.job.target, output: run.report.output };
    switch (command) {
      case 'start':
        return this.start();
      case 'pause':
        run?.control.pause();
        return;
      case 'resume':
        run?.control.resume();
        return;
      case 'cancel':
        run?.cancel();
        return;
      case 'open':
        if (result) await openResult(vscode.Uri.file(result.output));
        return;
      case 'reveal':
        if (result) await revealResult(vscode.Uri.file(result.output));
        return;
      case 'compare':
        if (result) this.host.comparePanel.show(result);
        return;
      case 'openAsText':
        await vscode.commands.executeCommand('vscode.openWith', this.job.document.uri, 'default');
        return;
      case 'openSettings':
        await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:face-swap.face-swap');
        return;
      case 'showLog':
        this.host.log.show();
        return;
      case 'analyse':
        await this.look?.of.start();
        return;
      case 'stopAnalysis':
        this.look?.of.stop();
    }
  }

  private async start(): Promise<void> {
    try {
      await this.host.startJobFile(this.job.toRun());
    } catch (error) {
      this.say(sentenceOf(error));
    }
  }

  private jobMessage(): HostMessage {
    const read = this.job.read();
    if ('broken' in read) return { type: 'broken', message: read.broken };
    const untitled = this.job.document.isUntitled;
    return { type: 'job', job: { ...read.job, output: this.job.output(), untitled } };
  }

  private showJob(): void {
    const message = this.jobMessage();
    this.post(message);
    if (message.type !== 'job') return;
    this.allowFolders();
    if (!vscode.workspace.isTrusted) return;
    const { target, sources, people } = message.job;
    this.showTarget(target);
    for (const source of [...sources, ...people.flatMap((person) => person.sources)])
      void this.showPhoto(photoName(source));
  }

  private async showPhoto(photo: string): Promise<void> {
    if (this.toldPhotos.has(photo)) return;
    this.toldPhotos.add(photo);
    try {
      const file = this.job.absolute(photo);
      const { tools, execution, models } = this.host.settings(file);
      const report = await this.host.studio.photo({ file, tools, execution, ...(models && { models }) });
      this.post({ type: 'photo', photo, report });
    } catch (error) {
      this.toldPhotos.delete(photo);
      // The card says so beside the photo's name.
      const isFaceless = asFaceSwapError(error).code === 'no-source-face';
      const report = { file: photo, width: 0, height: 0, faces: [] };
      this.post({ type: 'photo', photo, ...(isFaceless ? { report } : { problem: sentenceOf(error) }) });
    }
  }

  private showTarget(target: string): void {
    if (target === '') {
      this.look?.end.dispose();
      this.look = undefined;
      this.post({ type: 'analysis', state: 'idle', done: 0, message: '' });
      return;
    }
    const file = this.job.absolute(target);
    const { tools, execution, models, smallFaces } = this.host.settings(file);
    const look = this.host.studio.look({ file, tools, execution, smallFaces, ...(models && { models }) });
    if (look !== this.look?.of) {
      this.look?.end.dispose();
      this.look = { of: look, end: look.onDidChange((message) => this.post(message)) };
      // One that failed is looked at again when the file has changed: it then is another one.
      if (look.latest.state === 'idle') void look.start();
    }
    this.post(look.latest);
  }

  private settingsMessage(): HostMessage {
    return {
      type: 'settings',
      fields: settingFields(this.host.manifest, (name) => this.job.setting(name), t, this.installed),
    };
  }

  /** Looked for beside everything else: files that nobody knows yet are read as a whole. */
  private async showModels(): Promise<void> {
    try {
      this.installed = (await listModels(this.host.places())).models;
    } catch {
      // The view of the models says what is wrong with their folders.
      return;
    }
    this.showSettings();
  }

  private async pickModel(setting: string): Promise<void> {
    const file = await pickModelFile(t('Which file is the model?'));
    if (file !== undefined) await this.job.change({ path: ['settings', setting], value: file });
  }

  private showSettings(): void {
    this.post(this.settingsMessage());
  }

  private runMessage(): HostMessage {
    const run = this.host.studio.runOf(this.job.file);
    return { type: 'run', ...(run && { run: viewOfRun(run, this.panel.webview, fileSize) }) };
  }

  /** Attaches to the run of this file, if there is one; pictures are wanted only while the panel is to be seen. */
  private followRun(): void {
    const run = this.host.studio.runOf(this.job.file);
    this.run?.end();
    this.run = undefined;
    const show = (): void => this.post(this.runMessage());
    if (!run) {
      show();
      return;
    }
    const showPicture = (): void => {
      const { picture } = run;
      if (picture)
        this.post({
          type: 'live',
          jpeg: picture.jpegBase64,
          frame: picture.frame,
          seconds: picture.seconds,
        });
    };
    const listening = run.onDidChange((what) => {
      if (what === 'picture') showPicture();
      else show();
      // The next one may have another name.
      if (run.isOver) this.post(this.jobMessage());
    });
    const unwatch = this.panel.visible ? run.watch() : () => undefined;
    this.run = {
      file: this.job.file,
      end: () => {
        listening.dispose();
        unwatch();
      },
    };
    show();
    showPicture();
  }

  /** Media may be played from the folders of target and result, and from nowhere else. A change makes the page load anew. */
  private allowFolders(): void {
    const read = this.job.read();
    const [target, output] =
      'broken' in read || !vscode.workspace.isTrusted ? ['', ''] : [read.job.target, this.job.output()];
    const folders = [target, output]
      .filter((name) => name !== '')
      .map((name) => path.dirname(this.job.absolute(name)));
    const roots = [...new Set(folders)].sort();
    if (this.roots === roots.join('\0') && this.panel.webview.options.enableScripts) return;
    this.roots = roots.join('\0');
    this.panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [webviewFiles(this.host.extension), ...roots.map((root) => vscode.Uri.file(root))],
    };
  }

  private showWantedFrame(): void {
    const frame = this.host.takeWantedFrame(this.job.file);
    if (frame !== undefined) this.post({ type: 'jump', frame });
  }

  private say(text: string): void {
    this.post({ type: 'said', text });
  }

  private post(message: HostMessage): void {
    void this.panel.webview.postMessage(message);
  }
}

function fileSize(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
