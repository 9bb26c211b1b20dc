import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { build, type BuildOptions, type Metafile } from 'esbuild';

const root = path.resolve(__dirname, '..', '..');
const { builds } = createRequire(__filename)('../../esbuild.js') as { builds: BuildOptions[] };

/** What a bundle is made of, and what it asks for when it runs. */
interface Bundle {
  sources: string[];
  requires: string[];
}

describe('the bundles', () => {
  const bundles = new Map<string, Bundle>();
  before(async () => {
    for (const options of builds) {
      const { metafile } = await build({ ...options, write: false, metafile: true });
      for (const [name, output] of Object.entries(metafile.outputs))
        bundles.set(name, describeOutput(output));
    }
  });
  const bundle = (name: string): Bundle => bundles.get(`dist/${name}.js`)!;
  const packages = (name: string) => bundle(name).requires.filter((required) => !isBuiltin(required));

  test('of the extension: what registers, and nothing that waits for somebody to use it', () => {
    assert.deepEqual(packages('extension'), ['vscode', './hostParts.js']);
    const registers =
      /^src\/(extension|protocol\/check|machine\/cudaPlatforms|host\/(clickedFiles|mediaFiles|views\/(register|lazyTree|jobActionNames)))\.ts$/;
    assert.deepEqual(
      bundle('extension').sources.filter((file) => !registers.test(file)),
      [],
    );
  });

  test('of what the extension does: vscode and Node alone, the HTTP client apart, nothing of the pipeline', () => {
    assert.deepEqual(packages('hostParts').sort(), ['./undici.js', 'vscode']);
    assert.deepEqual(
      bundle('hostParts').sources.filter((file) =>
        /^(src\/(pipeline\/|cli)|node_modules\/undici\/)/.test(file),
      ),
      [],
    );
    assert.deepEqual(packages('undici'), []);
  });

  test('and the network: the HTTP client of downloads alone knows one, so that nothing is told to anybody', () => {
    const network = /^(node:)?(http|https|http2|net|dgram|dns)(\/|$)/;
    // Frames come through a socket of this machine's file system.
    const local = 'src/pipeline/media/socketFiller.ts';
    const talkative = [...bundles].filter(([, { requires }]) => requires.some((name) => network.test(name)));
    assert.deepEqual(
      talkative.map(([name]) => name),
      ['dist/pipelineThread.js', 'dist/undici.js'],
    );
    const own = new Set([...bundles.values()].flatMap(({ sources }) => sources).filter(isOwn));
    assert.ok(own.size > 200, String(own.size));
    const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
    for (const file of own)
      assert.doesNotMatch(
        read(file),
        /\b(fetch|sendBeacon)\(|new (XMLHttpRequest|WebSocket|EventSource)\b/,
        file,
      );
    const imports = /^import (?!type ).*from '(?:node:)?(?:http|https|http2|net|dgram|dns)['/]/m;
    assert.deepEqual(
      [...own].filter((file) => imports.test(read(file))),
      [local],
    );
    assert.doesNotMatch(read(local), /\b(port|host)\b/);
  });

  test('of the command line and of the door: no native package and nothing of the pipeline', () => {
    for (const [name, apart] of [
      ['cli', ['./undici.js']],
      ['worker', []],
    ] as const) {
      assert.deepEqual(packages(name), apart, name);
      assert.deepEqual(
        bundle(name).sources.filter((file) => /^src\/(pipeline|host)\//.test(file)),
        [],
        name,
      );
    }
  });

  test('of the pipeline: the native packages, and never vscode', () => {
    const required = packages('pipelineThread');
    assert.ok(required.includes('onnxruntime-node'));
    assert.ok(required.includes('sharp'));
    assert.deepEqual(
      required.filter((name) => !['onnxruntime-node', 'sharp'].includes(name)),
      [],
    );
    assert.deepEqual(
      bundle('pipelineThread').sources.filter((file) => /^src\/(host|cli)\//.test(file)),
      [],
    );
  });

  test('of the process that proves a provider: the runtime, and nothing that a crash could take along', () => {
    assert.deepEqual(packages('probe'), ['onnxruntime-node']);
    const own = bundle('probe').sources.filter((file) => !file.startsWith('node_modules/'));
    assert.deepEqual(
      own.filter((file) => !/^src\/(probe\.ts|protocol\/|pipeline\/inference\/)/.test(file)),
      [],
    );
  });

  test('of the webview: nothing at all from outside, and no source but its own and the protocol', () => {
    assert.deepEqual(bundle('webview/main').requires, []);
    const own = bundle('webview/main').sources.filter((file) => !file.startsWith('node_modules/'));
    assert.deepEqual(
      own.filter((file) => !/^(webview|src\/protocol)\//.test(file)),
      [],
    );
  });
});

const isOwn = (file: string): boolean => /^(src|webview)\//.test(file);

function describeOutput({ inputs, imports }: Metafile['outputs'][string]): Bundle {
  return {
    sources: Object.keys(inputs).map((file) => file.split(path.sep).join('/')),
    requires: [...new Set(imports.filter(({ external }) => external).map((imported) => imported.path))],
  };
}

function isBuiltin(name: string): boolean {
  // Only Node itself can be meant by the prefix, also where this Node is too old to have the module.
  return name.startsWith('node:') || builtinModules.includes(name);
}
