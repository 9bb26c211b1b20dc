// Makes dist/faceswap.schema.json, by which editors complete, explain and check job files. The settings in it are those of the
// manifest, word for word, so that nothing is said twice; all texts are keys of package.nls.json.
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const read = (name) => JSON.parse(readFileSync(path.join(root, name), 'utf8'));

/** As src/job/settingNames.ts has it. */
const notOfJobs = ['faceSwap.maxConcurrentJobs', 'faceSwap.onGpuUnavailable'];

const text = (description) => ({ type: 'string', description });

const source = {
  description: '%schema.source%',
  oneOf: [
    { type: 'string', minLength: 1, description: '%schema.source.photo%' },
    {
      type: 'object',
      required: ['photo', 'face'],
      additionalProperties: false,
      properties: {
        photo: { type: 'string', minLength: 1, description: '%schema.source.photo%' },
        face: { type: 'integer', minimum: 0, description: '%schema.source.face%' },
      },
    },
  ],
};

const person = {
  type: 'object',
  required: ['faces', 'sources'],
  additionalProperties: false,
  properties: {
    name: text('%schema.person.name%'),
    faces: {
      description: '%schema.person.faces%',
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['frame', 'x', 'y'],
        additionalProperties: false,
        properties: {
          frame: { type: 'integer', minimum: 0, description: '%schema.person.frame%' },
          x: {
            type: 'number',
            description: '%schema.person.x%',
          },
          y: {
            type: 'number',
            description: '%schema.person.y%',
          },
        },
      },
    },
    sources: {
      description: '%schema.person.sources%',
      type: 'array',
      items: source,
    },
  },
};

/** The settings that a job may have of its own. */
function settings() {
  const all = read('package.json').contributes.configuration.flatMap(({ properties }) =>
    Object.entries(properties),
  );
  const ofJobs = all.filter(([name, { scope }]) => scope !== 'machine' && !notOfJobs.includes(name));
  const schemaOf = (setting) => Object.entries(setting).filter(([key]) => key !== 'scope' && key !== 'order');
  return Object.fromEntries(
    ofJobs.map(([name, setting]) => [name.replace('faceSwap.', ''), Object.fromEntries(schemaOf(setting))]),
  );
}

function schema() {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: '%schema.title%',
    type: 'object',
    required: ['version', 'target', 'sources'],
    additionalProperties: false,
    allowComments: false,
    allowTrailingCommas: false,
    properties: {
      $schema: { type: 'string' },
      version: { const: 1, description: '%schema.version%' },
      // A job in the making has none yet, which is no mistake; a job that is started without one says so.
      target: text('%schema.target%'),
      sources: {
        description: '%schema.sources%',
        type: 'array',
        items: source,
      },
      output: {
        type: 'string',
        minLength: 1,
        description: '%schema.output%',
      },
      people: { description: '%schema.people%', type: 'array', items: person },
      settings: {
        description: '%schema.settings%',
        type: 'object',
        additionalProperties: false,
        properties: settings(),
      },
      consent: {
        description: '%schema.consent%',
        type: 'object',
        additionalProperties: false,
        properties: {
          confirmedBy: text('%schema.consent.by%'),
          note: text('%schema.consent.note%'),
        },
      },
    },
  };
}

/** The same with a language's texts in place of their keys. */
function spoken(value, texts) {
  if (typeof value === 'string') return value.replace(/^%(.+)%$/, (_, key) => texts[key]);
  if (Array.isArray(value)) return value.map((inner) => spoken(inner, texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spoken(inner, texts)]));
}

/** Writes the schema into `dist`, once for each language; `%schema.file%` of the manifest chooses. */
function writeJobFileSchema() {
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  for (const table of ['package.nls.json', 'package.nls.es.json']) {
    const texts = read(table);
    const file = path.join(root, texts['schema.file']);
    writeFileSync(file, `${JSON.stringify(spoken(schema(), texts), null, 2)}\n`);
  }
}

module.exports = { writeJobFileSchema };
