import * as vscode from 'vscode';
import { describeError } from '../protocol/errorText';
import { FaceSwapError } from '../protocol/errors';
import { defaultProcessing } from '../protocol/processing';
import { reportLines } from '../protocol/reportLines';
import { outcomeOf, type VerifyReport } from '../protocol/verify';
import { parseVerifyToHost, type HostToVerify } from '../protocol/verifyPanel';
import { verifyHeadline, verifySections } from '../protocol/verifyText';
import { withoutFolders } from '../protocol/withoutFolders';
import { webviewFiles, webviewPage } from './editor/page';
import type { Host } from './host';
import { t } from './texts';

let open: VerifyPanel | undefined;

/** "Verify GPU Setup": resolves to the report when it is there, to undefined when it could not be made. */
export async function verify(host: Host): Promise<VerifyReport | undefined> {
  open ??= new VerifyPanel(host, () => (open = undefined));
  return open.run();
}

/** The page with the report. Who closes it while networks are tried ends that as well. */
class VerifyPanel {
  private readonly panel: vscode.WebviewPanel;
  private readonly closing = new AbortController();
  private running: Promise<VerifyReport | undefined> | undefined;
  private report: VerifyReport | undefined;
  /** What the page is to show; told again to a page that has been hidden meanwhile. */
  private shown: HostToVerify = { type: 'busy', line: '' };

  constructor(
    private readonly host: Host,
    onClosed: () => void,
  ) {
    const title = t('Verify GPU Setup');
    const files = webviewFiles(host.extension);
    this.panel = vscode.window.createWebviewPanel('faceSwap.verify', title, vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [files],
    });
    this.panel.onDidDispose(() => {
      this.closing.abort();
      onClosed();
    });
    this.panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    this.panel.webview.html = webviewPage(this.panel.webview, files, 'verify', title);
  }

  run(): Promise<VerifyReport | undefined> {
    this.panel.reveal();
    return (this.running ??= this.tryAll().finally(() => (this.running = undefined)));
  }

  private async tryAll(): Promise<VerifyReport | undefined> {
    const { log, queue, worker } = this.host;
    this.show({ type: 'busy', line: '' });
    try {
      if (queue.jobs.length > 0)
        throw new FaceSwapError('usage', { reason: t('A job is running; verify the GPU when it has ended') });
      const { execution, models, processing = defaultProcessing } = this.host.settings();
      const request = {
        execution,
        ...(models && { models }),
        swapper: processing.swapper.model,
        enhancer: processing.enhancer.model,
      };
      const report = await worker.call('verify', request, {
        signal: this.closing.signal,
        onLog: (level, message) => {
          log[level](message);
          if (level === 'info') this.show({ type: 'busy', line: message });
        },
      });
      this.report = report;
      for (const line of reportLines(report)) log.info(line);
      const { trace } = report;
      const view = { outcome: outcomeOf(report), headline: verifyHeadline(report, t) };
      this.show({
        type: 'show',
        view: { ...view, sections: verifySections(report, t), ...(trace && { trace }) },
      });
      return report;
    } catch (error) {
      const known =
        error instanceof FaceSwapError ? error : new FaceSwapError('internal', { reason: String(error) });
      if (known.code !== 'cancelled') log.error(describeError(known));
      this.show({ type: 'failed', message: describeError(known, t) });
      return undefined;
    }
  }

  private receive(received: unknown): void {
    const message = parseVerifyToHost(received);
    if (message?.type === 'ready') this.show(this.shown);
    else if (message?.type === 'again') void this.run();
    else if (message?.type === 'copy') void this.copy();
  }

  /** For bug reports: in English, and without folders that tell who somebody is. */
  private async copy(): Promise<void> {
    if (!this.report) return;
    const text = withoutFolders(reportLines(this.report).join('\n'), this.report.folders);
    await vscode.env.clipboard.writeText(`${text}\n`);
    void this.post({ type: 'copied' });
  }

  private show(message: HostToVerify): void {
    this.shown = message;
    void this.post(message);
  }

  private async post(message: HostToVerify): Promise<void> {
    if (!this.closing.signal.aborted) await this.panel.webview.postMessage(message);
  }
}
