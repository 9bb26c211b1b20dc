import { aiSourceType } from '../../protocol/provenance';

/** What a mark says: the same in metadata, in tags and in Content Credentials. */
export interface MarkFacts {
  tool: string;
  version: string;
  /** ISO 8601, to the second. */
  date: string;
  /** Names of the processors, in order. */
  processors: readonly string[];
  /** Names of the models that ran. */
  models: readonly string[];
}

/** The mark in words, for places that hold nothing but text. */
export function markText(facts: MarkFacts): string {
  const models = facts.models.length > 0 ? ` Models: ${facts.models.join(', ')}.` : '';
  return (
    `AI-generated content: faces were replaced with ${facts.tool} ${facts.version} on ${facts.date}. ` +
    `Processors: ${facts.processors.join(', ')}.${models} Digital source type: ${aiSourceType}`
  );
}

/**
 * The tags of a container that has no place for XMP. A comment that the original brought along stays in front.
 */
export function markTags(facts: MarkFacts, originalComment?: string): Record<string, string> {
  const text = markText(facts);
  const kept = originalComment?.split(' | AI-generated content: ')[0] ?? '';
  return {
    comment: kept === '' || kept.startsWith('AI-generated content: ') ? text : `${kept} | ${text}`,
    DIGITAL_SOURCE_TYPE: aiSourceType,
  };
}
