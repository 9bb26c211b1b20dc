export type PaddingRule = 'SAME' | 'VALID';

export interface Span {
  /** Zeros added in front of and after the input. */
  before: number;
  after: number;
  /** Length of the output. */
  length: number;
}

/**
 * How a sliding window covers one axis (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2):
 * SAME adds zeros, an odd one at the end, until every stride has a window; VALID adds none.
 */
export function slide(
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
  rule: PaddingRule,
): Span {
  const reach = (kernel - 1) * dilation + 1;
  if (rule === 'VALID') return { before: 0, after: 0, length: Math.floor((input - reach) / stride) + 1 };
  const length = Math.ceil(input / stride);
  const total = Math.max(0, (length - 1) * stride + reach - input);
  const before = Math.floor(total / 2);
  return { before, after: total - before, length };
}
