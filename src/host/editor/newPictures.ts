import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../texts';

/** Larger ones are no photos that somebody copied. */
const mostBytes = 64 * 1024 * 1024;

/** What a picture's first bytes say it is; undefined when it is none that we read. */
export function pictureEnding(bytes: Uint8Array): 'png' | 'jpg' | 'webp' | undefined {
  const starts = (...expected: number[]): boolean => expected.every((byte, i) => bytes[i] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'png';
  if (starts(0xff, 0xd8, 0xff)) return 'jpg';
  const isRiff = starts(0x52, 0x49, 0x46, 0x46);
  return isRiff && Buffer.from(bytes.subarray(8, 12)).toString('latin1') === 'WEBP' ? 'webp' : undefined;
}

/**
 * Keeps a picture that has no file yet where the person says, beside the job file unless told otherwise. Undefined when the
 * question was dismissed.
 */
export async function keepPicture(name: string, base64: string, folder: string): Promise<string | undefined> {
  const bytes = Buffer.from(base64, 'base64');
  const ending = bytes.length <= mostBytes ? pictureEnding(bytes) : undefined;
  if (!ending) {
    void vscode.window.showWarningMessage(t('Only PNG, JPEG and WebP pictures can be a source face.'));
    return undefined;
  }
  const stem = path.parse(path.basename(name)).name || 'face';
  const file = await vscode.window.showSaveDialog({
    title: t('Where to keep this picture?'),
    saveLabel: t('Keep'),
    defaultUri: vscode.Uri.file(path.join(folder, `${stem}.${ending}`)),
    filters: { [t('Images')]: [ending] },
  });
  if (!file) return undefined;
  await vscode.workspace.fs.writeFile(file, bytes);
  return file.fsPath;
}
