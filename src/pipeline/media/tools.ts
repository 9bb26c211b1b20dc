import { accessSync, chmodSync, constants, existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { FaceSwapError } from '../../protocol/errors';
import type { ToolPaths } from '../../protocol/job';
import { captureTool } from './childProcess';

/** A program that has been run and answered. */
export interface Tool {
  path: string;
  version: string;
  /** Where it was found, in words for the log. */
  from: string;
}

export interface FfmpegTool extends Tool {
  encoders: ReadonlySet<string>;
  /** ffmpeg 5.1 renamed `-vsync` to `-fps_mode`, ffmpeg 8 dropped the old name; from ffmpeg 6 on the new one is used. */
  hasFpsMode: boolean;
  /** ffmpeg 4.4 brought NVENC's presets p1 to p7. */
  nvencPresets: boolean;
}

export interface MediaTools {
  ffmpeg: FfmpegTool;
  ffprobe: Tool;
}

interface Candidate {
  path: string;
  from: string;
  /** Named by a person: if it does not work, that is an error and not a reason to look further. */
  explicit?: boolean;
}

/** What a program says of itself. */
interface Answer {
  tool: Tool;
  /** All that it has answered to `-version`. */
  text: string;
}

/** The version of libavutil in ffmpeg 6, by which also builds are known whose version is no number. */
const fpsModeUtilities = 58;

type ToolName = 'ffmpeg' | 'ffprobe';
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds ffmpeg and ffprobe: the setting, FFMPEG_BIN or FFPROBE_BIN, the file of `ffmpeg-static`, PATH, a binary
 * shipped by an npm package. Each candidate counts only after it has answered `-version`.
 * @throws tool-missing when an explicitly named program does not work or none is found
 */
export async function findMediaTools(
  paths: ToolPaths,
  env: Environment = process.env,
  load: (name: string) => unknown = optionalPackage,
): Promise<MediaTools> {
  const ffmpeg = await firstWorking('ffmpeg', [
    ...explicitly('ffmpeg', paths.ffmpeg, env['FFMPEG_BIN']),
    ...ffmpegStatic(load),
    ...onPath('ffmpeg', env),
    ...installer('ffmpeg', load),
  ]);
  const { path: program } = ffmpeg.tool;
  const [ffprobe, encoders] = await Promise.all([
    firstWorking('ffprobe', [
      ...explicitly('ffprobe', paths.ffprobe, env['FFPROBE_BIN']),
      { path: beside(program, 'ffprobe'), from: 'beside ffmpeg' },
      ...onPath('ffprobe', env),
      ...installer('ffprobe', load),
    ]),
    encodersOf(program),
  ]);
  const nvenc = encoders.has('h264_nvenc')
    ? await captureTool(program, ['-hide_banner', '-h', 'encoder=h264_nvenc'])
    : { stdout: '' };
  const utilities = /^libavutil +(\d+)/m.exec(ffmpeg.text)?.[1];
  return {
    ffmpeg: {
      ...ffmpeg.tool,
      encoders,
      hasFpsMode: Number(utilities ?? 0) >= fpsModeUtilities,
      nvencPresets: /^\s+p4\s/m.test(nvenc.stdout),
    },
    ffprobe: ffprobe.tool,
  };
}

async function encodersOf(ffmpeg: string): Promise<Set<string>> {
  const { stdout } = await captureTool(ffmpeg, ['-hide_banner', '-encoders']);
  return new Set(Array.from(stdout.matchAll(/^ [A-Z.]{6} (\w\S*)/gm), (match) => match[1]));
}

async function firstWorking(name: ToolName, candidates: Candidate[]): Promise<Answer> {
  const tried: string[] = [];
  for (const candidate of candidates) {
    const isFile = existsSync(candidate.path) && statSync(candidate.path).isFile();
    if (!isFile && !candidate.explicit) continue;
    if (isFile) makeExecutable(candidate.path);
    const answer = await captureTool(candidate.path, ['-version']);
    const version = new RegExp(`^${name} version (\\S+)`).exec(answer.stdout)?.[1];
    if (answer.code === 0 && version !== undefined) {
      return { tool: { path: candidate.path, version, from: candidate.from }, text: answer.stdout };
    }
    const reason = answer.stderr === '' ? `does not answer as ${name}` : answer.stderr;
    if (candidate.explicit)
      throw new FaceSwapError('tool-missing', { tool: name, file: candidate.path, reason });
    tried.push(`${candidate.path}: ${reason}`);
  }
  throw new FaceSwapError('tool-missing', { tool: name, reason: tried.join('; ') });
}

function explicitly(name: ToolName, setting: string | undefined, variable: string | undefined): Candidate[] {
  const found: Candidate[] = [];
  if (setting) found.push({ path: setting, from: 'setting', explicit: true });
  if (variable) found.push({ path: variable, from: `${name.toUpperCase()}_BIN`, explicit: true });
  return found;
}

function ffmpegStatic(load: (name: string) => unknown): Candidate[] {
  const file = load('ffmpeg-static');
  return typeof file === 'string' ? [{ path: file, from: 'ffmpeg-static' }] : [];
}

function installer(name: ToolName, load: (name: string) => unknown): Candidate[] {
  const module = load(`@${name}-installer/${name}`);
  const file = typeof module === 'object' && module !== null && 'path' in module ? module.path : undefined;
  return typeof file === 'string' ? [{ path: file, from: `npm package @${name}-installer` }] : [];
}

function onPath(name: ToolName, env: Environment): Candidate[] {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => ({ path: path.join(folder, executableName(name)), from: 'PATH' }));
}

function beside(file: string, name: ToolName): string {
  return path.join(path.dirname(file), executableName(name));
}

function executableName(name: ToolName): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

/** npm packages ship binaries whose executable bit gets lost on the way; ours to set only if the file is ours. */
function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    try {
      chmodSync(file, statSync(file).mode | 0o100);
    } catch {
      // Running it will say what is wrong.
    }
  }
}

/** A package that may not be installed; resolved at run time, so that a bundler leaves it alone. */
function optionalPackage(name: string): unknown {
  try {
    return createRequire(path.join(__dirname, 'media.js'))(name);
  } catch {
    return undefined;
  }
}
