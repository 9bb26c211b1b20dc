import { loadNeuralModels, type InstalledNeuralModel, type NeuralModel, type NeuralRole } from '../../models';
import type { SettingField } from '../../protocol/panel';
import { size } from '../../protocol/sentenceFacts';
import type { Translate } from '../../protocol/translate';

type Option = SettingField['options'][number];

/** Settings that name a model, and what each is for. */
const roles: Partial<Record<string, NeuralRole>> = {
  'model.swapper': 'face_swapper',
  'model.enhancer': 'face_enhancer',
  'model.detector': 'face_detector',
  'model.recognizer': 'face_recognizer',
};

export const isModelSetting = (name: string): boolean => roles[name] !== undefined;

/**
 * What a setting that names a model can be: first what needs no file, then the models that are there, then those that can be had,
 * both best first. While `installed` is unknown none is called missing.
 */
export function modelOptions(
  name: string,
  installed: readonly InstalledNeuralModel[] | undefined,
  t: Translate,
): Option[] {
  const role = roles[name];
  const present = (installed ?? []).map(({ model }) => model).filter((model) => model.role === role);
  const others = loadNeuralModels().filter(
    (model) => model.role === role && present.every(({ id }) => id !== model.id),
  );
  const missing = others.map((model) => optionOf(model, t));
  return [
    ...withoutFile(role, t),
    ...present.map((model) => optionOf(model, t)),
    ...(installed ? missing.map((option) => ({ ...option, missing: true })) : missing),
  ];
}

function withoutFile(role: NeuralRole | undefined, t: Translate): Option[] {
  const builtIn = t('The built-in engine: no file, no GPU.');
  const auto = { value: 'auto', description: t('The best model that is installed.') };
  if (role === 'face_swapper') return [auto, { value: 'mesh', description: builtIn }];
  if (role === 'face_enhancer') return [auto];
  return [{ value: '', text: t('built in'), description: t('The built-in network.') }];
}

/** Name, size of the file, and licence: what a model costs to have. */
function optionOf({ id, name, bytes, sha256, licence }: NeuralModel, t: Translate): Option {
  const much = bytes === undefined ? [] : [size(bytes)];
  const terms = licence.commercialUse ? licence.name : t('{0} (not commercially)', licence.name);
  const how = sha256 === undefined ? [t('bring your own file')] : [];
  return { value: id, description: [name, ...much, terms, ...how].join(' · ') };
}
