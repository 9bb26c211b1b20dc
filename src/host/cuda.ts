import * as vscode from 'vscode';
import { cudaStatus, removeCuda } from '../machine/cudaRuntime';
import { cudaLines } from '../machine/cudaText';
import { installCuda, type DownloadOffer } from '../machine/installCuda';
import { FaceSwapError } from '../protocol/errors';
import type { Host } from './host';
import { networkSettings } from './networkSettings';
import { showError } from './outcome';
import { t } from './texts';

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
    host.modelsChanged();
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
        reason: t('A job is running; remove the CUDA runtime when it has ended'),
      });
    // A process that has loaded it would keep it, and Windows would not let it be deleted.
    host.endWorkers();
    const gone = await removeCuda(host.places().storage);
    host.modelsChanged();
    for (const folder of gone) host.log.info(`Removed: ${folder}`);
    void vscode.window.showInformationMessage(
      gone.length > 0 ? t('The CUDA runtime is removed.') : t('No CUDA runtime was installed.'),
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
    title: t('Face Swap: CUDA runtime'),
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
        const here = Math.floor(bytes / 1e6);
        const message =
          total === undefined ? t('{0} MB', here) : t('{0} of {1} MB', here, Math.ceil(total / 1e6));
        notification.report({ message, increment: Math.max(0, percent - shown) });
        shown = percent;
      },
    });
  });
}

/** The size and the licence first; to dismiss the dialog is to cancel. */
async function confirm({ name, host, bytes, licence }: DownloadOffer): Promise<boolean> {
  const download = t('Download');
  const read = t('Read the Licence');
  const size = bytes === undefined ? '' : ` (${Math.ceil(bytes / 1e6)} MB)`;
  const detail = t(
    '{0} from {1}.\nLicence: {2}. CUDA and cuDNN themselves are not part of it.',
    name,
    host,
    licence.name,
  );
  for (;;) {
    const choice = await vscode.window.showInformationMessage(
      t('Download the CUDA provider of onnxruntime{0}?', size),
      { modal: true, detail },
      download,
      read,
    );
    if (choice === undefined) throw new FaceSwapError('cancelled', { model: t('The CUDA provider') });
    if (choice === download) return true;
    await vscode.env.openExternal(vscode.Uri.parse(licence.link));
  }
}

async function tellInstalled(host: Host, ready: boolean, missing: number): Promise<void> {
  const [verify, log] = [t('Verify GPU Setup'), t('Show Log')];
  const choice = await (ready
    ? vscode.window.showInformationMessage(t('The CUDA runtime is installed.'), verify)
    : vscode.window.showWarningMessage(
        missing === 1
          ? t(
              'The CUDA runtime is installed, but a library that it needs is missing; the log names the package that brings it.',
            )
          : t(
              'The CUDA runtime is installed, but {0} libraries that it needs are missing; the log names the packages that bring them.',
              missing,
            ),
        log,
      ));
  if (choice === log) host.log.show();
  if (choice === verify) await vscode.commands.executeCommand('faceSwap.verify');
}
