import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { BlobReaderSync } from './fileBlob';

export type C2pa = typeof import('@contentauth/c2pa-wasm');

let loading: Promise<C2pa> | undefined;

/** The reference implementation, loaded when it is first needed. */
export function c2paLibrary(): Promise<C2pa> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/**
 * So much work, as V8 counts it, a function of WebAssembly has done before it is compiled for speed: ten times what is usual. A job calls
 * the library for less time than V8 would take for that.
 */
const unhurried = '--wasm-tiering-budget=18000000';

async function load(): Promise<C2pa> {
  // Node lets such things be changed while it runs; Electron may have sealed them.
  if (process.versions['electron'] === undefined) setFlagsFromString(unhurried);
  const library = await import('@contentauth/c2pa-wasm');
  // Written for a browser's worker, it asks for this by its global name.
  Object.assign(globalThis, { FileReaderSync: BlobReaderSync });
  await library.default({ module_or_path: await readFile(modulePath()) });
  return library;
}

/** Beside the bundle; in a checkout, in the package. */
function modulePath(): string {
  const shipped = path.join(__dirname, 'c2pa.wasm');
  return existsSync(shipped)
    ? shipped
    : createRequire(__filename).resolve('@contentauth/c2pa-wasm/assets/c2pa_bg.wasm');
}

/** Files may name a manifest on some server: nobody there need know what is looked at here. */
export const offline = JSON.stringify({ verify: { remote_manifest_fetch: false, ocsp_fetch: false } });

/** Rust's errors come as strings or with a message that names the kind first. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
