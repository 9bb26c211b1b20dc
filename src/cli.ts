#!/usr/bin/env node
import path from 'node:path';
import { Command } from 'commander';
import { version } from '../package.json';
import { runAsking } from './askAboutGpu';
import { ask, canAsk } from './cli/ask';
import { jsonConsole, textConsole } from './cli/console';
import { addCudaCommand } from './cli/cuda';
import { addCudaPathOption, applyCuda, type CudaPathOptions } from './cli/cudaPlaces';
import { tellFailure } from './cli/failure';
import { addPlaceOptions, applyPlaces, type PlaceOptions } from './cli/modelPlaces';
import { addModelsCommand } from './cli/models';
import {
  addCommonOptions,
  addFaceModelOptions,
  addRunOptions,
  executionOf,
  faceModelsOf,
  noticesOf,
  numberBetween,
  toolsOf,
  type CommonOptions,
  type FaceModelOptions,
} from './cli/options';
import { addInspectCommand } from './cli/inspect';
import { jobOfCommand, type GivenOptions } from './cli/jobFile';
import { addLeftoversCommand } from './cli/leftovers';
import { printDoctor, printFaces } from './cli/print';
import { record } from './cli/record';
import { stopSignal } from './cli/stopSignals';
import { requireTerms } from './cli/terms';
import { helpOfCommand, throwUsageErrors } from './cli/usageErrors';
import { addVerifyCommand } from './cli/verify';
import { onRecord } from './machine/jobRecord';
import { FaceSwapError } from './protocol/errors';
import { exitCodes } from './protocol/exitCodes';
import type { SwapJob } from './protocol/job';
import { jobFileEnding } from './protocol/jobFile';
import type { JobReport } from './protocol/report';
import { WorkerClient } from './workerClient';

/** The headless door: reads the command line, forks the worker, tells what it says. */

const client = new WorkerClient({ script: path.join(__dirname, 'worker.js') });
const signal = stopSignal(() => {
  client.dispose();
  process.exit(exitCodes.cancelled);
});

async function run(file: string | undefined, options: GivenOptions, command: Command): Promise<void> {
  const output = options.json ? jsonConsole() : textConsole(options.quiet ?? false);
  for (const notice of noticesOf(options)) output.log('info', notice);
  const job = await jobOfCommand(file, options, command);
  await requireTerms(options.acceptTerms ?? false, output, signal);
  const swap = (wanted: SwapJob): Promise<JobReport> =>
    client.call('swap', wanted, {
      signal,
      onLog: (level, message) => output.log(level, message),
      onProgress: (progress) => output.progress(progress),
    });
  const goOn = async (question: string): Promise<boolean | undefined> =>
    canAsk() ? ask(`${question} Go on without it?`, signal) : undefined;
  const work = (): Promise<JobReport> => runAsking(job, swap, goOn);
  try {
    output.done(await onRecord(job, version, work, (message) => output.log('warn', message)));
  } catch (error) {
    if (job.resumable && error instanceof FaceSwapError && error.code === 'worker-died')
      output.log(
        'warn',
        `What is finished has been kept: the same command goes on from there, and face-swap leftovers --remove "${path.dirname(job.output)}" is rid of it`,
      );
    throw error;
  }
}

async function faces(
  file: string,
  options: CommonOptions & FaceModelOptions & { frame: number },
): Promise<void> {
  const request = {
    file: path.resolve(file),
    tools: toolsOf(options),
    execution: executionOf(options),
    ...faceModelsOf(options),
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
    .helpCommand('help [command]', helpOfCommand);
  const runCommand = program
    .command('run', { isDefault: true })
    .description('swap a face; the word run may be left out')
    .action(run);
  addCommonOptions(addRunOptions(runCommand));
  const facesCommand = program
    .command('faces <file>')
    .description('list the faces of a picture, or of a frame of a video')
    .option('--frame <n>', 'frame of a video, from 0', numberBetween(0, 1e9, true), 0)
    .action(faces);
  addCommonOptions(addFaceModelOptions(facesCommand));
  const doctorCommand = program
    .command('doctor')
    .description('check ffmpeg, the models and the execution providers')
    .action(doctor);
  addCommonOptions(doctorCommand);
  const verifyCommand = addVerifyCommand(program, client, signal);
  for (const command of [runCommand, facesCommand, doctorCommand, verifyCommand]) {
    addCudaPathOption(addPlaceOptions(command)).hook('preAction', () => {
      const options = command.opts<PlaceOptions & CudaPathOptions>();
      applyCuda(options, applyPlaces(options));
    });
  }
  addCudaCommand(program, signal);
  addModelsCommand(program, signal);
  addInspectCommand(program, client, signal);
  addLeftoversCommand(program);
  program
    .command('record')
    .description('show the jobs that were run on this machine')
    .option('--json', 'one JSON object per line on standard output')
    .option('--delete', 'delete the record')
    .action(record);
  program.addHelpText('after', () => `\n${runCommand.helpInformation()}${exitCodeHelp}`);
  // Told by `tellFailure`, in the same way as failures of the worker.
  throwUsageErrors(program);
  return program;
}

const exitCodeHelp = `
Exit codes: 0 done, 2 usage, 3 bad input, 4 model missing, 5 no face in the source, 6 processing failed, 7 refused, 8 GPU not available, 130 cancelled
`;

async function main(): Promise<void> {
  // Whoever read what we say may have gone; the job is done for its file, not for its reader.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    await commandLine().parseAsync();
  } catch (error) {
    const jobFile = process.argv.find((argument) => argument.endsWith(jobFileEnding));
    process.exitCode = tellFailure(error, process.argv.includes('--json'), jobFile);
  } finally {
    client.dispose();
  }
}

void main();
