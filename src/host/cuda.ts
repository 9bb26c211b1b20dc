import * as vscode from 'vscode';
import { cudaStatus, removeCuda } from '../machine/cudaRuntime';
import { cudaLines } from '../machine/cudaText';
import { installCuda, type DownloadOffer } from '../machine/installCuda';
import { FaceSwapError } from '../protocol/errors';
import type { Host } from './host';
import { networkSettings } from './networkSettings';
import { showError } from './outcome';

/**
 * "Install CUDA Runtime": brings the provider that fits the onnxruntime in use, then tells which of CUDA's own libraries are
 * missing. Resolves to the folder; to undefined when it was not installed.
 * @param agreed `true`: the download has been agreed to already, for keybindings and other extensions
 */
export async function installCudaRuntime(host: Host, agreed?: unknown): Promise<string | undefined> {
  try {
    const { storage } = host.places();
    const folders = host.cudaFolders();
    const runtime = await withProgress(host, storage, folders[0], agreed === true);
    const status = await cudaStatus(storage, folders);
    for (const line of cudaLines(status)) host.log[status.state === 'ready' ? 'info' : 'warn'](line);
    void tellInstalled(host, status.state === 'ready', status.libraries?.missing.length ?? 0);
    return runtime;
  } catch (error) {
    void showError(host.log, error);
    return undefined;
  }
}

/** "Remove CUDA Runtime". Resolves to the folders that are gone. */
export async function removeCudaRuntime(host: Host): Promise<string[]> {
  try {
    if (host.queue.jobs.length > 0)
      throw new FaceSwapError('usage', {
        reason: 'A job is running; remove the CUDA runtime when it has ended',
      });
    // A process that has loaded it would keep it, and Windows would not let it be deleted.
    host.worker.dispose();
    const gone = await removeCuda(host.places().storage);
    for (const folder of gone) host.log.info(`Removed: ${folder}`);
    void vscode.window.showInformationMessage(
      gone.length > 0 ? 'The CUDA runtime is removed.' : 'No CUDA runtime was installed.',
    );
    return gone;
  } catch (error) {
    void showError(host.log, error);
    return [];
  }
}

async function withProgress(
  host: Host,
  storage: string,
  folder: string | undefined,
  agreed: boolean,
): Promise<string> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: 'Face Swap: CUDA runtime',
    cancellable: true,
  };
  return vscode.window.withProgress(options, (notification, cancellation) => {
    const abort = new AbortController();
    cancellation.onCancellationRequested(() => abort.abort());
    let shown = 0;
    return installCuda(storage, {
      signal: abort.signal,
      network: networkSettings((name) => vscode.workspace.getConfiguration('http').get(name)),
      ...(folder !== undefined && { folder }),
      confirm: async (offer) => agreed || confirm(offer),
      onLog: (message) => host.log.info(`CUDA runtime: ${message}`),
      onProgress: (bytes, total) => {
        const percent = total === undefined ? shown : Math.floor((100 * bytes) / total);
        if (percent === shown) return;
        const message = `${Math.floor(bytes / 1e6)} MB${total === undefined ? '' : ` of ${Math.ceil(total / 1e6)} MB`}`;
        notification.report({ message, increment: Math.max(0, percent - shown) });
        shown = percent;
      },
    });
  });
}

/** The size and the licence first; to dismiss the dialog is to cancel. */
async function confirm({ name, host, bytes, licence }: DownloadOffer): Promise<boolean> {
  const download = 'Download';
  const read = 'Read the Licence';
  const size = bytes === undefined ? '' : ` (${Math.ceil(bytes / 1e6)} MB)`;
  const detail = `${name} from ${host}.\nLicence: ${licence.name}. CUDA and cuDNN themselves are not part of it.`;
  for (;;) {
    const choice = await vscode.window.showInformationMessage(
      `Download the CUDA provider of onnxruntime${size}?`,
      { modal: true, detail },
      download,
      read,
    );
    if (choice === undefined) throw new FaceSwapError('cancelled', { model: 'The CUDA provider' });
    if (choice === download) return true;
    await vscode.env.openExternal(vscode.Uri.parse(licence.link));
  }
}

async function tellInstalled(host: Host, ready: boolean, missing: number): Promise<void> {
  const [verify, log] = ['Verify GPU Setup', 'Show Log'];
  const choice = await (ready
    ? vscode.window.showInformationMessage('The CUDA runtime is installed.', verify)
    : vscode.window.showWarningMessage(
        `The CUDA runtime is installed, but ${missing === 1 ? 'a library that it needs is' : `${missing} libraries that it needs are`} missing; the log names the packages that bring them.`,
        log,
      ));
  if (choice === log) host.log.show();
  if (choice === verify) await vscode.commands.executeCommand('faceSwap.verify');
}
