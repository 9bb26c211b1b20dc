import { isFields, isJson, isNumber, isText, type Json } from '../../protocol/check';
import type { InstalledNeuralModel } from '../../models';
import type { SettingField } from '../../protocol/panel';
import type { Translate } from '../../protocol/translate';
import { isModelSetting, modelOptions } from './modelOptions';

/** Shown at once; the others wait behind a fold. */
const simple = new Set([
  'frameProcessors',
  'manyFaces',
  'model.swapper',
  'model.enhancer',
  'outputVideoEncoder',
  'outputVideoQuality',
]);

/** Decided by the people section of the panel, or about the machine rather than about a job. */
const elsewhere = new Set([
  'executionThreads',
  'maxMemory',
  'gpuMemoryWait',
  'maxDiskMb',
  'maxConcurrentJobs',
  'onGpuUnavailable',
]);

/** What a value costs, where people would want to know before they choose it. */
function costOf(name: string, t: Translate): string | undefined {
  const costs: Record<string, string> = {
    frameProcessors: t('Each processor takes time, and networks take GPU memory.'),
    'model.swapper': t(
      'The built-in engine needs no GPU; networks need GPU memory, and seconds for each face without a GPU.',
    ),
    'model.enhancer': t('Restoring faces needs GPU memory, and more time than swapping with a network.'),
    executionProviders: t('Only a GPU makes networks fast; the processor always works.'),
    memoryStrategy: t(
      'Sequential needs the least memory and goes through the video once for each processor; together goes through it once.',
    ),
  };
  return costs[name];
}

/**
 * The settings of the manifest that one job may have for itself, in the manifest's order and with its texts; `inherited` gives
 * what counts for this job unless it says otherwise, `installed` what models there are, once that is known.
 */
export function settingFields(
  manifest: unknown,
  inherited: (name: string) => unknown,
  t: Translate,
  installed?: readonly InstalledNeuralModel[],
): SettingField[] {
  const groups = at(at(manifest, 'contributes'), 'configuration');
  if (!Array.isArray(groups)) return [];
  return groups.flatMap((group) =>
    Object.entries(at(group, 'properties') ?? {})
      .sort(([, a], [, b]) => orderOf(a) - orderOf(b))
      .flatMap(([key, declared]) => {
        const name = key.replace(/^faceSwap\./, '');
        const field =
          at(declared, 'scope') === 'machine' || elsewhere.has(name) ? undefined : kindOf(name, declared);
        return field ? [fieldOf(name, text(group, 'title'), field, declared)] : [];
      }),
  );

  function fieldOf(name: string, group: string, kind: SettingField['kind'], declared: unknown): SettingField {
    const value = inherited(name);
    const cost = costOf(name, t);
    const [minimum, maximum] = [at(declared, 'minimum'), at(declared, 'maximum')];
    return {
      name,
      group,
      kind,
      description: plain(text(declared, 'markdownDescription') || text(declared, 'description')),
      options:
        kind === 'model'
          ? modelOptions(name, installed, t)
          : optionsOf(kind === 'list' ? at(declared, 'items') : declared),
      inherited: isJson(value) ? value : null,
      simple: simple.has(name),
      ...(isNumber(minimum) && { minimum }),
      ...(isNumber(maximum) && { maximum }),
      ...(cost !== undefined && { cost }),
    };
  }
}

const at = (value: unknown, name: string): unknown => (isFields(value) ? value[name] : undefined);
const text = (value: unknown, name: string): string => {
  const found = at(value, name);
  return isText(found) ? found : '';
};
const orderOf = (declared: unknown): number => {
  const order = at(declared, 'order');
  return isNumber(order) ? order : 0;
};

/** How a value of this declaration is edited; undefined for what no field fits. */
function kindOf(name: string, declared: unknown): SettingField['kind'] | undefined {
  if (isModelSetting(name)) return 'model';
  if (Array.isArray(at(declared, 'enum'))) return 'one';
  const items = at(declared, 'items');
  switch (at(declared, 'type')) {
    case 'boolean':
      return 'flag';
    case 'number':
      return 'number';
    case 'integer':
      return 'whole';
    case 'string':
      return 'text';
    case 'array':
      if (Array.isArray(at(items, 'enum'))) return 'list';
      return at(items, 'type') === 'number' ? 'numbers' : undefined;
    default:
      return undefined;
  }
}

function optionsOf(declared: unknown): { value: string; description: string }[] {
  const values: Json[] = (at(declared, 'enum') as Json[] | undefined) ?? [];
  const descriptions = at(declared, 'enumDescriptions');
  return values.filter(isText).map((value, i) => ({
    value,
    description: Array.isArray(descriptions) && isText(descriptions[i]) ? descriptions[i] : '',
  }));
}

/** The text without Markdown's marks: the panel shows it plainly. */
const plain = (markdown: string): string =>
  markdown
    .replace(/`#faceSwap\.([^#`]+)#`/g, '“$1”')
    .replace(/`([^`]*)`/g, '“$1”')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
