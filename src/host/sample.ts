import { constants } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { jobFileEnding, type JobFile } from '../protocol/jobFile';
import type { JobReport } from '../protocol/report';
import { startOpenJob } from './editor/newJob';
import type { Host } from './host';
import { showError } from './outcome';

const [photo, video] = ['face.jpg', 'clip.mp4'];

/** A first swap for somebody who has no media at hand: in the panel, at once, with a photo and a clip that come along. */
export async function swapSample(host: Host): Promise<JobReport | undefined> {
  try {
    const file = vscode.Uri.file(await copySample(host));
    await vscode.commands.executeCommand('vscode.openWith', file, 'faceSwap.job');
    return await startOpenJob(host, file);
  } catch (error) {
    void showError(host.log, error);
    return undefined;
  }
}

/**
 * Results lie beside their target, and the extension's folder goes with every update: hence copies, which stay as somebody has
 * left them. Returns the path of the job file.
 */
async function copySample({ extension, sampleFolder }: Host): Promise<string> {
  await mkdir(sampleFolder, { recursive: true });
  for (const name of [photo, video]) {
    const { fsPath } = vscode.Uri.joinPath(extension, 'media', 'sample', name);
    await unlessThere(copyFile(fsPath, path.join(sampleFolder, name), constants.COPYFILE_EXCL));
  }
  const file = path.join(sampleFolder, `sample${jobFileEnding}`);
  const job: JobFile = { version: 1, target: video, sources: [photo] };
  await unlessThere(writeFile(file, `${JSON.stringify(job, null, 2)}\n`, { flag: 'wx' }));
  return file;
}

async function unlessThere(writing: Promise<void>): Promise<void> {
  await writing.catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}
