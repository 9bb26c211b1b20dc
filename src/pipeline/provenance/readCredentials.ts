import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  credentialsBeside,
  type CredentialsRecord,
  type ForeignCredentials,
  type IngredientRecord,
} from '../../protocol/provenance';
import { isoStore, wholeFileCheck, type CheckBinding, type HardBinding } from './bindings';
import { c2paLibrary, offline, reasonOf } from './c2paLibrary';
import { withFileBlob } from './fileBlob';
import { canHoldManifest } from './formats';

interface Status {
  code: string;
  explanation?: string;
}

interface Manifest {
  title?: string;
  claim_generator?: string;
  claim_generator_info?: { name: string; version?: string }[];
  assertions?: { label: string; data?: { actions?: Action[] } }[];
  ingredients?: { title?: string; relationship?: string; description?: string; active_manifest?: string }[];
  signature_info?: { issuer?: string; common_name?: string };
}

interface Action {
  action: string;
  when?: string;
  digitalSourceType?: string;
  description?: string;
}

interface Store {
  active_manifest?: string;
  manifests: Record<string, Manifest | undefined>;
  validation_results?: { activeManifest?: { failure?: Status[] } };
}

const mismatches = ['assertion.dataHash.mismatch', 'assertion.bmffHash.mismatch'];
const mostStoreBytes = 64e6;

/** Says that nobody vouches for the signer; the signature itself may be right. */
const untrusted = 'signingCredential.untrusted';

/** What was found in a file or beside it. */
export interface FoundCredentials {
  credentials?: CredentialsRecord;
  foreign?: ForeignCredentials;
}

/** Reads and verifies Content Credentials, ours and others', in the file or beside it. Nothing is fetched from anywhere. */
export async function readCredentials(file: string, format: string | undefined): Promise<FoundCredentials> {
  const inside = canHoldManifest(format) ? await readInside(file, format) : undefined;
  return inside ? { credentials: inside } : readBeside(file);
}

async function readBeside(file: string): Promise<FoundCredentials> {
  const { dir, name: stem } = path.parse(file);
  // Others put `.c2pa` in place of the extension.
  const beside = [credentialsBeside(file), path.join(dir, `${stem}.c2pa`)].find(existsSync);
  if (beside === undefined) return {};
  const name = path.basename(beside);
  const credentials = (record: CredentialsRecord) => ({ credentials: { ...record, beside: name } });
  if ((await stat(beside)).size > mostStoreBytes) return credentials(unreadable('it is too large'));
  const store = await readFile(beside);
  const record = await readStore(store, wholeFileCheck(file));
  if (!record) return credentials(unreadable('it belongs to a file that holds it'));
  if (isBound(record) || beside === credentialsBeside(file)) return credentials(record);
  const owner = await ownerOf(store, { dir, stem, but: [file, beside] });
  return owner === undefined ? credentials(record) : { foreign: { beside: name, owner } };
}

function isBound({ problems }: CredentialsRecord): boolean {
  return !problems.some(({ code }) => mismatches.includes(code));
}

/** Which file with the same stem a manifest is bound to: the one thing that tells another's credentials from a change. */
async function ownerOf(
  store: Uint8Array,
  { dir, stem, but }: { dir: string; stem: string; but: readonly string[] },
): Promise<string | undefined> {
  for (const entry of await readdir(dir === '' ? '.' : dir, { withFileTypes: true })) {
    const other = path.join(dir, entry.name);
    if (!entry.isFile() || path.parse(entry.name).name !== stem || but.includes(other)) continue;
    const record = await readStore(store, wholeFileCheck(other)).catch(() => undefined);
    if (record && isBound(record)) return entry.name;
  }
  return undefined;
}

async function readInside(file: string, format: string): Promise<CredentialsRecord | undefined> {
  const iso = await isoStore(file);
  const record = iso && (await readStore(iso.store, iso.check));
  return record ?? readWhole(file, format);
}

/**
 * What a manifest store says, whose binding to a file is checked here. Undefined when it is bound in a way that is not known here.
 */
