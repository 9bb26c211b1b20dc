import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FaceSwapError } from '../../protocol/errors';
import type { CredentialFiles } from '../../protocol/provenance';
import { algorithmOf, type Signer } from './cose';
import { certificatesOf } from './localSigner';

/**
 * The user's own signer.
 * @throws usage when a file is not what it should be, when key and certificate do not belong together, or when the certificate
 *   has run out
 */
export async function ownSigner({ certificate, key }: CredentialFiles): Promise<Signer> {
  const certificates = await attempt('certificate', certificate, (pem) => {
    const found = certificatesOf(pem);
    if (found.length === 0) throw new Error('no certificate in PEM form');
    return found;
  });
  const privateKey = await attempt('key', key, (pem) => createPrivateKey(pem));
  if (!algorithmOf(privateKey))
    throw refusal(
      'key',
      'Content Credentials know keys of P-256, P-384, P-521, Ed25519 and RSA from 2048 bits',
    );
  const own = new X509Certificate(certificates[0]);
  if (!own.publicKey.equals(createPublicKey(privateKey)))
    throw refusal('key', 'it does not belong to the first certificate');
  if (new Date(own.validTo) < new Date()) throw refusal('certificate', `it was valid until ${own.validTo}`);
  return { key: privateKey, certificates };
}

async function attempt<T>(what: 'certificate' | 'key', file: string, read: (pem: string) => T): Promise<T> {
  try {
    return read(await readFile(file, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw refusal(
      what,
      `${file} cannot be used: ${code === 'ENOENT' ? 'it does not exist' : message}`,
      cause,
    );
  }
}

/** Named as on the command line; the settings have the same two words. */
export function refusal(what: 'certificate' | 'key', reason: string, cause?: unknown): FaceSwapError {
  return new FaceSwapError('usage', { option: `content-credentials-${what}`, reason }, { cause });
}
