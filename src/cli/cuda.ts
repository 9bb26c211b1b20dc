import type { Command } from 'commander';
import { cudaStatus, removeCuda } from '../machine/cudaRuntime';
import { cudaLines } from '../machine/cudaText';
import type { DownloadOffer } from '../machine/installCuda';
import { ask } from './ask';
import { addCudaPathOption, namedFolders, type CudaPathOptions } from './cudaPlaces';
import { addPlaceOptions, applyPlaces, type PlaceOptions } from './modelPlaces';
import { size } from '../protocol/sentenceFacts';
import { helpOfCommand } from './usageErrors';
import { modelsConsole, type ModelsConsole } from './modelsConsole';

interface CudaOptions extends PlaceOptions, CudaPathOptions {
  json?: true;
  quiet?: true;
}

interface InstallOptions extends CudaOptions {
  yes?: true;
  proxy?: string;
  nugetFeed?: string;
}

/** `face-swap cuda …`: brings the part of onnxruntime that uses NVIDIA GPUs; works on files alone and needs no worker. */
export function addCudaCommand(program: Command, signal: AbortSignal): void {
  const cuda = program
    .command('cuda')
    .description('install, look at and remove what onnxruntime needs to use NVIDIA GPUs')
    .helpCommand('help [command]', helpOfCommand);
  const add = (usage: string, description: string, isDefault = false): Command =>
    addCudaPathOption(addPlaceOptions(cuda.command(usage, { isDefault }).description(description)))
      .option('--json', 'one JSON object per line on standard output')
      .option('--quiet', 'tell nothing but warnings, errors and the result');
  add('status', 'what is installed, and which libraries of CUDA and cuDNN are found or missing', true).action(
    (options: CudaOptions) => status(options, signal),
  );
  add('install', 'install the CUDA provider for the onnxruntime in use')
    .option('--yes', 'agree to the download and its licence')
    .option(
      '--proxy <address>',
      'proxy for the download (default: that of npm, HTTPS_PROXY, HTTP_PROXY, NO_PROXY)',
    )
    .option('--nuget-feed <address>', 'service index of another feed than api.nuget.org')
    .action((options: InstallOptions) => install(options, signal));
  add('remove', 'delete the CUDA provider and what is left of downloads').action(remove);
}

async function status(options: CudaOptions, signal: AbortSignal): Promise<void> {
  const found = await cudaStatus(applyPlaces(options).storage, namedFolders(options), signal);
  if (options.json) process.stdout.write(`${JSON.stringify(found)}\n`);
  else process.stdout.write(`${cudaLines(found).join('\n')}\n`);
}

async function install(options: InstallOptions, signal: AbortSignal): Promise<void> {
  const { storage } = applyPlaces(options);
  const output = modelsConsole(options.json ?? false, options.quiet ?? false);
  const folder = namedFolders(options).at(0);
  // Loaded only now: no other command has use for an HTTP client.
  const { installCuda } = await import('../machine/installCuda');
  const runtime = await installCuda(storage, {
    signal,
    ...(folder !== undefined && { folder }),
    ...(options.proxy !== undefined && { network: { proxy: options.proxy } }),
    ...(options.nugetFeed !== undefined && { feed: options.nugetFeed }),
    confirm: (offer) => confirm(offer, options.yes ?? false, output, signal),
    onLog: (message) => output.log(message),
    onProgress: (bytes, total) => output.progress('CUDA provider', bytes, total),
  });
  const found = await cudaStatus(storage, namedFolders(options), signal);
  output.result({ type: 'done', path: runtime, status: found }, cudaLines(found).join('\n'));
}

async function confirm(
  { name, host, bytes, licence }: DownloadOffer,
  agreed: boolean,
  output: ModelsConsole,
  signal: AbortSignal,
): Promise<boolean> {
  const much = bytes === undefined ? 'size unknown' : size(bytes);
  output.log(
    `The CUDA provider comes from ${host}: ${name}, ${much}. Licence: ${licence.name}, ${licence.link}`,
  );
  return agreed || ask('Download it?', signal);
}

async function remove(options: CudaOptions): Promise<void> {
  const paths = await removeCuda(applyPlaces(options).storage);
  const output = modelsConsole(options.json ?? false, options.quiet ?? false);
  const text = paths.length === 0 ? 'Nothing was installed.' : `Removed: ${paths.join(', ')}`;
  output.result({ type: 'removed', paths }, text);
}
