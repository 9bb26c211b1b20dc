import { open, stat } from 'node:fs/promises';
import sharp from 'sharp';
import { FaceSwapError } from '../protocol/errors';
import type { ToolPaths } from '../protocol/job';
import { aiSourceType, type ProvenanceReport, type SourceMark } from '../protocol/provenance';
import type { PipelineContext } from './context';
import { probeStreams } from './media/ffprobe';
import { findMediaTools } from './media/tools';
import { formatOf } from './provenance/formats';
import { readUuidBox, xmpUuid } from './provenance/isoBoxes';
import { readCredentials } from './provenance/readCredentials';
import { readXmpMark } from './provenance/xmp';

/**
 * What a file says about its origin, and whether that is right. Throws `input-missing`, `input-unreadable`, `input-empty`,
 * `input-is-directory` or `not-media`.
 */
export async function inspectFile(
  { file, tools }: { file: string; tools: ToolPaths },
  context: PipelineContext,
): Promise<ProvenanceReport> {
  await checkReadable(file);
  const format = await formatOf(file);
  const isImage = format?.startsWith('image/') === true;
  const marks: SourceMark[] = [];
  const xmp = isImage ? await imageXmp(file) : await boxedXmp(file);
  const mark = xmp === undefined ? undefined : readXmpMark(xmp);
  if (mark) marks.push(mark);
  if (!isImage) marks.push(...(await tagMarks(file, tools, context)));
  const found = await readCredentials(file, format);
  return { file, ...(format !== undefined && { format }), marks, ...found };
}

async function checkReadable(file: string): Promise<void> {
  const found = await stat(file).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const isGone = code === 'ENOENT' || code === 'ENOTDIR';
    throw new FaceSwapError(isGone ? 'input-missing' : 'input-unreadable', { file, reason: code }, { cause });
  });
  if (found.isDirectory()) throw new FaceSwapError('input-is-directory', { file });
  if (found.size === 0) throw new FaceSwapError('input-empty', { file });
  try {
    await (await open(file)).close();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new FaceSwapError('input-unreadable', { file, reason }, { cause });
  }
}

async function imageXmp(file: string): Promise<string | undefined> {
  try {
    return (await sharp(file).metadata()).xmp?.toString('utf8');
  } catch (cause) {
    throw new FaceSwapError(
      'not-media',
      { file, reason: (cause as Error).message.split('\n')[0] },
      { cause },
    );
  }
}

async function boxedXmp(file: string): Promise<string | undefined> {
  const handle = await open(file);
  try {
    return (await readUuidBox(handle, xmpUuid))?.toString('utf8');
  } finally {
    await handle.close();
  }
}

/** Tags of the container that speak of AI, in whatever field. */
async function tagMarks(file: string, paths: ToolPaths, { signal }: PipelineContext): Promise<SourceMark[]> {
  const { ffprobe } = await findMediaTools(paths);
  const { format } = await probeStreams(file, '', ffprobe, signal);
  // What ffprobe takes files for by their names, or because they are made of letters.
  if (/^(tty|image2|.*_pipe)$/.test(format.format_name)) throw new FaceSwapError('not-media', { file });
  return Object.entries(format.tags ?? {}).flatMap(([name, value]): SourceMark[] => {
    const type = /https?:\/\/cv\.iptc\.org\/newscodes\/digitalsourcetype\/\w+/.exec(value)?.[0];
    if (type === undefined && !/\bAI[- ]generated\b/i.test(value)) return [];
    const details = value === aiSourceType ? [] : [value];
    return [{ place: `tag ${name}`, ...(type !== undefined && { digitalSourceType: type }), details }];
  });
}
