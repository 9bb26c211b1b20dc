import type { Command } from 'commander';
import { FaceSwapError } from '../protocol/errors';
import { defaultExecution } from '../protocol/job';
import { reportLines } from '../protocol/reportLines';
import { outcomeOf, verifyOutcomes, type VerifyReport } from '../protocol/verify';
import type { WorkerClient } from '../workerClient';
import { textConsole } from './console';
import { tellFailure } from './failure';
import {
  addCommonOptions,
  addFaceModelOptions,
  executionOf,
  faceModelsOf,
  numberBetween,
  type CommonOptions,
  type FaceModelOptions,
} from './options';
import { modelOf } from './optionValues';
import { vramChart } from './vramChart';

interface VerifyOptions extends CommonOptions, FaceModelOptions {
  faceSwapperModel: string;
  faceEnhancerModel: string;
  gpuMemoryWait: number;
}

/** `face-swap verify`: what runs the networks here, and whether the GPU gives its memory back. */
export function addVerifyCommand(program: Command, client: WorkerClient, signal: AbortSignal): Command {
  const command = program
    .command('verify')
    .description('try the networks on this machine: providers proven, times, GPU memory and its release')
    .option('--face-swapper-model <id or file>', 'auto, mesh, an id or an .onnx file', 'auto')
    .option('--face-enhancer-model <id or file>', 'auto, an id or an .onnx file', 'auto')
    .option(
      '--gpu-memory-wait <s>',
      'longest wait for GPU memory after each processor',
      numberBetween(0, 600, false),
      defaultExecution.gpuMemoryWaitSeconds,
    )
    .addHelpText('after', '\nExit codes: 0 all on the wanted provider, 1 usable with a fall-back, 2 unusable')
    .action((options: VerifyOptions) => verify(options, client, signal));
  return addCommonOptions(addFaceModelOptions(command));
}

async function verify(options: VerifyOptions, client: WorkerClient, signal: AbortSignal): Promise<void> {
  const output = textConsole((options.quiet ?? false) || (options.json ?? false));
  const request = {
    execution: { ...executionOf(options), gpuMemoryWaitSeconds: options.gpuMemoryWait },
    ...faceModelsOf(options),
    swapper: modelOf('face-swapper-model', options.faceSwapperModel)!,
    enhancer: modelOf('face-enhancer-model', options.faceEnhancerModel)!,
  };
  const json = options.json ?? false;
  try {
    const onLog = output.log.bind(output);
    const report = await client.call('verify', request, { signal, onLog });
    print(report, json);
    process.exitCode = verifyOutcomes.indexOf(outcomeOf(report));
  } catch (error) {
    // A runtime that cannot even be loaded is what this is about.
    const isAnswer = error instanceof FaceSwapError && !['usage', 'cancelled'].includes(error.code);
    if (!isAnswer) throw error;
    tellFailure(error, json);
    process.exitCode = verifyOutcomes.indexOf('unusable');
  }
}

function print(report: VerifyReport, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ outcome: outcomeOf(report), ...report })}\n`);
    return;
  }
  const lines = reportLines(report);
  if (report.trace) lines.push('', ...vramChart(report.trace, Math.min(process.stdout.columns || 80, 100)));
  process.stdout.write(`${lines.join('\n')}\n`);
}
