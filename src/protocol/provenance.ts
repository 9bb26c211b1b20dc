/** IPTC's name for a picture whose parts come from a trained model; the value that laws and platforms look for. */
export const aiSourceType =
  'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia';

/** The user's own certificate and key for Content Credentials, as absolute paths of PEM files. */
export interface CredentialFiles {
  /** The certificate of the signer first, then those above it. */
  certificate: string;
  key: string;
}

/** The file beside it in which a file that cannot carry Content Credentials has them. */
export function credentialsBeside(file: string): string {
  return `${file}.c2pa`;
}

/** What metadata says about how a file was made, whoever wrote it. */
export interface SourceMark {
  /** Where it stands: `XMP` or the name of the container's tag. */
  place: string;
  digitalSourceType?: string;
  /** Program, date and what it did, in the words of the file. */
  details: string[];
}

/** One file that went into another, as Content Credentials name it. */
export interface IngredientRecord {
  title: string;
  relationship: string;
  description?: string;
  /** Who signed the ingredient's own credentials, when it came with some. */
  signedBy?: string;
}

export interface CredentialsRecord {
  /** `valid`: hash and signature are right. */
  state: 'valid' | 'invalid';
  /** Codes of the C2PA specification that say what is wrong, with explanations. */
  problems: { code: string; explanation: string }[];
  /** Name of the file beside it that holds them; absent when the file itself does. */
  beside?: string;
  /** Whether the certificate leads to one that this program trusts. Locally made certificates do not. */
  trusted: boolean;
  signedBy?: string;
  generator?: string;
  title?: string;
  actions: { action: string; when?: string; digitalSourceType?: string; description?: string }[];
  ingredients: IngredientRecord[];
}

/** A manifest that lies beside a file by its name and is bound to another one. */
export interface ForeignCredentials {
  /** Name of the file with the manifest. */
  beside: string;
  /** Name of the file that it belongs to. */
  owner: string;
}

/** What `face-swap inspect` found. */
export interface ProvenanceReport {
  file: string;
  /** `image/jpeg`, `video/mp4` …; undefined when the format is not known. */
  format?: string;
  marks: SourceMark[];
  credentials?: CredentialsRecord;
  /** In place of credentials of its own. */
  foreign?: ForeignCredentials;
}