async function readStore(store: Uint8Array, check: CheckBinding): Promise<CredentialsRecord | undefined> {
  const { WasmReader } = await c2paLibrary();
  let json, about, active;
  try {
    const reader = await WasmReader.fromBytes('application/c2pa', store, offline);
    [json, about, active] = [reader.json(), reader.crJson(), reader.activeLabel()];
    reader.free();
  } catch (error) {
    return unreadable(reasonOf(error));
  }
  const { manifests } = JSON.parse(about) as {
    manifests: { label: string; assertions: Record<string, Omit<HardBinding, 'label'>> }[];
  };
  const assertions = manifests.find(({ label }) => label === active)?.assertions ?? {};
  const labels = Object.keys(assertions).filter((label) => label.startsWith('c2pa.hash.'));
  if (labels.length !== 1) return undefined;
  const [label] = labels;
  const isRight = await check({ ...assertions[label], label });
  if (isRight === undefined) return undefined;
  const found = JSON.parse(json) as Store;
  const failures = found.validation_results?.activeManifest?.failure;
  // The library was given no file, to which no binding fits.
  if (failures && isRight)
    found.validation_results = {
      activeManifest: { failure: failures.filter(({ code }) => !mismatches.includes(code)) },
    };
  return recordOf(found);
}

async function readWhole(file: string, format: string): Promise<CredentialsRecord | undefined> {
  const { WasmReader } = await c2paLibrary();
  try {
    const reader = await withFileBlob(file, (blob) => WasmReader.fromBlob(format, blob, offline));
    const json = reader.json();
    reader.free();
    return recordOf(JSON.parse(json) as Store);
  } catch (error) {
    const reason = reasonOf(error);
    return /JumbfNotFound|UnsupportedType/.test(reason) ? undefined : unreadable(reason);
  }
}

function recordOf({
  active_manifest: active,
  manifests,
  validation_results: results,
}: Store): CredentialsRecord {
  const manifest = manifests[active ?? ''] ?? {};
  const failures = results?.activeManifest?.failure ?? [];
  const problems = failures.filter(({ code }) => code !== untrusted);
  const generator = manifest.claim_generator_info?.[0];
  const made = generator ? `${generator.name} ${generator.version ?? ''}`.trim() : manifest.claim_generator;
  const signedBy = signerOf(manifest);
  return {
    state: problems.length === 0 ? 'valid' : 'invalid',
    problems: problems.map(({ code, explanation = '' }) => ({ code, explanation })),
    trusted: !failures.some(({ code }) => code === untrusted),
    ...(signedBy !== undefined && { signedBy }),
    ...(made !== undefined && { generator: made }),
    ...(manifest.title !== undefined && { title: manifest.title }),
    actions: actionsOf(manifest),
    ingredients: (manifest.ingredients ?? []).map((ingredient): IngredientRecord => {
      const {
        title = 'unnamed',
        relationship = 'componentOf',
        description,
        active_manifest: own,
      } = ingredient;
      const signer = own === undefined ? undefined : signerOf(manifests[own] ?? {});
      return {
        title,
        relationship,
        ...(description !== undefined && { description }),
        ...(own !== undefined && { signedBy: signer ?? 'an unknown signer' }),
      };
    }),
  };
}

function actionsOf({ assertions = [] }: Manifest): CredentialsRecord['actions'] {
  const all = assertions.flatMap(({ label, data }) =>
    label.startsWith('c2pa.actions') ? (data?.actions ?? []) : [],
  );
  return all.map(({ action, when, digitalSourceType, description }) => ({
    action,
    ...(when !== undefined && { when }),
    ...(digitalSourceType !== undefined && { digitalSourceType }),
    ...(description !== undefined && { description }),
  }));
}

function signerOf({ signature_info: info }: Manifest): string | undefined {
  const names = [info?.common_name, info?.issuer].filter((name) => name !== undefined);
  return names.length > 0 ? names.join(', ') : undefined;
}

function unreadable(reason: string): CredentialsRecord {
  const remote = /RemoteManifestUrl\("(.*)"\)/.exec(reason);
  const problem = remote
    ? { code: 'manifest.inaccessible', explanation: `they are kept at ${remote[1]}, and nothing is fetched` }
    : { code: 'manifest.unreadable', explanation: reason };
  return { state: 'invalid', problems: [problem], trusted: false, actions: [], ingredients: [] };
}
