import type { JobPerson, JobSource } from './jobFile';
import type { DocumentChange } from './panel';

/** The photo as the job file names it. */
export const photoName = (source: JobSource): string => (typeof source === 'string' ? source : source.photo);

export const sameSources = (a: readonly JobSource[], b: readonly JobSource[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/**
 * What changes in a job file together with its photos for everybody: people who had exactly those get the new ones, because that is
 * how they are shown.
 */
export function sourceChanges(
  people: readonly JobPerson[],
  before: readonly JobSource[],
  after: JobSource[],
): DocumentChange[] {
  const followers = people.flatMap((person, i) =>
    before.length > 0 && sameSources(person.sources, before)
      ? [{ path: ['people', i, 'sources'], value: after }]
      : [],
  );
  return [{ path: ['sources'], value: after }, ...followers];
}
