import type { JobSource } from '../src/protocol/jobFile';
import { photoName, sourceChanges } from '../src/protocol/jobSources';
import { keyed, make, rebuild } from './dom';
import { takeDrops } from './drop';
import { change, model } from './model';
import { send } from './panelHost';
import { photoCard } from './photoCard';
import { Section } from './section';
import { t } from './texts';
import { button } from './toolkit';

/** Photos of the new face. */
export class Sources {
  private readonly section = new Section(
    'sources',
    t('Source'),
    keyed(
      'add',
      button(t('Add Photos…'), 'secondary', () => send({ type: 'pick', what: 'source' })),
    ),
  );
  readonly element = this.section.element;

  constructor() {
    takeDrops(this.element, 'source');
  }

  update(): void {
    const { sources = [] } = model.job ?? {};
    if (sources.length === 0) {
      rebuild(this.section.body, emptyPlace());
      return;
    }
    const cards = sources.map((source, i) =>
      photoCard(
        source,
        (face) => this.set(sources.with(i, { photo: photoName(source), face })),
        () => this.set(sources.toSpliced(i, 1)),
      ),
    );
    rebuild(this.section.body, make('ul', { class: 'cards' }, ...cards));
  }

  private set(after: JobSource[]): void {
    const { people = [], sources = [] } = model.job ?? {};
    change(...sourceChanges(people, sources, after));
  }
}

function emptyPlace(): HTMLElement {
  return make(
    'div',
    { class: 'place' },
    make('p', {}, t('Whose face shall be seen? Add one or more photos of one person.')),
    make(
      'p',
      { class: 'quiet' },
      t('Drop them here (from the Explorer while holding Shift), or paste a picture.'),
    ),
  );
}
