// `npm run conformance -- --reference DIR --out OUT`: our pixels against recorded ones (scripts/conformance/).
const { setUp } = require('./setup');

setUp();
require('tsx/cjs');
require('./conformance/main.ts');
