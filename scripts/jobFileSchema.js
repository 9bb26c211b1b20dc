// Makes dist/faceswap.schema.json, by which editors complete, explain and check job files. The settings in it are those of the
// manifest, word for word, so that nothing is said twice.
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const read = (name) => JSON.parse(readFileSync(path.join(root, name), 'utf8'));

/** As src/job/settingNames.ts has it. */
const notOfJobs = ['faceSwap.maxConcurrentJobs', 'faceSwap.onGpuUnavailable'];

const text = (description) => ({ type: 'string', description });

const source = {
  description: 'A photo of the new face, or one of several faces in a photo.',
  oneOf: [
    { type: 'string', minLength: 1, description: 'Path of the photo, relative to this file.' },
    {
      type: 'object',
      required: ['photo', 'face'],
      additionalProperties: false,
      properties: {
        photo: { type: 'string', minLength: 1, description: 'Path of the photo, relative to this file.' },
        face: { type: 'integer', minimum: 0, description: 'Which face, from left to right, from 0.' },
      },
    },
  ],
};

const person = {
  type: 'object',
  required: ['faces', 'sources'],
  additionalProperties: false,
  properties: {
    name: text('For people to read.'),
    faces: {
      description: 'Faces of the target that show this person.',
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['frame', 'x', 'y'],
        additionalProperties: false,
        properties: {
          frame: { type: 'integer', minimum: 0, description: 'Frame of the target, from 0.' },
          x: {
            type: 'number',
            description: 'Centre of the face in pixels of the upright picture, to the right.',
          },
          y: {
            type: 'number',
            description: 'Centre of the face in pixels of the upright picture, downwards.',
          },
        },
      },
    },
    sources: {
      description: 'Photos of the face that this person gets; none leaves the person as it is.',
      type: 'array',
      items: source,
    },
  },
};

/** The settings that a job may have of its own, with the texts of the manifest. */
function settings() {
  const texts = existsSync(path.join(root, 'package.nls.json')) ? read('package.nls.json') : {};
  const spoken = (value) => {
    if (typeof value === 'string')
      return value.replace(/^%(.+)%$/, (all, key) => texts[key]?.message ?? texts[key] ?? all);
    if (Array.isArray(value)) return value.map(spoken);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spoken(inner)]));
  };
  const all = read('package.json').contributes.configuration.flatMap(({ properties }) =>
    Object.entries(properties),
  );
  const ofJobs = all.filter(([name, { scope }]) => scope !== 'machine' && !notOfJobs.includes(name));
  const schemaOf = (setting) => Object.entries(setting).filter(([key]) => key !== 'scope' && key !== 'order');
  return Object.fromEntries(
    ofJobs.map(([name, setting]) => [
      name.replace('faceSwap.', ''),
      spoken(Object.fromEntries(schemaOf(setting))),
    ]),
  );
}

function schema() {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Face Swap job',
    type: 'object',
    required: ['version', 'target', 'sources'],
    additionalProperties: false,
    allowComments: false,
    allowTrailingCommas: false,
    properties: {
      $schema: { type: 'string' },
      version: { const: 1, description: 'Version of this format.' },
      target: {
        type: 'string',
        minLength: 1,
        description: 'The video or picture whose faces are replaced. Relative to this file.',
      },
      sources: {
        description:
          'Photos of the new face. With `people`, for everybody whom they do not name, if all faces are to be swapped.',
        type: 'array',
        items: source,
      },
      output: {
        type: 'string',
        minLength: 1,
        description:
          'The result, relative to this file. Without it a name is made from source and target, beside the target.',
      },
      people: { description: 'Who gets whose face.', type: 'array', items: person },
      settings: {
        description:
          'Settings for this job alone; for everything else those of VS Code count, or the defaults on the command line.',
        type: 'object',
        additionalProperties: false,
        properties: settings(),
      },
      consent: {
        description: 'Who says that the people shown agree. It is put on record with the job.',
        type: 'object',
        additionalProperties: false,
        properties: {
          confirmedBy: text('Name of who confirmed it.'),
          note: text('Anything worth keeping about it.'),
        },
      },
    },
  };
}

/** Writes the schema into `dist`. */
function writeJobFileSchema() {
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  writeFileSync(path.join(root, 'dist', 'faceswap.schema.json'), `${JSON.stringify(schema(), null, 2)}\n`);
}

module.exports = { writeJobFileSchema };
