// `npm run demo`: from a bare clone to a face swapped in a moving picture (scripts/swapDemo.ts).
const started = performance.now();
const { setUp } = require('./setup');

setUp();
require('tsx/cjs');
require('./swapDemo.ts')
  .demo()
  .then(() =>
    console.log(`\nIn all, set-up included: ${((performance.now() - started) / 1000).toFixed(0)} s.`),
  )
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
