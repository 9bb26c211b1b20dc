import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Signer } from './cose';

const fileName = 'local-signer.pem';
const validYears = 10;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** For protecting e-mail: the purpose that the C2PA profile accepts besides its own. */
const emailProtection = '1.3.6.1.5.5.7.3.4';

/**
 * The signer of this machine, made at the first call and kept in `folder` (mode 0600). Without a folder that can be written, a
 * signer for this process alone.
 * @param log told when a signer is made, and when it could not be kept
 */
export async function localSigner(
  folder: string,
  log: (level: 'info' | 'warn', message: string) => void,
): Promise<Signer> {
  const file = path.join(folder, fileName);
  const known = await readSigner(file);
  if (known) return known;
  const pem = await makeSigner();
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await keep(file, pem);
    log('info', `Content Credentials: a certificate for this machine was made and is kept in ${file}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    log(
      'warn',
      `Content Credentials: the certificate of this machine cannot be kept (${code ?? String(error)})`,
    );
    return parseSigner(pem);
  }
  return (await readSigner(file)) ?? parseSigner(pem);
}

/** Complete before it has its name. Of two processes that start together, the first one's signer stays. */
async function keep(file: string, pem: string): Promise<void> {
  const partial = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(partial, pem, { mode: 0o600, flag: 'wx' });
  try {
    await link(partial, file);
    await unlink(partial);
  } catch {
    // What is there has just been found unusable, or the file system has no links.
    if (await readSigner(file)) await unlink(partial);
    else await rename(partial, file);
  }
}

/** The signer of a file; undefined when there is none, or one that has run out. */
async function readSigner(file: string): Promise<Signer | undefined> {
  let signer: Signer;
  try {
    signer = parseSigner(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
  if (new Date(new X509Certificate(signer.certificates[0]).validTo) < new Date()) return undefined;
  // Folders that were copied may have lost it.
  await chmod(file, 0o600).catch(() => undefined);
  return signer;
}

function parseSigner(pem: string): Signer {
  return { key: createPrivateKey(pem), certificates: certificatesOf(pem) };
}

/** The certificates of a PEM text, in DER. */
export function certificatesOf(pem: string): Buffer[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block).raw);
}

/**
 * A key with a certificate as the C2PA profile wants it: version 3, not a CA, for signing alone, issued by another one. The
 * issuer's key is forgotten at once, so that nothing else can ever be issued. No name of a person or machine goes in.
 */
async function makeSigner(): Promise<string> {
  // Loaded only when a certificate is made, which is once per machine.
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  const { X509CertificateGenerator, KeyUsageFlags } = x509;
  const pair = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [issuer, signer] = [await pair(), await pair()];
  const issuerName = 'CN=Face Swap local issuer, O=Face Swap (not verified)';
  const notBefore = new Date(Date.now() - 86_400_000);
  const notAfter = new Date(notBefore);
  notAfter.setFullYear(notAfter.getFullYear() + validYears);
  const common = {
    issuer: issuerName,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    signingKey: issuer.privateKey,
  };
  const root = await X509CertificateGenerator.create({
    ...common,
    serialNumber: serial(),
    subject: issuerName,
    publicKey: issuer.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  const leaf = await X509CertificateGenerator.create({
    ...common,
    serialNumber: serial(),
    subject: 'CN=Face Swap local signer, O=Face Swap (not verified)',
    publicKey: signer.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([emailProtection]),
      await x509.SubjectKeyIdentifierExtension.create(signer.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', signer.privateKey)).toString('base64');
  const lines = key.match(/.{1,64}/g)!.join('\n');
  return [
    `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----`,
    leaf.toString('pem'),
    root.toString('pem'),
    '',
  ].join('\n');
}

/** Positive and never the same twice, as the standard asks. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] & 0x7f) | 0x40;
  return bytes.toString('hex');
}
