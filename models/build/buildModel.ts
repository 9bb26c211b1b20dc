import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ModelRecord } from '../../src/models/catalogue';
import { convertTfjs } from './fromTfjs';
import { convertTflite } from './fromTflite';
import { unpackAsset } from './packedAssets';
import { refinedLandmarks } from './refinedLandmarks';
import type { Ranges } from './steps';
import { readTfjs } from './tfjs';

/**
 * Converts the network that a record names to ONNX. Equal input gives equal bytes.
 * Throws a plain Error for the developer when the package is missing or its file is not what the record says.
 */
export function buildModel(record: ModelRecord): Uint8Array {
  const { id, source, inputs, outputs } = record;
  const [input] = inputs;
  const network = networkOf(record);
  if (!/\.(json|js)$/.test(source.file))
    return convertTflite(id, network, input, outputs, { refinedLandmarks });
  const model = readTfjs(new TextDecoder().decode(network), (name) => networkOf(record, name));
  const { ranges } = source;
  return convertTfjs(id, model, input, outputs, ranges === undefined ? undefined : readRanges(ranges));
}

const readRanges = (file: string) => JSON.parse(readFileSync(join(__dirname, '..', file), 'utf8')) as Ranges;

/**
 * The original network, or the file of weights beside it, out of its npm package.
 * @param weights name of the file of weights
 */
export function networkOf({ source }: ModelRecord, weights?: string): Uint8Array {
  const file = join(packageFolder(source), source.file);
  if (file.endsWith('.js')) return unwrap(weights ? join(dirname(file), `${weights}.min.js`) : file);
  if (weights) return readFileSync(join(dirname(file), weights));
  const bytes = readFileSync(file);
  if (!source.member) return bytes;
  return unpackAsset(readFileSync(file.replace(/\.data$/, '_loader.js'), 'utf8'), bytes, source.member);
}

/** What a script exports: the description of a network, or the weights as base64. */
function unwrap(file: string): Uint8Array {
  const exported: unknown = createRequire(__filename)(file);
  return typeof exported === 'string'
    ? Buffer.from(exported, 'base64')
    : Buffer.from(JSON.stringify(exported));
}

/** Where a package is installed; it must be the version whose licence and numbers the catalogue tells. */
function packageFolder(source: ModelRecord['source']): string {
  // Not by require.resolve: packages may keep their package.json and data to themselves.
  const folder = join(__dirname, '..', '..', 'node_modules', source.package);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  if (version !== source.version) {
    throw new Error(`${source.package} is installed as ${version}, the catalogue wants ${source.version}`);
  }
  return folder;
}
