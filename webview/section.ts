import { make } from './dom';

/** A part of the panel with a heading and what can be done about all of it. */
export class Section {
  readonly element: HTMLElement;
  readonly body = make('div', { class: 'body' });
  private readonly note = make('span', { class: 'note' });

  constructor(name: string, title: string, ...actions: HTMLElement[]) {
    const heading = make('h2', { id: `${name}-title` }, title);
    this.element = make(
      'section',
      { class: `section ${name}`, 'aria-labelledby': heading.id },
      make('div', { class: 'head' }, heading, this.note, ...actions),
      this.body,
    );
  }

  /** A short word beside the heading. */
  set remark(text: string) {
    this.note.textContent = text;
  }
}
