import type { ErrorCode, ErrorFacts } from './errors';
import type { Translate } from './translate';

/** A sentence for each code of a kind: what is wrong, in which file, and what to do next. */
export type Sentences = Partial<Record<ErrorCode, (facts: ErrorFacts, t: Translate) => string>>;

/** A fact within a sentence, without a full stop of its own; `otherwise` when it is not known. */
export function text(fact: string | number | undefined, otherwise: string): string {
  return fact === undefined || fact === '' ? otherwise : String(fact).replace(/\.$/, '');
}

/** A number, 0 when it is not known. */
export function count(fact: string | number | undefined): string {
  return text(fact, '0');
}

/** File names may hold anything; control characters would break the line they are told in. */
export function name(file: string | undefined, t: Translate): string {
  // eslint-disable-next-line no-control-regex
  return file === undefined ? t('The file') : `“${file.replace(/[\u0000-\u001f]/g, '␤')}”`;
}

/** The first line of a technical reason in brackets, or nothing. */
export function because(reason: string | number | undefined): string {
  return reason === undefined || reason === ''
    ? ''
    : ` (${String(reason).split('\n')[0].replace(/\.$/, '')})`;
}

/** The last line of what a program said, at most 200 characters. */
export function lastLine(stderr: string | undefined): string | undefined {
  return stderr?.trim().split('\n').at(-1)?.slice(0, 200);
}

/** Bytes as MB or GB; MB are rounded by `whole`. */
export function size(bytes: number, whole = Math.ceil): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${whole(bytes / 1e6)} MB`;
}
