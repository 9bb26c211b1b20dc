/**
 * Records what the original runtimes make of the reference inputs: `npx tsx test/pipeline/models/recordReference.ts`.
 * The runtimes weigh 120 MB, so they are fetched into `.cache/` only for this, and tests compare with the record.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkOf } from '../../../models/build/buildModel';
import { loadCatalogue, type ModelRecord } from '../../../src/models';
import { cached, npm } from '../../support/cachedPackages';
import { loadReferenceInput, referenceInputs } from './inputs';
import { writeReference, type ReferenceRun } from './reference';

const tfjsVersion = '4.22.0';
const tfliteVersion = '0.0.1-alpha.10';

/** Installs packages into a folder of the cache and returns its node_modules. */
function runtime(name: string, packages: readonly string[]): string {
  const folder = cached(name, (unfinished) => {
    writeFileSync(join(unfinished, 'package.json'), '{ "private": true }\n');
    npm(unfinished, ['install', '--ignore-scripts', '--no-package-lock', '--legacy-peer-deps', ...packages]);
  });
  return join(folder, 'node_modules');
}

type Outputs = Record<string, Float32Array>;

interface TfliteTensor {
  name: string;
  data(): Float32Array;
}
interface TfliteTensors {
  size(): number;
  get(index: number): TfliteTensor;
}
interface TfliteRunner {
  GetInputs(): TfliteTensors;
  GetOutputs(): TfliteTensors;
  Infer(): boolean;
}
interface TfliteWasm {
  HEAPU8: Uint8Array;
  _malloc(size: number): number;
  TFLiteWebModelRunner: {
    CreateFromBufferAndOptions(
      pointer: number,
      size: number,
      options: { numThreads: number; enableProfiling: boolean; maxProfilingBufferEntries: number },
    ): { ok(): boolean; errorMessage(): string; value(): TfliteRunner };
  };
}

/** TensorFlow Lite compiled to WebAssembly, without the browser code around it. */
async function runTflite(record: ModelRecord, input: Float32Array): Promise<Outputs> {
  const folder = runtime(`tfjs-tflite-${tfliteVersion}`, [`@tensorflow/tfjs-tflite@${tfliteVersion}`]);
  const wasm = join(folder, '@tensorflow', 'tfjs-tflite', 'wasm');
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- its place is known only now
  const start = require(join(wasm, 'tflite_web_api_cc_simd.js')) as (options: {
    wasmBinary: Uint8Array;
    print(): void;
    printErr(): void;
  }) => Promise<TfliteWasm>;
  const module = await start({
    wasmBinary: readFileSync(join(wasm, 'tflite_web_api_cc_simd.wasm')),
    print: () => undefined,
    printErr: () => undefined,
  });
  const network = networkOf(record);
  const pointer = module._malloc(network.length);
  module.HEAPU8.set(network, pointer);
  const created = module.TFLiteWebModelRunner.CreateFromBufferAndOptions(pointer, network.length, {
    numThreads: 1,
    enableProfiling: false,
    maxProfilingBufferEntries: 1,
  });
  if (!created.ok()) throw new Error(created.errorMessage());
  const runner = created.value();
  runner.GetInputs().get(0).data().set(input);
  if (!runner.Infer()) throw new Error(`${record.id} did not run`);
  const tensors = runner.GetOutputs();
  const byName = new Map<string, TfliteTensor>();
  for (let i = 0; i < tensors.size(); i++) byName.set(tensors.get(i).name, tensors.get(i));
  return Object.fromEntries(
    record.outputs.map(({ name, from }) => [name, byName.get(from)!.data().slice()] as const),
  );
}

interface Tensor {
  data(): Promise<Float32Array>;
}
interface TfjsCore {
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  io: { fromMemory(artifacts: object): object };
}
interface TfjsConverter {
  loadGraphModel(handler: object): Promise<{
    execute(input: Tensor, outputs: readonly string[]): Tensor | Tensor[];
  }>;
}

/** TensorFlow.js on its plain JavaScript backend. */
async function runTfjs(record: ModelRecord, input: Float32Array): Promise<Outputs> {
  const packages = ['core', 'converter', 'backend-cpu'].map(
    (name) => `@tensorflow/tfjs-${name}@${tfjsVersion}`,
  );
  const folder = join(runtime(`tfjs-${tfjsVersion}`, packages), '@tensorflow');
  /* eslint-disable @typescript-eslint/no-require-imports -- their place is known only now */
  const tf = require(join(folder, 'tfjs-core')) as TfjsCore;
  const converter = require(join(folder, 'tfjs-converter')) as TfjsConverter;
  require(join(folder, 'tfjs-backend-cpu'));
  /* eslint-enable @typescript-eslint/no-require-imports */
  await tf.setBackend('cpu');
  const network = Buffer.from(networkOf(record)).toString();
  const { modelTopology, weightsManifest } = JSON.parse(network) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: object[] }[];
  };
  const [{ paths, weights }] = weightsManifest;
  const weightData = Uint8Array.from(Buffer.concat(paths.map((path) => networkOf(record, path)))).buffer;
  const model = await converter.loadGraphModel(
    tf.io.fromMemory({ modelTopology, weightSpecs: weights, weightData, format: 'graph-model' }),
  );
  const names = record.outputs.map(({ from }) => from);
  const executed = model.execute(tf.tensor(input, record.inputs[0].shape), names);
  // One output comes without an array around it.
  const results = Array.isArray(executed) ? executed : [executed];
  const values = await Promise.all(results.map((result) => result.data()));
  return Object.fromEntries(record.outputs.map(({ name }, i) => [name, values[i]] as const));
}

async function record(): Promise<void> {
  const runs: ReferenceRun[] = [];
  for (const input of referenceInputs) {
    const record = loadCatalogue().find(({ id }) => id === input.model)!;
    const { values, sha256 } = await loadReferenceInput(input, record.inputs[0].shape[1]);
    const run = /\.(json|js)$/.test(record.source.file) ? runTfjs : runTflite;
    runs.push({ sha256, outputs: await run(record, values) });
    console.log(`${input.model} on photo ${input.photo}`);
  }
  writeReference(runs);
}

record().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
