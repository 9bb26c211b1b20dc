import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelRecord } from '../../src/models/catalogue';
import { convertTfjs } from './fromTfjs';
import { convertTflite } from './fromTflite';
import { unpackAsset } from './packedAssets';
import { readTfjs } from './tfjs';

/**
 * Converts the network that a record names to ONNX. Equal input gives equal bytes.
 * Throws a plain Error for the developer when the package is missing or its file is not what the record says.
 */
export function buildModel({ id, source, inputs, outputs }: ModelRecord): Uint8Array {
  const folder = packageFolder(source);
  const file = join(folder, source.file);
  const [input] = inputs;
  if (source.file.endsWith('.json')) {
    const readWeights = (name: string) => readFileSync(join(dirname(file), name));
    return convertTfjs(id, readTfjs(readFileSync(file, 'utf8'), readWeights), input, outputs);
  }
  const { member } = source;
  const bytes = readFileSync(file);
  const network = member
    ? unpackAsset(readFileSync(file.replace(/\.data$/, '_loader.js'), 'utf8'), bytes, member)
    : bytes;
  return convertTflite(id, network, input, outputs);
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
