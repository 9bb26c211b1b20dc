// Makes media/sample, which the walkthrough's first swap works on, from photos of a development dependency.
require('tsx/cjs');
const { buildSample } = require('./sampleClip.ts');

buildSample().catch((error) => {
  console.error(`sample media: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
