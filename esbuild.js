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

let running = 0;

/** Tells VS Code's problem matcher when building starts, when all of it has ended, and what is wrong. */
const announce = {
  name: 'announce',
  setup(build) {
    build.onStart(() => {
      if (watch && running++ === 0) console.log('[watch] build started');
    });
    build.onEnd(({ errors }) => {
      for (const { text, location } of errors) {
        console.error(`✘ [ERROR] ${text}`);
        // Columns count from 0 here and from 1 in VS Code.
        if (location) console.error(`    ${location.file}:${location.line}:${location.column + 1}:`);
      }
      if (watch && --running === 0) console.log('[watch] build finished');
    });
  },
};

/**
 * What is loaded later lies in bundles of its own: VS Code reads all of a bundle before it runs any of it. By what is imported, with
 * the file beside the bundle that imports it.
 */
const laterBundles = { './host/parts': './hostParts.js', undici: './undici.js' };

const loadLater = {
  name: 'load later',
  setup(build) {
    build.onResolve({ filter: /^(\.\/host\/parts|undici)$/ }, ({ path: wanted, kind }) =>
      kind === 'dynamic-import' ? { path: laterBundles[wanted], external: true } : undefined,
    );
  },
};

/**
 * The toolkit's packages say that their files do nothing by being imported. esbuild hears it only where it is said of the files
 * themselves, and without that every component comes along: twice the page.
 */
const leaveUnused = {
  name: 'leave unused components',
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path: wanted, pluginData, ...where }) => {
      if (pluginData === leaveUnused) return undefined;
      const { resolveDir, kind, importer } = where;
      const found = await build.resolve(wanted, { resolveDir, kind, importer, pluginData: leaveUnused });
      const isToolkit = /[\\/](fast-[a-z-]+|webview-ui-toolkit)[\\/]/.test(found.path);
      return isToolkit ? { ...found, sideEffects: false } : found;
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
    entryPoints: [
      ...['extension', 'worker', 'pipelineThread', 'probe', 'trial', 'cli'].map((name) => `src/${name}.ts`),
      { in: 'src/host/parts.ts', out: 'hostParts' },
      { in: 'undici', out: 'undici' },
    ],
    plugins: [announce, loadLater],
    // As `require`: what VS Code gives to extensions, it gives only so.
    supported: { 'dynamic-import': false },
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
    plugins: [announce, leaveUnused],
    // Every panel that opens reads it, through VS Code's own way of handing out files.
    minify: true,
  },
];

async function main() {
  rmSync(path.join(__dirname, 'dist'), { recursive: true, force: true });
  writeAssets();
  if (watch) {
    const contexts = await Promise.all(builds.map((build) => esbuild.context(build)));
    await Promise.all(contexts.map((context) => context.watch()));
    return;
  }
  for (const build of builds) await esbuild.build(build);
  chmodSync(path.join(__dirname, 'dist', 'cli.js'), 0o755);
}

/** What lies beside the bundles that read it: code can be bundled, WebAssembly, fonts and the schema are files. */
function writeAssets() {
  const font = path.dirname(require.resolve('dejavu-fonts-ttf/LICENSE'));
  const files = {
    'c2pa.wasm': require.resolve('@contentauth/c2pa-wasm/assets/c2pa_bg.wasm'),
    'fonts/DejaVuSans-Bold.ttf': path.join(font, 'ttf/DejaVuSans-Bold.ttf'),
    'fonts/LICENSE': path.join(font, 'LICENSE'),
  };
  mkdirSync(path.join(__dirname, 'dist', 'fonts'), { recursive: true });
  for (const [name, from] of Object.entries(files)) copyFileSync(from, path.join(__dirname, 'dist', name));
  writeJobFileSchema();
}

if (require.main === module) {
  main().catch((error) => {
    // Build errors have been told by `announce`.
    if (!error.errors) console.error(error);
    process.exit(1);
  });
}

module.exports = { builds };
