import path from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../protocol/exitCodes';
import { isSound, provenanceLines } from '../protocol/provenanceText';
import type { WorkerClient } from '../workerClient';
import { toolsOf } from './options';

/** `face-swap inspect`: what a file says about its origin; ends with the code of a failure when that is not right. */
export function addInspectCommand(program: Command, client: WorkerClient, signal: AbortSignal): void {
  program
    .command('inspect <file>')
    .description('tell how a picture or video says it was made, and whether that is right')
    .option('--ffmpeg <path>', 'this ffmpeg and no other')
    .option('--ffprobe <path>', 'this ffprobe and no other')
    .option('--json', 'the whole report as one JSON object on standard output')
    .action(async (file: string, options: { ffmpeg?: string; ffprobe?: string; json?: true }) => {
      const request = { file: path.resolve(file), tools: toolsOf(options) };
      const report = await client.call('inspect', request, { signal });
      process.stdout.write(
        options.json ? `${JSON.stringify(report)}\n` : `${provenanceLines(report).join('\n')}\n`,
      );
      if (!isSound(report)) process.exitCode = exitCodes.failed;
    });
}
