import path from 'node:path';
import { FaceSwapError } from '../../protocol/errors';
import { aiSourceType } from '../../protocol/provenance';
import { c2paLibrary, offline, reasonOf, type C2pa } from './c2paLibrary';
import { algorithmOf, coseSign1, type Signer } from './cose';
import { markText, type MarkFacts } from './facts';
import { withFileBlob } from './fileBlob';
import { hashOfFile } from './fileHash';
import { canHoldManifest, formatOf } from './formats';
import { c2paUuid } from './isoBoxes';

type Builder = ReturnType<C2pa['WasmBuilder']['fromJson']>;

/**
 * What a manifest binds to, and the assertion that does so with a hash of ours: the `boxes` of an ISO base media file, all bytes of the
 * file `beside` which the manifest lies, or the file that the library puts it in and hashes itself.
 */
const bindings = {
  boxes: { label: 'c2pa.hash.bmff.v3', data: isoHashData },
  beside: { label: 'c2pa.hash.data', data: fileHashData },
  library: undefined,
};
export type Binding = keyof typeof bindings;

export interface ManifestContent {
  facts: MarkFacts;
  /** Name of the output. */
  title: string;
  /** The file that was processed; becomes the parent ingredient. */
  target: string;
}

/** A manifest that is built once and signed as often as needed; `close` gives its memory back. */
export interface OpenManifest {
  /** For `boxes` and `beside`: the manifest store alone, for a hash that was computed elsewhere. */
  forHash(sha256: Buffer): Promise<Uint8Array>;
  /** For `library`: the whole image file with the manifest in it. */
  forFile(file: string, format: string): Promise<Uint8Array>;
  close(): void;
}

/** Throws `internal` when the library refuses. */
export async function openManifest(
  content: ManifestContent,
  signer: Signer,
  binding: Binding,
): Promise<OpenManifest> {
  const library = await c2paLibrary();
  const builder = await attempt(() => build(library, content, binding));
  const definition = signerDefinition(signer);
  return {
    forHash: (sha256) =>
      attempt(async () => {
        const { label, data } = bindings[binding]!;
        builder.updateAssertionsAt(label, [data(sha256)]);
        // The library would copy the whole video through its memory; given nothing, it makes the manifest alone.
        return builder.sign(definition, [], 'application/c2pa', new Blob([]));
      }),
    forFile: (file, format) =>
      attempt(() => withFileBlob(file, (blob) => builder.sign(definition, [], format, blob))),
    close: () => builder.free(),
  };
}

async function build(library: C2pa, content: ManifestContent, binding: Binding): Promise<Builder> {
  const { facts, title, target } = content;
  const { tool: name, version, date, processors, models } = facts;
  const bound = bindings[binding];
  const assertions = bound ? [{ label: bound.label, data: bound.data(Buffer.alloc(32)), created: true }] : [];
  const builder = library.WasmBuilder.fromJson(
    JSON.stringify({ claim_generator_info: [{ name, version }], title, assertions }),
    offline,
  );
  // Opens the parent: the action c2pa.opened comes with it.
  builder.setIntent('edit');
  await addTarget(builder, target);
  builder.addAction({
    action: 'c2pa.edited',
    when: date,
    softwareAgent: { name, version },
    digitalSourceType: aiSourceType,
    description: markText(facts),
    parameters: { processors, models },
  });
  return builder;
}

/** The target by its hash; credentials of its own are taken along. */
async function addTarget(builder: Builder, target: string): Promise<void> {
  const format = await formatOf(target);
  const sha256 = await hashOfFile(target);
  const ingredient = JSON.stringify({
    title: path.basename(target),
    relationship: 'parentOf',
    ...(format !== undefined && { format }),
    // RFC 6920: a name that is the hash of what it names.
    instance_id: `ni:///sha-256;${sha256.toString('base64url')}`,
    description: `The file before faces were replaced. SHA-256: ${sha256.toString('hex')}`,
  });
  if (!canHoldManifest(format)) {
    builder.addIngredient(ingredient);
    return;
  }
  try {
    await withFileBlob(target, (blob) => builder.addIngredientFromBlob(ingredient, format, blob));
  } catch {
    // The library is stricter about formats than decoders are; what it cannot parse is named by its hash alone.
    builder.addIngredient(ingredient);
  }
}

/**
 * Everything but the manifest itself and the two boxes that the specification names. `/uuid` means every box of that kind, of
 * which the one with this content is left out. There are readers that take it for no box at all when the file has several, as
 * with XMP it has, and count from zero: for those the manifest's is named by its place as well. To the others that is no box
 * with this content, hence nothing.
 */
function isoHashData(sha256: Buffer) {
  const data = [{ offset: 8, value: [...Buffer.from(c2paUuid, 'hex')] }];
  return {
    exclusions: [
      { xpath: '/uuid', data },
      { xpath: '/uuid[1]', data },
      { xpath: '/ftyp' },
      { xpath: '/mfra' },
    ],
    alg: 'sha256',
    hash: [...sha256],
    name: 'jumbf manifest',
  };
}

/** All bytes of a file: the manifest lies beside it. */
function fileHashData(sha256: Buffer) {
  return { exclusions: [], alg: 'sha256', hash: [...sha256], pad: [], name: 'whole file' };
}

function signerDefinition(signer: Signer) {
  const sign = (claim: Uint8Array) => Promise.resolve(new Uint8Array(coseSign1(claim, signer)));
  // The structure's length does not depend on the claim, so that it can be measured beforehand.
  const reserveSize = coseSign1(new Uint8Array(), signer).length;
  return { alg: algorithmOf(signer.key)!.name, reserveSize, sign };
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FaceSwapError) throw cause;
    throw new FaceSwapError('internal', { reason: `Content Credentials: ${reasonOf(cause)}` }, { cause });
  }
}
