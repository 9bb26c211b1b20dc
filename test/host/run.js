// `node test/host/run.js`: the suite inside a real VS Code (runSuites.ts).
require('tsx/cjs');
require('./runSuites.ts')
  .runSuites()
  .then((counts) => {
    process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
  })
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
