import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { FaceSwapError } from '../protocol/errors';
import type { NeuralModel } from './catalogue';
import { checkSpace } from './diskSpace';
import { NextLink, storageError } from './downloadTrouble';
import { fetchFromLink, type DownloadOptions, type WantedFile } from './fetchFromLink';
import { openNetwork } from './httpFile';
import { PartFile } from './partFile';
import { VerifiedFiles } from './verifiedFiles';

export type { DownloadOptions, WantedFile } from './fetchFromLink';

/**
 * Downloads a model to the storage, verifies it and gives its path. Throws `model-by-hand` (facts: model, link) and what
 * `downloadFile` throws.
 */
export async function downloadModel(model: NeuralModel, options: DownloadOptions): Promise<string> {
  const { id, file, bytes, sha256, links = [] } = model;
  if (sha256 === undefined || links.length === 0)
    throw new FaceSwapError('model-by-hand', { model: id, link: model.page });
  const wanted = { id, file, hash: { sha256 }, links, ...(bytes !== undefined && { bytes }) };
  const target = await downloadFile(wanted, options);
  await new VerifiedFiles(options.storage).learn(target, sha256);
  return target;
}

/**
 * Downloads a file to the storage, verifies it and gives its path. What has come stays as a part file when it fails or is
 * cancelled, and the next call goes on from there.
 * Throws `disk-full` (facts: file, needed, free), `download-failed` (model, reason, kept: bytes that wait for
 * the next try), `cancelled` (model).
 */
export async function downloadFile(wanted: WantedFile, options: DownloadOptions): Promise<string> {
  const { id, links } = wanted;
  const target = path.join(options.storage, wanted.file);
  const part = new PartFile(target);
  const network = await openNetwork(options.network);
  await prepare(options.storage, target);
  if (wanted.bytes !== undefined) {
    await checkSpace(target, wanted.bytes - (await part.bytes()), options.freeBytes);
  }
  if (!(await part.lock())) {
    const reason = 'another process is downloading it now';
    throw new FaceSwapError('download-failed', { model: id, reason, kept: await part.bytes() });
  }
  const reasons: string[] = [];
  try {
    for (const link of links) {
      try {
        await fetchFromLink(link, wanted, part, network, options);
        await part.publish();
        return target;
      } catch (error) {
        if (options.signal?.aborted) throw new FaceSwapError('cancelled', { model: id }, { cause: error });
        if (!(error instanceof NextLink)) throw storageError(error, target);
        options.onLog?.(`${new URL(link).host}: ${error.message}`);
        reasons.push(`${new URL(link).host}: ${error.message}`);
      }
    }
  } finally {
    await network.destroy();
    await part.unlock();
  }
  const kept = await part.bytes();
  throw new FaceSwapError('download-failed', { model: id, reason: reasons.join('; '), kept });
}

async function prepare(storage: string, target: string): Promise<void> {
  try {
    await mkdir(storage, { recursive: true });
  } catch (error) {
    throw storageError(error, target);
  }
}
