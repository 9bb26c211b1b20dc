import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import manifest from '../../package.json';
import texts from '../../package.nls.json';

const root = path.resolve(__dirname, '..', '..');
const { commands, views, walkthroughs, viewsWelcome } = manifest.contributes;
const known = new Set([
  ...commands.map(({ command }) => command),
  ...views.faceSwap.map(({ id }) => `${id}.focus`),
  'workbench.trust.manage',
]);
const textOf = (key: string): string => (texts as Record<string, string>)[key.replaceAll('%', '')];
const linkedCommands = (text: string): string[] =>
  [...text.matchAll(/\(command:([^)]+)\)/g)].map(([, command]) => command);

suite('The walkthrough', () => {
  const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);

  test('shows pictures that are there, for every theme, and small', () => {
    assert.ok(steps.length >= 4);
    for (const { media } of steps)
      for (const picture of Object.values(media.image)) {
        assert.ok(existsSync(path.join(root, picture)), picture);
        assert.ok(statSync(path.join(root, picture)).size < 300_000, picture);
      }
  });

  test('links to commands that exist, as do views that are empty', () => {
    const linked = [
      ...steps.flatMap(({ description }) => linkedCommands(textOf(description))),
      ...viewsWelcome.flatMap(({ contents }) => linkedCommands(textOf(contents))),
    ];
    assert.ok(linked.length > 5);
    assert.deepEqual(
      linked.filter((command) => !known.has(command)),
      [],
    );
  });

  test('is done by commands and views that exist', () => {
    for (const event of steps.flatMap(({ completionEvents }) => completionEvents)) {
      const [kind, name] = event.split(':');
      assert.ok(kind === 'onView' ? known.has(`${name}.focus`) : known.has(name), event);
    }
  });
});

test('The gallery shows pictures that are there', () => {
  const gallery = readFileSync(path.join(root, 'docs', 'gallery.md'), 'utf8');
  const pictures = [...gallery.matchAll(/\]\((images\/[^)]+)\)/g)].map(([, picture]) => picture);
  assert.ok(pictures.length >= 12);
  for (const picture of pictures) assert.ok(existsSync(path.join(root, 'docs', picture)), picture);
});
