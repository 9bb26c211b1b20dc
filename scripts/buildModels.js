// Converts the built-in networks of the npm packages to models/*.onnx. `--record` takes new hashes into the catalogue.
require('tsx/cjs');
const { buildModels } = require('../models/build/index.ts');

try {
  buildModels({ record: process.argv.includes('--record') });
} catch (error) {
  console.error(`models: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
