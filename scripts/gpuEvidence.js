// `npm run gpu-evidence`: sets the checkout up, then measures on this machine and writes docs/gpu-evidence.md (scripts/measureGpu.ts).
const { setUp } = require('./setup');

setUp();
require('tsx/cjs');
require('./measureGpu.ts');
