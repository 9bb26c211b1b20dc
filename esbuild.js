// Bundles everything into dist/: the extension, the worker and its pipeline thread, the processes for tries, the command line, the webview.
const { chmodSync, copyFileSync, mkdirSync, rmSync } = require('node:fs');
const path = require('node:path');
const esbuild = require('esbuild');
const { writeJobFileSchema } = require('./scripts/jobFileSchema');

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

/** Native or optional packages, found at run time. */
const external = [
  'vscode',
  'onnxruntime-node',
  'sharp',
  'ffmpeg-static',
  '@ffmpeg-installer/ffmpeg',
  '@ffprobe-installer/ffprobe',
];

/** Tells VS Code's problem matcher when a build starts, ends, and what is wrong. */
const announce = {
  name: 'announce',
  setup(build) {
    build.onStart(() => {
      if (watch) console.log('[watch] build started');
    });
    build.onEnd(({ errors }) => {
      for (const { text, location } of errors) {
        console.error(`✘ [ERROR] ${text}`);
        if (location) console.error(`    ${location.file}:${location.line}:${location.column}:`);
      }
      if (watch) console.log('[watch] build finished');
    });
  },
};

const shared = {
  bundle: true,
  absWorkingDir: __dirname,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'silent',
  plugins: [announce],
};

const builds = [
  {
    ...shared,
    entryPoints: ['extension', 'worker', 'pipelineThread', 'probe', 'trial', 'cli'].map(
      (name) => `src/${name}.ts`,
    ),
    outdir: 'dist',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external,
    // Its main entry loads its parts in a way that no bundler can follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  },
  {
    ...shared,
    entryPoints: ['webview/main.ts', 'webview/jobPanel.ts', 'webview/verify.ts'],
    outdir: 'dist/webview',
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
  },
];

async function main() {
  rmSync(path.join(__dirname, 'dist'), { recursive: true, force: true });
  if (watch) {
    for (const build of builds) await (await esbuild.context(build)).watch();
    return;
  }
  for (const build of builds) await esbuild.build(build);
  // Beside the bundle that loads it: code can be bundled, WebAssembly is read from its file.
  copyFileSync(
    require.resolve('@contentauth/c2pa-wasm/assets/c2pa_bg.wasm'),
    path.join(__dirname, 'dist', 'c2pa.wasm'),
  );
  const font = path.dirname(require.resolve('dejavu-fonts-ttf/LICENSE'));
  mkdirSync(path.join(__dirname, 'dist', 'fonts'), { recursive: true });
  for (const file of ['ttf/DejaVuSans-Bold.ttf', 'LICENSE'])
    copyFileSync(path.join(font, file), path.join(__dirname, 'dist', 'fonts', path.basename(file)));
  writeJobFileSchema();
  chmodSync(path.join(__dirname, 'dist', 'cli.js'), 0o755);
}

if (require.main === module) {
  main().catch((error) => {
    // Build errors have been told by `announce`.
    if (!error.errors) console.error(error);
    process.exit(1);
  });
}

module.exports = { builds };
