// `npm run quality -- original.mp4 result.mp4 source.jpg`: measures a swapped clip (scripts/measureQuality.ts).
const { setUp } = require('./setup');

setUp();
require('tsx/cjs');
require('./measureQuality.ts');
