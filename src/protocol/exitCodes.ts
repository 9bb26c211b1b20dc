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

const badInput: readonly ErrorCode[] = [
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
  'output-is-input',
  'no-reference-face',
  'no-face-at-place',
  'model-wrong',
  'cuda-wrong',
];

const modelMissing: readonly ErrorCode[] = [
  'model-missing',
  'model-corrupt',
  'model-by-hand',
  'model-not-removed',
];

const usage: readonly ErrorCode[] = [
  'usage',
  'licence-not-accepted',
  'terms-not-accepted',
  'download-not-confirmed',
  'label-not-drawable',
  'label-too-long',
];

export function exitCodeOf(code: ErrorCode): number {
  if (usage.includes(code)) return exitCodes.usage;
  if (code === 'content-refused') return exitCodes.refused;
  if (code === 'gpu-unavailable') return exitCodes.gpuUnavailable;
  if (modelMissing.includes(code)) return exitCodes.modelMissing;
  if (code === 'no-source-face') return exitCodes.noSourceFace;
  if (code === 'cancelled') return exitCodes.cancelled;
  return badInput.includes(code) ? exitCodes.badInput : exitCodes.failed;
}
