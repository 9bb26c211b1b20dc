import { aiSourceType, type CredentialsRecord, type ProvenanceReport, type SourceMark } from './provenance';

/** What `inspect` says to people, line by line. */
export function provenanceLines(report: ProvenanceReport): string[] {
  const { file, format, marks, credentials } = report;
  return [
    `Provenance of ${file}${format === undefined ? '' : ` (${format})`}`,
    '',
    conclusion(report),
    '',
    'Metadata',
    ...(marks.length === 0 ? ['  none that speaks of the origin'] : marks.flatMap(markLines)),
    '',
    'Content Credentials (C2PA)',
    ...(credentials ? credentialLines(credentials) : [noCredentials(report)]),
  ];
}

/** Whether something about the file is wrong; a file without marks is not. */
export function isSound({ credentials }: ProvenanceReport): boolean {
  return credentials?.state !== 'invalid';
}

function conclusion(report: ProvenanceReport): string {
  const { marks, credentials } = report;
  const claims = [...marks, ...(credentials?.actions ?? [])];
  const saysAi = claims.some(({ digitalSourceType }) => digitalSourceType === aiSourceType);
  const said = saysAi
    ? 'This file says that parts of it were made by AI.'
    : 'This file does not say that AI made it.';
  if (!credentials) {
    return marks.length === 0
      ? 'This file carries no marks about its origin. That proves nothing: marks can be removed.'
      : `${said} Nothing is signed: anybody can have written or changed it.`;
  }
  if (credentials.state === 'invalid')
    return `${said} Its Content Credentials are NOT valid: ${whatHappened(report)}.`;
  const trust = credentials.trusted
    ? ''
    : ' Nobody vouches for the signer: the certificate was made by the signer, as is usual for a local program.';
  return `${said} Its Content Credentials are valid: nothing was changed since it was signed.${trust}`;
}

/** What can be known of it: credentials beside a file may never have been its own. */
function whatHappened({ file, credentials }: ProvenanceReport): string {
  const { beside, title } = credentials ?? {};
  return beside !== undefined && title !== undefined && title !== nameOf(file)
    ? `they were made for a file called “${title}”, so they belong to that one, or this one was renamed and changed after signing`
    : 'the file was changed after signing, or they are damaged';
}

function noCredentials({ format, file, foreign }: ProvenanceReport): string {
  if (foreign) return `  none: ${foreign.beside} beside it belongs to ${foreign.owner}`;
  return format === 'video/x-matroska'
    ? `  none: such a file has no place for them, and there is no ${nameOf(file)}.c2pa beside it`
    : '  none';
}

const nameOf = (file: string): string =>
  file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);

function markLines({ place, digitalSourceType, details }: SourceMark): string[] {
  return [
    `  ${place}${digitalSourceType === undefined ? '' : `: ${digitalSourceType}`}`,
    ...details.map((detail) => `    ${detail}`),
  ];
}

function credentialLines(credentials: CredentialsRecord): string[] {
  const { state, problems, signedBy, generator, title, actions, ingredients, beside } = credentials;
  return [
    ...(beside === undefined ? [] : [`  In the file beside it: ${beside}`]),
    `  ${state === 'valid' ? '✓ hash and signature are right' : '✗ not valid'}`,
    ...problems.map(
      ({ code, explanation }) =>
        `  ✗ ${inWords(code)} (${code}${explanation === '' ? '' : `: ${explanation}`})`,
    ),
    ...(signedBy === undefined ? [] : [`  Signed by: ${signedBy}`]),
    ...(generator === undefined ? [] : [`  Made with: ${generator}`]),
    ...(title === undefined ? [] : [`  Title: ${title}`]),
    ...actions.map(({ action, when, digitalSourceType, description }) =>
      ['  Action: ' + action, when, digitalSourceType, description].filter(Boolean).join(', '),
    ),
    ...ingredients.map(({ title: name, relationship, description, signedBy: signer }) => {
      const own =
        signer === undefined
          ? 'no credentials of its own'
          : `with credentials of its own, signed by ${signer}`;
      return `  Made from: ${name} (${relationship}, ${own})${description === undefined ? '' : ` – ${description}`}`;
    }),
  ];
}

/** The codes of the specification that people meet, in words. */
function inWords(code: string): string {
  if (/^assertion\.(dataHash|bmffHash|boxesHash|collectionHash)\./.test(code))
    return 'The content is not the one that was signed';
  if (code.startsWith('claimSignature.')) return 'The signature is not right';
  if (code.startsWith('assertion.hashedURI.')) return 'A statement was changed after signing';
  if (code.startsWith('signingCredential.')) return 'The certificate is not right';
  if (code === 'manifest.inaccessible') return 'The credentials are not in the file';
  return 'The credentials cannot be used';
}
