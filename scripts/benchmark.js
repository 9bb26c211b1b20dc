// `npm run benchmark`: sets the checkout up, then measures (scripts/measureJob.ts). `npm run benchmark -- paste` measures
// what lies around the networks of one face (scripts/measurePaste.ts).
const { setUp } = require('./setup');

setUp();
require('tsx/cjs');
if (process.argv[2] === 'paste') require('./measurePaste.ts');
else require('./measureJob.ts');
