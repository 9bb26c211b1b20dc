import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadCatalogue, loadNeuralModels } from '../../src/models';
import { recogniseHead } from '../../src/models/signature';

const root = join(__dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

/** The part of JSON Schema that the catalogue's schema uses. */
interface Schema {
  $ref?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  required?: string[];
  additionalProperties?: false;
  properties?: Record<string, Schema>;
  items?: Schema;
  enum?: unknown[];
  pattern?: string;
  definitions?: Record<string, Schema>;
}

/** What in a value does not follow the schema. */
function faults(value: unknown, schema: Schema, root: Schema, at: string): string[] {
  if (schema.$ref) return faults(value, root.definitions![schema.$ref.split('/').pop()!], root, at);
  if (schema.enum) return schema.enum.includes(value) ? [] : [`${at} is none of those allowed`];
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return [`${at} is no array`];
    return value.flatMap((item, i) => faults(item, schema.items!, root, `${at}[${i}]`));
  }
  if (schema.type === 'object') {
    if (typeof value !== 'object' || value === null) return [`${at} is no object`];
    const { properties = {}, required = [] } = schema;
    return [
      ...required.filter((name) => !(name in value)).map((name) => `${at} lacks ${name}`),
      ...Object.entries(value).flatMap(([name, item]) =>
        name in properties
          ? faults(item, properties[name], root, `${at}.${name}`)
          : [`${at}.${name} is unknown`],
      ),
    ];
  }
  if (schema.type === 'integer') return Number.isInteger(value) ? [] : [`${at} is no whole number`];
  if (typeof value !== schema.type) return [`${at} is no ${schema.type!}`];
  return typeof value === 'string' && !new RegExp(schema.pattern ?? '').test(value)
    ? [`${at} does not match ${schema.pattern!}`]
    : [];
}

test('the catalogue follows its schema', () => {
  const schema = JSON.parse(read('models', 'catalogue.schema.json')) as Schema;
  const catalogue: unknown = JSON.parse(read('models', 'catalogue.json'));
  assert.deepEqual(faults(catalogue, schema, schema, 'catalogue'), []);
  const broken: unknown = JSON.parse(read('models', 'catalogue.json').replace('"sha256": "', '"sha256": "x'));
  assert.match(faults(broken, schema, schema, 'catalogue').join(), /models\[0\]\.sha256 does not match/);
});

test('ids and files are unique', () => {
  const records = [...loadCatalogue(), ...loadNeuralModels()];
  for (const key of ['id', 'file'] as const) {
    assert.equal(new Set(records.map((record) => record[key])).size, records.length);
  }
});

test('every model’s package is a pinned development dependency, and its licence travels with it', () => {
  const manifest = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
  const notices = read('THIRD_PARTY_NOTICES.md');
  for (const { id, source, licence } of loadCatalogue()) {
    assert.equal(manifest.devDependencies[source.package], source.version, id);
    assert.ok(read('models', licence.file).length > 500, `${id} has the text of its licence`);
    assert.ok(notices.includes(`${source.package}@${source.version}`), `${id} is in THIRD_PARTY_NOTICES.md`);
    assert.ok(notices.includes(licence.file));
  }
});

test('a model that is downloaded has a hash with a public record; every other one says where people get it', () => {
  const hashes = loadNeuralModels().flatMap(({ sha256, alsoKnown = [] }) => [
    ...(sha256 === undefined ? [] : [sha256]),
    ...alsoKnown.map((known) => known.sha256),
  ]);
  assert.equal(new Set(hashes).size, hashes.length, 'a hash belongs to one model');
  for (const { id, sha256, links, record, page } of loadNeuralModels()) {
    if (sha256 === undefined) {
      assert.deepEqual([links, record], [undefined, undefined], id);
      assert.ok(page, id);
    } else {
      assert.ok(links!.length > 0 && record!.length > 0, id);
    }
  }
});

test('swappers and enhancers say all that a crop needs, and a converter that is named exists', () => {
  const models = loadNeuralModels();
  for (const { id, role, size, template, mean, std, source } of models) {
    if (role !== 'face_swapper' && role !== 'face_enhancer') continue;
    assert.ok(size !== undefined && template !== undefined, id);
    assert.equal(mean?.length, 3, id);
    assert.equal(std?.length, 3, id);
    assert.equal(source !== undefined, role === 'face_swapper', id);
    const converter = source?.kind === 'embedding' && source.form !== 'mapped' ? source.converter : undefined;
    if (converter !== undefined)
      assert.ok(
        models.some((model) => model.id === converter),
        id,
      );
  }
});

test('every record has the inputs and outputs of its family', () => {
  for (const { id, role, family, size, inputs, outputs } of loadNeuralModels()) {
    const ports = (tensors: typeof inputs) =>
      tensors.map(({ name, shape, content }) => ({
        name,
        dims: shape,
        type: content.startsWith('double') ? 'float64' : 'float32',
      }));
    const lastInitializer = { name: 'map', type: 'float32', dims: [512, 512] };
    const map = family === 'inswapper' ? { lastInitializer } : {};
    const head = {
      producer: '',
      nodes: 1,
      initializers: 1,
      inputs: ports(inputs),
      outputs: ports(outputs),
      ...map,
    };
    const found = recogniseHead(head);
    assert.deepEqual([found.family, found.family && found.role], [family, role], id);
    if (size !== undefined) assert.equal(found.family && found.size, size, id);
  }
});
