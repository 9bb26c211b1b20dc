import path from 'node:path';
import * as vscode from 'vscode';
import { parsePanelMessage, type ComparedVideos, type HostToPanel } from '../protocol/comparePanel';
import { describeError } from '../protocol/errorText';
import { FaceSwapError } from '../protocol/errors';
import type { Still } from '../protocol/report';
import { webviewFiles, webviewPage } from './editor/page';
import type { Host, SwapResult } from './host';
import { openResult, revealResult } from './outcome';
import { t } from './texts';

const maxWidth = 1280;

/**
 * One panel that shows the same moment of original and result on top of each other. It shows stills, which the worker decodes:
 * VS Code's own video playback knows few codecs, and two players never stand on exactly the same frame.
 */
export class ComparePanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private compared: SwapResult | undefined;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly host: Host,
  ) {}

  show(result: SwapResult): void {
    this.compared = result;
    if (this.panel) {
      this.panel.reveal();
      void this.introduce();
      return;
    }
    const files = webviewFiles(this.extension);
    const panel = vscode.window.createWebviewPanel(
      'faceSwap.compare',
      t('Compare'),
      vscode.ViewColumn.Active,
      {
        enableScripts: true,
        localResourceRoots: [files],
      },
    );
    this.panel = panel;
    panel.onDidDispose(() => {
      this.panel = undefined;
    });
    panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    panel.webview.html = webviewPage(panel.webview, files, 'main', t('Compare'));
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private receive(received: unknown): void {
    const message = parsePanelMessage(received);
    if (!message || !this.compared) return;
    const file = vscode.Uri.file(this.compared.output);
    if (message.type === 'ready') void this.introduce();
    else if (message.type === 'open') void openResult(file);
    else if (message.type === 'reveal') void revealResult(file);
    else void this.answer(message.id, message.seconds);
  }

  private async introduce(): Promise<void> {
    if (!this.panel || !this.compared) return;
    const { target, output } = this.compared;
    this.panel.title = t('Compare {0}', path.basename(output));
    try {
      const { durationSeconds, frameSeconds } = await this.still(target, 0);
      const videos: ComparedVideos = {
        originalName: path.basename(target),
        resultName: path.basename(output),
        durationSeconds,
        frameSeconds,
      };
      this.post({ type: 'show', videos });
    } catch (error) {
      this.post({ type: 'failed', id: 0, message: sentence(error) });
    }
  }

  private async answer(id: number, seconds: number): Promise<void> {
    if (!this.compared) return;
    const { target, output } = this.compared;
    try {
      const [original, result] = await Promise.all([
        this.still(target, seconds),
        this.still(output, seconds),
      ]);
      this.post({ type: 'stills', id, original: original.jpegBase64, result: result.jpegBase64 });
    } catch (error) {
      this.post({ type: 'failed', id, message: sentence(error) });
    }
  }

  private still(file: string, seconds: number): Promise<Still> {
    const { tools } = this.host.settings(file);
    return this.host.worker.call('still', { file, seconds, maxWidth, tools });
  }

  private post(message: HostToPanel): void {
    void this.panel?.webview.postMessage(message);
  }
}

const sentence = (error: unknown): string =>
  describeError(
    error instanceof FaceSwapError ? error : new FaceSwapError('internal', { reason: String(error) }),
    t,
  );
