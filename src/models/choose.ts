import { loadNeuralModels, type NeuralModel } from './catalogue';
import type { InstalledNeuralModel } from './identify';
import type { NeuralRole } from './signature';

/** What `auto` took. `chosen` is absent when no model of the role is there: a built-in engine takes its place, or nothing. */
export interface Choice {
  chosen?: InstalledNeuralModel;
  /** One sentence for the log: which and why. */
  reason: string;
  /** Ids of models that the chosen one cannot do without and that are not there. */
  missing: string[];
}

/** All swappers that take an embedding have learnt this recogniser's. */
const embeddingModel = 'w600k_r50';

/**
 * The best model of a role that is present: in the catalogue's order, models that are complete before those that lack
 * another one, files known by hash before files of the same kind.
 */
export function chooseModel(role: NeuralRole, installed: readonly InstalledNeuralModel[]): Choice {
  const present = new Set(installed.map(({ model }) => model.id));
  const ranked = installed
    .filter(({ model }) => model.role === role)
    .map((one) => ({ one, missing: neededModels(one.model).filter((id) => !present.has(id)) }))
    .sort(
      (a, b) =>
        Number(a.missing.length > 0) - Number(b.missing.length > 0) ||
        Number(b.one.verified) - Number(a.one.verified) ||
        rank(a.one.model) - rank(b.one.model),
    );
  if (ranked.length === 0) return { reason: `no model for ${role} is installed`, missing: [] };
  const [{ one, missing }, ...others] = ranked;
  const over = others.map(({ one: other, missing: lacks }) => {
    const why = lacks.length > 0 && missing.length === 0 ? ` (lacks ${lacks.join(', ')})` : '';
    return `${other.model.id}${why}`;
  });
  const lead =
    over.length === 0 ? `the only one for ${role}` : `the best for ${role}, before ${over.join(', ')}`;
  const lacking = missing.length === 0 ? '' : `; it needs ${missing.join(', ')} as well`;
  return { chosen: one, reason: `${one.model.id} is ${lead}${lacking}: ${one.reason}`, missing };
}

/** Ids of the models that a model cannot do without. */
export function neededModels({ source }: NeuralModel): string[] {
  if (source?.kind !== 'embedding') return [];
  const converter = source.form === 'mapped' ? undefined : source.converter;
  return [embeddingModel, ...(converter === undefined ? [] : [converter])];
}

/** The place in the catalogue; models that it does not hold come after all of their family. */
function rank({ id, family }: NeuralModel): number {
  const records = loadNeuralModels();
  const own = records.findIndex((record) => record.id === id);
  return own >= 0 ? own : records.map((record) => record.family).lastIndexOf(family) + 0.5;
}
