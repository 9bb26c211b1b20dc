// `npm run benchmark`: sets the checkout up, then measures (scripts/measureJob.ts).
const { setUp } = require('./setup');

setUp();
require('tsx/cjs');
require('./measureJob.ts');
