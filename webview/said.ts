import { make } from './dom';

/** A sentence about what has just been asked for, until the job changes. */
export const said = make('p', { class: 'said', role: 'alert' });

export function say(text: string): void {
  said.textContent = text;
}
