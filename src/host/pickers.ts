import * as vscode from 'vscode';
import { t } from './texts';
import { imageExtensions, videoExtensions } from './mediaFiles';

type Remembered = 'source' | 'target';

/** Asks for files; each kind opens in the folder of its last choice. */
export class Pickers {
  constructor(private readonly memory: vscode.Memento) {}

  /** One or more photos of the same person; undefined when dismissed. */
  async sources(forWhat: string): Promise<string[] | undefined> {
    const files = await this.pick('source', {
      title: t('Source face for {0}: one or more photos of one person', forWhat),
      openLabel: t('Use as Source Face'),
      canSelectMany: true,
      filters: { [t('Images')]: [...imageExtensions], [t('All files')]: ['*'] },
    });
    return files?.map((file) => file.fsPath);
  }

  /** The video or image whose faces are replaced; undefined when dismissed. */
  async target(): Promise<string | undefined> {
    const files = await this.pick('target', {
      title: t('Target: the video whose face is swapped'),
      openLabel: t('Swap Face in This'),
      filters: {
        [t('Videos and images')]: [...videoExtensions, ...imageExtensions],
        [t('All files')]: ['*'],
      },
    });
    return files?.[0]?.fsPath;
  }

  /** A folder of videos; undefined when dismissed. */
  async folder(): Promise<string | undefined> {
    const folders = await this.pick('target', {
      title: t('Folder: all of its videos get the same face'),
      openLabel: t('Swap Face in These Videos'),
      canSelectFolders: true,
      canSelectFiles: false,
    });
    return folders?.[0]?.fsPath;
  }

  private async pick(kind: Remembered, options: vscode.OpenDialogOptions): Promise<vscode.Uri[] | undefined> {
    const key = `lastFolder.${kind}`;
    const last = this.memory.get<string>(key);
    const workspace = vscode.workspace.workspaceFolders?.[0]?.uri;
    const defaultUri = last === undefined ? workspace : vscode.Uri.file(last);
    const files = await vscode.window.showOpenDialog(defaultUri ? { ...options, defaultUri } : options);
    const first = files?.[0];
    if (first) await this.memory.update(key, vscode.Uri.joinPath(first, '..').fsPath);
    return files;
  }
}
