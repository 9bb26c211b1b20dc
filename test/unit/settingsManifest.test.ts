import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import manifest from '../../package.json';

interface Setting {
  type: string | string[];
  scope?: string;
  order?: number;
  markdownDescription?: string;
  description?: string;
  enum?: unknown[];
  enumDescriptions?: string[];
  items?: Setting;
  deprecationMessage?: string;
}

const groups = manifest.contributes.configuration as unknown as {
  title: string;
  properties: Record<string, Setting>;
}[];
const settings = groups.flatMap(({ properties }) => Object.entries(properties));

/** Decide what runs or is read on a machine: a workspace that somebody else wrote must not set them. */
const namesPrograms = /(Path|Folder|Folders|deviceId)$/;

suite('The settings of the manifest', () => {
  for (const [name, setting] of settings)
    test(`${name} says where it applies, what it is and what its values mean`, () => {
      assert.ok(
        ['machine', 'machine-overridable', 'resource', 'window', 'application'].includes(setting.scope ?? ''),
      );
      assert.match(setting.markdownDescription ?? '', /^%setting\./);
      assert.equal(setting.description, undefined);
      for (const { enum: values, enumDescriptions } of [setting, setting.items ?? {}] as Partial<Setting>[])
        if (values) assert.equal(enumDescriptions?.length, values.length);
      if (setting.deprecationMessage !== undefined)
        assert.match(setting.deprecationMessage, /^%setting\..*\.deprecated%$/);
    });

  test('have each a place of their own in their group', () => {
    for (const { title, properties } of groups) {
      const orders = Object.values(properties).map(({ order }) => order);
      assert.ok(orders.every(Number.isInteger), title);
      assert.equal(new Set(orders).size, orders.length, title);
    }
  });

  test('that name programs or folders belong to the machine, and are ignored without trust', () => {
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    const named = settings.filter(([name]) => namesPrograms.test(name));
    assert.ok(named.length >= 5, String(named.length));
    for (const [name, { scope }] of named) {
      assert.equal(scope, 'machine', name);
      if (!name.endsWith('deviceId')) assert.ok(restricted.includes(name), name);
    }
    for (const name of restricted)
      assert.ok(
        settings.some(([known]) => known === name),
        name,
      );
  });

  test('have no default key bindings beside them', () => {
    assert.ok(!('keybindings' in manifest.contributes));
  });
});
