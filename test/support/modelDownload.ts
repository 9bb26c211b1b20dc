import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before } from 'node:test';
import type { NeuralModel } from '../../src/models/catalogue';
import { downloadModel, type DownloadOptions } from '../../src/models/download';
import { FaceSwapError } from '../../src/protocol/errors';
import { fileServer, type FileServer } from './fileServer';
import { temporaryFolder } from './temporaryFolder';

const folder = temporaryFolder('download');
/** The file that is wanted, and another one of its size. */
export const content = randomBytes(600_000);
export const other = randomBytes(content.length);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
/** Both run as long as the tests of whoever imports them. */
export let server: FileServer;
export let mirror: FileServer;
let count = 0;

before(async () => {
  server = await fileServer();
  mirror = await fileServer();
});
after(() => [server, mirror].forEach((one) => one.close()));

/** A fresh storage, a model with these links, and everything that happened. */
export function setUp(links: string[], changes: Partial<NeuralModel> = {}) {
  const storage = folder.path(`storage ${++count}`);
  const model: NeuralModel = {
    id: 'some_model',
    role: 'face_swapper',
    family: 'inswapper',
    name: 'Some model',
    file: 'some_model.onnx',
    bytes: content.length,
    sha256: sha256(content),
    links,
    licence: { name: 'MIT', link: 'https://example.org', commercialUse: true },
    inputs: [],
    outputs: [],
    ...changes,
  };
  const waits: number[] = [];
  const progress: number[] = [];
  const log: string[] = [];
  const options: DownloadOptions = {
    storage,
    wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    onProgress: (bytes) => void progress.push(bytes),
    onLog: (message) => void log.push(message),
  };
  const get = (more: Partial<DownloadOptions> = {}) => downloadModel(model, { ...options, ...more });
  const failure = async (more: Partial<DownloadOptions> = {}): Promise<FaceSwapError> => {
    const error: unknown = await get(more).catch((reason: unknown) => reason);
    assert.ok(error instanceof FaceSwapError, String(error));
    return error;
  };
  return { storage, waits, progress, log, get, failure, part: `${storage}/some_model.onnx.part` };
}

export function assertDone(file: string, storage: string): void {
  assert.ok(readFileSync(file).equals(content), 'the file is the one of the server');
  assert.deepEqual(readdirSync(storage).sort(), ['some_model.onnx', 'verified.json'], 'nothing else is left');
}
