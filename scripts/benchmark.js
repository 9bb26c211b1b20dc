// `npm run benchmark`: sets the checkout up, then measures (scripts/measureJob.ts). `npm run benchmark -- paste` measures
// what lies around the networks of one face (scripts/measurePaste.ts), `npm run benchmark -- content [ROUNDS]` what the content check
// takes of a job (scripts/measureContentShare.ts).
const { setUp } = require('./setup');

setUp();
require('tsx/cjs');
const measurements = { paste: './measurePaste.ts', content: './measureContentShare.ts' };
require(measurements[process.argv[2]] ?? './measureJob.ts');
