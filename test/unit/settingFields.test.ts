import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import manifest from '../../package.json';
import spanishTexts from '../../package.nls.es.json';
import englishTexts from '../../package.nls.json';
import { settingFields } from '../../src/host/editor/settingFields';
import { loadNeuralModels, type InstalledNeuralModel, type NeuralModel } from '../../src/models';
import { size } from '../../src/protocol/sentenceFacts';
import { english } from '../../src/protocol/translate';

interface Suggestion {
  body: string;
  description: string;
}

const fields = (installed?: InstalledNeuralModel[]): ReturnType<typeof settingFields> =>
  settingFields(manifest, () => '', english, installed);

const field = (name: string, installed?: InstalledNeuralModel[]): ReturnType<typeof fields>[number] => {
  const found = fields(installed).find((one) => one.name === name);
  assert.ok(found, name);
  return found;
};

const ofRole = (role: string): NeuralModel[] => loadNeuralModels().filter((model) => model.role === role);

suite('The settings in the panel of a job', () => {
  test('offer models: what needs no file, those that are there, then those that can be had', () => {
    const swappers = ofRole('face_swapper');
    const [, second] = swappers;
    const own: InstalledNeuralModel = {
      model: second,
      path: '/models/own.onnx',
      bytes: 1,
      verified: true,
      reason: '',
    };
    const { kind, options } = field('model.swapper', [own]);
    assert.equal(kind, 'model');
    const others = swappers.filter((model) => model !== second).map(({ id }) => id);
    assert.deepEqual(
      options.map(({ value }) => value),
      ['auto', 'mesh', second.id, ...others],
    );
    assert.deepEqual(
      options.filter(({ missing }) => missing).map(({ value }) => value),
      others,
    );
    assert.match(options[2].description, /403 MB · .+ \(not commercially\)/);
    assert.ok(
      field('model.swapper').options.every(({ missing }) => !missing),
      'none is called missing while nobody has looked',
    );
  });

  test('have settings.json and job files suggest the same models', () => {
    const settings = manifest.contributes.configuration.flatMap(({ properties }) =>
      Object.entries(properties as Record<string, { defaultSnippets?: { body: string }[] }>),
    );
    for (const name of ['model.swapper', 'model.enhancer', 'model.detector', 'model.recognizer']) {
      const declared = Object.fromEntries(settings)[`faceSwap.${name}`];
      assert.deepEqual(
        declared.defaultSnippets?.map(({ body }) => body),
        field(name).options.map(({ value }) => value),
      );
    }
  });

  test('have settings.json say what a model that is not there takes to have', () => {
    const suggestions = manifest.contributes.configuration
      .flatMap(({ properties }) => Object.values(properties) as { defaultSnippets?: Suggestion[] }[])
      .flatMap(({ defaultSnippets }) => defaultSnippets ?? []);
    const models = loadNeuralModels();
    for (const { body, description } of suggestions) {
      const model = models.find(({ id }) => id === body);
      if (!model) continue;
      const { bytes, sha256 } = model;
      const key = description.replaceAll('%', '');
      const much = bytes === undefined ? '' : size(bytes);
      for (const [texts, download, own] of [
        [englishTexts, 'a download', 'a file of your own'],
        [spanishTexts, 'una descarga', 'un archivo propio'],
      ] as const) {
        const said = (texts as Record<string, string>)[key];
        assert.ok(said.includes(sha256 === undefined ? own : download), said);
        assert.ok(said.includes(much), `${said} ${much}`);
      }
    }
  });

  test('say what a choice costs where it takes memory or time', () => {
    const costs = fields().filter(({ cost }) => cost !== undefined);
    assert.deepEqual(costs.map(({ name }) => name).sort(), [
      'executionProviders',
      'frameProcessors',
      'memoryStrategy',
      'model.enhancer',
      'model.swapper',
    ]);
  });

  test('say of those costs what the record of measurements says', () => {
    const record = readFileSync(path.resolve(__dirname, '..', '..', 'docs', 'gpu-evidence.md'), 'utf8');
    /** Numbers of the row that begins like this, without the cells that hold none. */
    const row = (name: string): number[] =>
      (record.split('\n').find((line) => line.startsWith(`| ${name}`)) ?? '')
        .split('|')
        .map((cell) => Number(cell.trim() || NaN))
        .filter(Number.isFinite);
    const [swap, restore] = ['face_swapper', 'face_enhancer'].map((name) => row(name).at(-1) ?? 0);
    assert.match(field('model.swapper').cost ?? '', /seconds for each face without a GPU/);
    assert.match(field('model.enhancer').cost ?? '', /more time than swapping with a network/);
    assert.match(field('memoryStrategy').cost ?? '', /Sequential needs the least memory/);
    assert.ok(restore > swap, `${restore} ms, ${swap} ms`);
    if (record.includes('Nothing in this record ran on a GPU')) assert.ok(swap > 1000, `${swap} ms`);
    assert.ok((row('sequential').at(-1) ?? 0) < (row('together').at(-1) ?? 0));
  });
});
