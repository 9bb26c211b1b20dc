import './settings.css';
import { make, rebuild } from './dom';
import { change, model } from './model';
import { command, keep, view } from './panelHost';
import { Section } from './section';
import { settingRow } from './settingField';
import { t } from './texts';
import { button } from './toolkit';

/** The settings of this job: what is chosen here goes into the job file, everything else stays as the user's settings say. */
export class Settings {
  private readonly section = new Section(
    'settings',
    t('Settings'),
    button(t('Your Settings…'), 'secondary', () => command('openSettings')),
  );
  readonly element = this.section.element;

  update(): void {
    const { fields, job } = model;
    const own = Object.keys(job?.settings ?? {}).length;
    this.section.remark = own === 0 ? '' : t('{0} changed', own);
    const groups = [...new Set(fields.filter(({ simple }) => !simple).map(({ group }) => group))];
    rebuild(
      this.section.body,
      ...fields.filter(({ simple }) => simple).map(row),
      ...groups.map((group) =>
        fold(group, () => fields.filter((field) => field.group === group && !field.simple).map(row)),
      ),
      ...(own === 0
        ? []
        : [
            make(
              'div',
              { class: 'row' },
              button(t('Reset All'), 'secondary', () => change({ path: ['settings'] })),
            ),
          ]),
    );
  }
}

const row = (field: (typeof model.fields)[number]): HTMLElement =>
  settingRow(field, model.job?.settings[field.name], (value) =>
    change({ path: ['settings', field.name], ...(value !== undefined && { value }) }),
  );

/** Its rows are made when it is opened: most people never open most of them, and they are half of the page. */
function fold(group: string, rows: () => HTMLElement[]): HTMLElement {
  const details = make('details', {}, make('summary', { 'data-key': `fold ${group}` }, group));
  const unfold = (): void => {
    if (details.open && details.childElementCount === 1) details.append(...rows());
  };
  details.open = view.open.includes(group);
  unfold();
  details.addEventListener('toggle', () => {
    unfold();
    const others = view.open.filter((name) => name !== group);
    keep({ open: details.open ? [...others, group] : others });
  });
  return details;
}
