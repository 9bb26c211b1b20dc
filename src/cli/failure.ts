import path from 'node:path';
import { CommanderError } from 'commander';
import { FaceSwapError } from '../protocol/errors';
import { describeError } from '../protocol/errorText';
import { exitCodeOf, exitCodes } from '../protocol/exitCodes';

/**
 * Tells what went wrong in one sentence, with `json` as the last object on standard output as well. What names no file is about the
 * job file, if there is one: editors put it there. Returns the exit code.
 */
export function tellFailure(error: unknown, json: boolean, jobFile?: string): number {
  // Help and version have been printed by now.
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const known = asFaceSwapError(error);
  const message = describeError(known);
  if (json) {
    const { code, facts } = known;
    process.stdout.write(`${JSON.stringify({ type: 'error', code, facts, message })}\n`);
  }
  const about = jobFile === undefined || /“[^”]*[\\/]/.test(message) ? '' : `“${path.resolve(jobFile)}”: `;
  // Over a progress bar that may still stand there.
  process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}face-swap: ${about}${message}\n`);
  const { stderr } = known.facts;
  if (stderr !== undefined && stderr.trim() !== '') process.stderr.write(`${stderr.trim()}\n`);
  if (known.code === 'internal' && known.stack !== undefined) process.stderr.write(`${known.stack}\n`);
  return exitCodeOf(known.code);
}

function asFaceSwapError(error: unknown): FaceSwapError {
  if (error instanceof FaceSwapError) return error;
  return new FaceSwapError('internal', { reason: String(error) }, { cause: error });
}
