import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { loadNeuralModels } from '../../src/models';
import { describeError } from '../../src/protocol/errorText';
import { translator } from '../../src/protocol/translate';
import { codeTexts } from '../support/codeTexts';

const root = path.resolve(__dirname, '..', '..');
const table = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<string, string>;
const sorted = (keys: Iterable<string>): string[] => [...keys].sort();

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\d+\}/g))].sort();

/** What must stand in a translation as it is: placeholders, code, settings, links to commands. */
const kept = (text: string): string[] => [
  ...placeholders(text),
  ...sorted(new Set(text.match(/`[^`]+`|\(command:[^)]+\)|\$\([a-z-]+\)/g))),
];

suite('Texts of the code', () => {
  const { texts, faults } = codeTexts();
  const spanish = table('l10n/bundle.l10n.es.json');

  test('are literals, and none for people goes past the translation', () => {
    assert.deepEqual(faults, []);
    assert.ok(texts.size > 80, String(texts.size));
  });

  test('are all there in Spanish, and no Spanish text is an orphan', () => {
    assert.deepEqual(sorted(Object.keys(spanish)), sorted(texts.keys()));
  });

  test('have the same placeholders in Spanish', () => {
    for (const [english, text] of Object.entries(spanish)) {
      assert.deepEqual(kept(text), kept(english), english);
      assert.notEqual(text.trim(), '', english);
    }
  });

  test('are where VS Code looks for them', () => {
    const { l10n } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { l10n?: string };
    assert.ok(l10n !== undefined && existsSync(path.join(root, l10n, 'bundle.l10n.es.json')), l10n);
  });

  test('tell errors in Spanish', () => {
    const t = translator(spanish);
    const error = { code: 'input-missing', facts: { file: '/vídeos/a.mp4' } } as const;
    assert.equal(describeError(error, t), '“/vídeos/a.mp4” no existe; comprueba la ruta.');
    assert.equal(
      describeError({ code: 'out-of-memory', facts: {} }, t),
      'No hubo suficiente memoria; sube el límite o cierra otros programas.',
    );
  });
});

suite('Texts of the manifest', () => {
  const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
  const english = table('package.nls.json');
  const spanish = table('package.nls.es.json');

  test('are keys that have a text in English and Spanish, and no text is an orphan', () => {
    const schema = readFileSync(path.join(root, 'scripts', 'jobFileSchema.js'), 'utf8');
    const used = [...manifest.matchAll(/"%([^%"]+)%"/g), ...schema.matchAll(/'%([^%']+)%'/g)];
    const keys = sorted(new Set(used.map(([, key]) => key)));
    assert.deepEqual(sorted(Object.keys(english)), keys);
    assert.deepEqual(sorted(Object.keys(spanish)), keys);
  });

  test('keep code and links in Spanish', () => {
    for (const [key, text] of Object.entries(english)) assert.deepEqual(kept(spanish[key]), kept(text), key);
  });

  test('are never written into the manifest itself', () => {
    const { contributes } = JSON.parse(manifest) as { contributes: unknown };
    const plain: string[] = [];
    const namesModel = (value: string): boolean =>
      loadNeuralModels().some(({ name }) => value === name || value.startsWith(`${name}, `));
    const visit = (value: unknown, key: string): void => {
      if (typeof value === 'object' && value !== null)
        for (const [name, child] of Object.entries(value)) visit(child, Array.isArray(value) ? key : name);
      const isText =
        /^(title|shortTitle|category|description|markdownDescription|enumDescriptions|contents|label|displayName|deprecationMessage|markdownDeprecationMessage|altText)$/;
      if (typeof value === 'string' && isText.test(key) && !/^%[^%]+%$/.test(value) && !namesModel(value))
        plain.push(value);
    };
    visit(contributes, '');
    assert.deepEqual(plain, []);
  });
});
