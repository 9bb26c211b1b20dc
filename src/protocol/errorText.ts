import type { ErrorCode, ErrorFacts } from './errors';
import { faceSentences } from './faceSentences';
import { inputSentences } from './inputSentences';
import { machineSentences } from './machineSentences';
import { modelSentences } from './modelSentences';
import { outputSentences } from './outputSentences';
import { english, type Translate } from './translate';

const sentences: Record<ErrorCode, (facts: ErrorFacts, t: Translate) => string> = {
  ...inputSentences,
  ...outputSentences,
  ...faceSentences,
  ...modelSentences,
  ...machineSentences,
};

/** The sentence for people; ends with a full stop. */
export function describeError(error: { code: ErrorCode; facts: ErrorFacts }, t: Translate = english): string {
  const sentence = sentences[error.code](error.facts, t).replace(/\s+/g, ' ').trim();
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}
