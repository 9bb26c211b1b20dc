import type { ErrorCode } from './errors';

/** What the command line's exit codes mean; part of its interface. */
export const exitCodes = {
  done: 0,
  usage: 2,
  badInput: 3,
  modelMissing: 4,
  noSourceFace: 5,
  failed: 6,
  refused: 7,
  gpuUnavailable: 8,
  cancelled: 130,
} as const;

const meanings: Record<ErrorCode, keyof typeof exitCodes> = {
  usage: 'usage',
  'job-file-invalid': 'badInput',
  'input-missing': 'badInput',
  'input-unreadable': 'badInput',
  'input-empty': 'badInput',
  'input-is-directory': 'badInput',
  'input-no-file': 'badInput',
  'not-media': 'badInput',
  'no-video-stream': 'badInput',
  'media-truncated': 'badInput',
  'media-protected': 'badInput',
  'media-unsupported': 'badInput',
  'output-exists': 'badInput',
  'output-folder-missing': 'badInput',
  'output-not-writable': 'badInput',
  'output-format-unknown': 'badInput',
  'output-is-input': 'badInput',
  'disk-full': 'failed',
  'no-source-face': 'noSourceFace',
  'no-reference-face': 'badInput',
  'no-face-at-place': 'badInput',
  'model-missing': 'modelMissing',
  'model-corrupt': 'modelMissing',
  'model-wrong': 'badInput',
  'model-by-hand': 'modelMissing',
  'model-not-removed': 'modelMissing',
  'licence-not-accepted': 'usage',
  'terms-not-accepted': 'usage',
  'content-refused': 'refused',
  'label-not-drawable': 'usage',
  'label-too-long': 'usage',
  'download-failed': 'failed',
  'download-not-confirmed': 'usage',
  'cuda-unsupported': 'failed',
  'cuda-wrong': 'badInput',
  'cuda-not-had': 'failed',
  'tool-missing': 'failed',
  'tool-failed': 'failed',
  'encoder-unavailable': 'failed',
  'provider-unavailable': 'failed',
  'gpu-unavailable': 'gpuUnavailable',
  'out-of-memory': 'failed',
  'verification-failed': 'failed',
  'worker-died': 'failed',
  busy: 'failed',
  cancelled: 'cancelled',
  internal: 'failed',
};

/** The exit code of the command line for an error. */
export function exitCodeOf(code: ErrorCode): number {
  return exitCodes[meanings[code]];
}
