/**
 * What may be wrong with a stretch of a job's target. `no-face`: nobody is seen, for longer than a glance away lasts.
 * `low-confidence`: the landmarks of a chosen face are doubtful. `turned-away`: it is seen from so far aside that it is left or
 * fades. `track-lost`: it was lost in mid-scene and came back, or vanished.
 */
export const problemKinds = ['no-face', 'low-confidence', 'turned-away', 'track-lost'] as const;
export type ProblemKind = (typeof problemKinds)[number];

export interface JobProblem {
  kind: ProblemKind;
  /** First and last frame, both part of it, and the time from the first one's showing to the end of the last one's. */
  first: number;
  last: number;
  fromSeconds: number;
  toSeconds: number;
  /** Index in the job's face map, where it is about one of its people. */
  person?: number;
}
