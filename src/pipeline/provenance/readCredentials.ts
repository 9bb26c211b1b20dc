import type { CredentialsRecord, IngredientRecord } from '../../protocol/provenance';
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

/** Says that nobody vouches for the signer; the signature itself may be right. */
const untrusted = 'signingCredential.untrusted';

/**
 * Reads and verifies Content Credentials, ours and others'. Undefined when the file has none. Nothing is fetched from anywhere.
 */
export async function readCredentials(
  file: string,
  format: string | undefined,
): Promise<CredentialsRecord | undefined> {
  if (!canHoldManifest(format)) return undefined;
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
