import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { encodeOnnx } from '../../models/build/onnx';
import { neuralModel, type ModelPlaces } from '../../src/models';
import { FaceSwapError } from '../../src/protocol/errors';
import { temporaryFolder } from './temporaryFolder';

/** Goes with the tests of whoever imports it. */
export const folder = temporaryFolder('models');
/** The file of a small network of a model's kind. */
export const standIn = (name: string) =>
  path.join(__dirname, '..', 'fixtures', 'reference', 'models', `${name}-standin.onnx`);
let count = 0;

/** Places of a test's own: a storage, and a folder that is pointed to. */
export function places(): ModelPlaces & { pointedTo: string } {
  const base = folder.path(`places ${++count}`);
  const pointedTo = path.join(base, 'roop', 'models');
  mkdirSync(pointedTo, { recursive: true });
  return { storage: path.join(base, 'storage'), folders: [pointedTo], pointedTo };
}

/** What a call is refused with. */
export async function failureOf(promise: Promise<unknown>): Promise<FaceSwapError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  assert.ok(error instanceof FaceSwapError, String(error));
  return error;
}

/** A file with the inputs and outputs of a model, and nothing in it. */
export function hollow(id: string): Uint8Array {
  const { inputs, outputs } = neuralModel(id)!;
  return encodeOnnx({ name: id, nodes: [], initializers: [], inputs, outputs });
}
