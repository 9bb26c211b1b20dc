/**
 * Everything that can go wrong in a way a person can act on. The pipeline throws codes with facts;
 * `describeError` turns them into text for people, so that no sentence is written twice.
 */
export const errorCodes = [
  'usage',
  'job-file-invalid',
  'input-missing',
  'input-unreadable',
  'input-empty',
  'input-is-directory',
  'input-no-file',
  'not-media',
  'no-video-stream',
  'media-truncated',
  'media-protected',
  'media-unsupported',
  'output-exists',
  'output-folder-missing',
  'output-not-writable',
  'output-format-unknown',
  'output-encoder-unfit',
  'output-rotation-unfit',
  'output-is-input',
  'disk-full',
  'no-source-face',
  'no-reference-face',
  'no-face-at-place',
  'model-missing',
  'model-corrupt',
  'model-wrong',
  'model-by-hand',
  'model-not-removed',
  'licence-not-accepted',
  'terms-not-accepted',
  'content-refused',
  'label-not-drawable',
  'label-too-long',
  'download-failed',
  'download-not-confirmed',
  'cuda-unsupported',
  'cuda-wrong',
  'cuda-not-had',
  'tool-missing',
  'tool-failed',
  'encoder-unavailable',
  'provider-unavailable',
  'gpu-unavailable',
  'out-of-memory',
  'verification-failed',
  'worker-died',
  'busy',
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Facts that `describeError` puts into its sentence; `file` is always a path the user named. */
export interface ErrorFacts {
  file?: string;
  /** The short technical reason, in the words of the library that failed. */
  reason?: string;
  /** Last lines of a child's stderr. */
  stderr?: string;
  [fact: string]: string | number | undefined;
}

/** The one error class of the product. `message` is for developers; people read `describeError(error)`. */
export class FaceSwapError extends Error {
  override readonly name = 'FaceSwapError';
  constructor(
    readonly code: ErrorCode,
    readonly facts: ErrorFacts = {},
    options?: { cause?: unknown },
  ) {
    super(`${code} ${JSON.stringify(facts)}`, options);
  }
}

/** What travels between processes in place of an Error. */
export interface SerializedError {
  code: ErrorCode;
  facts: ErrorFacts;
  stack?: string;
}
