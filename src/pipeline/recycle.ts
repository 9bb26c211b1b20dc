import type { PassState } from '../protocol/passes';

/** Thrown by a job that wants to go on in a fresh process, because this one cannot get rid of its GPU memory. */
export class RecycleWanted extends Error {
  override readonly name = 'RecycleWanted';
  constructor(readonly resume: PassState) {
    super('the job goes on in a fresh process');
  }
}
