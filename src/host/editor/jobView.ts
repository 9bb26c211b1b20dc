import path from 'node:path';
import { parse, type ParseError } from 'jsonc-parser';
import { isFields, isJson, isList, isRecordOf, isText, type Check } from '../../protocol/check';
import type { JobPerson, JobSource } from '../../protocol/jobFile';
import { isPerson, isSource, type JobView } from '../../protocol/panel';
import type { Translate } from '../../protocol/translate';

/** What the panel can show of a document, or why it can show nothing. */
export type ReadDocument = { job: Omit<JobView, 'output' | 'untitled'> } | { broken: string };

/**
 * Reads a job file as far as it can be understood: a document in the making is no error, its gaps are. An empty one counts as a job without
 * anything in it yet. `problemsOf` tells what keeps the text from being a job that could run.
 */
export function readDocument(
  text: string,
  problemsOf: (text: string) => string[],
  t: Translate,
): ReadDocument {
  const errors: ParseError[] = [];
  const value: unknown = text.trim() === '' ? {} : parse(text, errors);
  const error = errors.at(0);
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    return { broken: t('This file is not valid JSON: line {0} cannot be understood.', line) };
  }
  if (!isFields(value)) return { broken: t('This file is JSON, but not a Face Swap job.') };
  const output = value['output'];
  return {
    job: {
      target: field(value, 'target', isText, ''),
      sources: field<JobSource[]>(value, 'sources', isList(isSource), []),
      people: field<JobPerson[]>(value, 'people', isList(isPerson), []),
      settings: field(value, 'settings', isRecordOf(isJson), {}),
      ownOutput: isText(output) && output !== '',
      problems: problemsOf(text),
    },
  };
}

function field<T>(value: Record<string, unknown>, name: string, check: Check<T>, otherwise: T): T {
  const found = value[name];
  return check(found) ? found : otherwise;
}

/** How a file is named inside a job file: from its folder with `/` where it lies beside or below, or up to three folders up; else absolute. */
export function nameInJob(folder: string, file: string): string {
  const relative = path.relative(folder, file);
  const ups = relative.split(path.sep).filter((part) => part === '..').length;
  return relative === '' || path.isAbsolute(relative) || ups > 3 ? file : relative.split(path.sep).join('/');
}
