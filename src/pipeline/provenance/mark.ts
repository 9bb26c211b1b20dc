import { writeFile } from 'node:fs/promises';
import { FaceSwapError } from '../../protocol/errors';
import { c2paLibrary, offline } from './c2paLibrary';
import type { Signer } from './cose';
import { embedInIso } from './embedIso';
import type { MarkFacts } from './facts';
import { hashOfFile } from './fileHash';
import { openManifest, type ManifestContent } from './manifest';
import { ownSigner, refusal } from './ownSigner';
import { localSigner } from './localSigner';
import { markXmp } from './xmp';
import type { CredentialFiles } from '../../protocol/provenance';

/** An MP4 or MOV file with XMP and Content Credentials under a new name. Pictures and sound are copied bit by bit. */
export async function markIso(
  from: string,
  to: string,
  content: ManifestContent,
  signer: Signer,
  signal?: AbortSignal,
): Promise<void> {
  const manifest = await openManifest(content, signer, 'boxes');
  try {
    await embedInIso(from, to, markXmp(content.facts), (sha256) => manifest.forHash(sha256), signal);
  } finally {
    manifest.close();
  }
}

/** A JPEG, PNG or WebP file, which has its XMP already, with Content Credentials under a new name. */
export async function markImage(
  from: string,
  to: string,
  format: string,
  content: ManifestContent,
  signer: Signer,
): Promise<void> {
  const manifest = await openManifest(content, signer, 'library');
  try {
    await writeFile(to, await manifest.forFile(from, format));
  } finally {
    manifest.close();
  }
}

/** The Content Credentials of a file that has no place for them, as a file of their own. */
export async function markBeside(
  file: string,
  to: string,
  content: ManifestContent,
  signer: Signer,
): Promise<void> {
  const manifest = await openManifest(content, signer, 'beside');
  try {
    await writeFile(to, await manifest.forHash(await hashOfFile(file)));
  } finally {
    manifest.close();
  }
}

/**
 * The signer of a job: the user's own, tried out before any work is done, or the one of this machine.
 * @throws usage when the user's certificate cannot sign
 */
export async function openSigner(
  own: CredentialFiles | undefined,
  folder: string,
  log: (level: 'info' | 'warn', message: string) => void,
): Promise<Signer> {
  if (!own) return localSigner(folder, log);
  const signer = await ownSigner(own);
  await tryOut(signer, own);
  log('info', `Content Credentials are signed with ${own.certificate}`);
  return signer;
}

/** What is wrong with a manifest that belongs to no file, and with a certificate that is nobody's here. */
const expected = new Set(['assertion.bmffHash.mismatch', 'signingCredential.untrusted']);

/** Signs once and lets the library judge: certificates must meet a profile, which readers insist on. */
async function tryOut(signer: Signer, { certificate }: CredentialFiles): Promise<void> {
  const facts: MarkFacts = {
    tool: 'Face Swap',
    version: '0',
    date: '2000-01-01T00:00:00Z',
    processors: [],
    models: [],
  };
  const manifest = await openManifest({ facts, title: 'trial', target: certificate }, signer, 'boxes');
  try {
    const store = await manifest.forHash(Buffer.alloc(32));
    const { WasmReader } = await c2paLibrary();
    const reader = await WasmReader.fromBytes('application/c2pa', store, offline);
    const { validation_results: results } = JSON.parse(reader.json()) as {
      validation_results?: { activeManifest?: { failure?: { code: string; explanation?: string }[] } };
    };
    reader.free();
    const failure = results?.activeManifest?.failure?.find(({ code }) => !expected.has(code));
    if (failure) throw refusal('certificate', `${failure.explanation ?? failure.code} (${failure.code})`);
  } catch (error) {
    if (!(error instanceof FaceSwapError) || error.code !== 'internal') throw error;
    throw refusal('certificate', error.facts.reason ?? 'it cannot sign', error);
  } finally {
    manifest.close();
  }
}
