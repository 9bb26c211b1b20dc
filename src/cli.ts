#!/usr/bin/env node
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { version } from '../package.json';
import { jsonConsole, textConsole } from './cli/console';
import {
  addCommonOptions,
  addRunOptions,
  executionOf,
  jobOf,
  noticesOf,
  toolsOf,
  type CommonOptions,
  type RunOptions,
} from './cli/options';
import { printDoctor, printFaces } from './cli/print';
import { stopSignal } from './cli/stopSignals';
import { FaceSwapError } from './protocol/errors';
import { describeError } from './protocol/errorText';
import { exitCodeOf, exitCodes } from './protocol/exitCodes';
import { WorkerClient } from './workerClient';

/** The headless door: reads the command line, forks the worker, tells what it says. */

const client = new WorkerClient({ script: path.join(__dirname, 'worker.js') });
const signal = stopSignal(() => {
  client.dispose();
  process.exit(exitCodes.cancelled);
});

async function run(options: RunOptions): Promise<void> {
  const output = options.json ? jsonConsole() : textConsole();
  for (const notice of noticesOf(options)) output.log('info', notice);
  const report = await client.call('swap', jobOf(options), {
    signal,
    onLog: (level, message) => output.log(level, message),
    onProgress: (progress) => output.progress(progress),
  });
  output.done(report);
}

async function faces(file: string, options: CommonOptions & { frame: number }): Promise<void> {
  const request = {
    file: path.resolve(file),
    tools: toolsOf(options),
    execution: executionOf(options),
    frame: options.frame,
  };
  printFaces(await client.call('faces', request, { signal }), options.json ?? false);
}

async function doctor(options: CommonOptions): Promise<void> {
  const request = { tools: toolsOf(options), execution: executionOf(options) };
  const report = await client.call('doctor', request, { signal });
  printDoctor(report, options.json ?? false);
  if (!report.ok) process.exitCode = exitCodes.failed;
}

function commandLine(): Command {
  const program = new Command('face-swap')
    .description('Swaps faces in video on this machine.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 2 usage, 3 bad input, 4 model missing, 5 no face in the source, 6 processing failed, 130 cancelled',
    );
  addCommonOptions(
    addRunOptions(
      program.command('run', { isDefault: true }).description('swap a face; the word run may be left out'),
    ),
  ).action(run);
  addCommonOptions(
    program.command('faces <file>').description('list the faces of a picture, or of a frame of a video'),
  )
    .option('--frame <n>', 'frame of a video, from 0', Number, 0)
    .action(faces);
  addCommonOptions(
    program.command('doctor').description('check ffmpeg, the models and the execution providers'),
  ).action(doctor);
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

async function main(): Promise<void> {
  // Whoever reads our output may have gone; that is no reason to crash.
  process.stdout.on('error', () => process.exit(exitCodes.done));
  try {
    await commandLine().parseAsync();
  } catch (error) {
    process.exitCode = tell(error);
  } finally {
    client.dispose();
  }
}

/** Tells what went wrong in one sentence and returns the exit code. */
function tell(error: unknown): number {
  // commander has printed its own message, help or version by now.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const known =
    error instanceof FaceSwapError
      ? error
      : new FaceSwapError('internal', { reason: String(error) }, { cause: error });
  const message = describeError(known);
  if (process.argv.includes('--json')) {
    process.stdout.write(
      `${JSON.stringify({ type: 'error', code: known.code, facts: known.facts, message })}\n`,
    );
  }
  process.stderr.write(`face-swap: ${message}\n`);
  if (known.code === 'internal' && known.stack) process.stderr.write(`${known.stack}\n`);
  return exitCodeOf(known.code);
}

void main();
