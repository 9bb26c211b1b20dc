import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { clipFrames, clipWidth, fillWorkspace, packagedTool } from '../support/hostWorkspace';
import { fakeGpu } from '../support/fakeGpu';
import { standInRuntime } from '../support/standInRuntime';
import { currentVsix, unpackVsix } from '../support/unpackedVsix';
import { probe } from '../support/probe';

const isLinux = process.platform === 'linux';
const platform = `${process.platform}-${process.arch}`;

suite('The .vsix', () => {
  let home: string;
  let extension: string;

  before(async () => {
    // Outside the checkout, so that nothing of its node_modules can be found by accident.
    home = mkdtempSync(path.join(os.tmpdir(), 'face-swap-vsix-'));
    extension = await unpackVsix(path.join(home, 'unpacked'));
    fillWorkspace(path.join(home, 'media'));
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  const inExtension = (...parts: string[]): string => path.join(extension, ...parts);
  const cliWith = (env: NodeJS.ProcessEnv, ...args: string[]): string =>
    execFileSync(process.execPath, [inExtension('dist', 'cli.js'), ...args], {
      encoding: 'utf8',
      cwd: home,
      env: { ...bareEnvironment(), FACE_SWAP_DATA: home, ...env },
    });
  const cli = (...args: string[]): string => cliWith({}, ...args);

  test('is made for this platform and not too big', async () => {
    const file = await currentVsix();
    assert.match(path.basename(file), new RegExp(`^face-swap-${platform}-\\d+\\.\\d+\\.\\d+\\.vsix$`));
    assert.match(
      readFileSync(path.join(home, 'unpacked', 'extension.vsixmanifest'), 'utf8'),
      new RegExp(platform),
    );
    assert.ok(statSync(file).size < 150e6, `${statSync(file).size} bytes`);
  });

  test('holds what it promises and nothing of the workshop', () => {
    const wanted = [
      'LICENSE',
      'THIRD_PARTY_NOTICES.md',
      'README.md',
      'CHANGELOG.md',
      'models/catalogue.json',
      'dist/fonts/DejaVuSans-Bold.ttf',
      'dist/fonts/LICENSE',
      'media/sample/LICENSE',
    ];
    const names = readdirSync(extension, { recursive: true, encoding: 'utf8' });
    const lower = names.map((name) => name.toLowerCase());
    for (const name of wanted)
      assert.ok(
        lower.some((other) => other.startsWith(name.toLowerCase().replace(/\.md$/, ''))),
        name,
      );
    assert.deepEqual(
      names.filter((name) =>
        /(^|\/)(src|test|scripts|\.vscode|\.cache)(\/|$)|\.map$|\.tsx?$|providers_cuda/.test(name),
      ),
      [],
    );
    const foreign = names.filter((name) => /\.(node|dll|dylib)$|\.so[.\d]*$/.test(name));
    assert.ok(foreign.length > 0);
    for (const name of foreign) assert.ok(name.includes(process.platform), name);
  });

  test('finds its own programs and models', () => {
    assert.match(cli('doctor'), /face_detector/);
  });

  test(
    'proves a provider in a process of its own, with a runtime that lies elsewhere',
    { skip: !isLinux },
    () => {
      const runtime = path.join(home, 'runtime');
      const env = {
        ...standInRuntime(runtime),
        ...fakeGpu(path.join(home, 'gpu.json'), { curves: [[500]] }),
        FACE_SWAP_DATA: path.join(home, 'data'),
        // The stand-in for nvidia-smi is a script.
        PATH: path.dirname(process.execPath),
      };
      const said = cliWith(env, 'doctor', '--execution-provider', 'cuda');
      assert.match(said, new RegExp(`runtime: onnxruntime .* in ${runtime}`));
      assert.match(said, /✓ provider cuda: proven by a profiled run: (\d+) of \1 nodes, 100 %/);
    },
  );

  test('swaps a face on its own', () => {
    const output = path.join(home, 'out.mp4');
    const [source, target] = ['ann.jpg', 'clip.mp4'].map((name) => path.join(home, 'media', name)) as [
      string,
      string,
    ];
    const files = ['--source', source, '--target', target, '--output', output];
    const lines = cli('run', ...files, '--accept-terms', '--json')
      .trim()
      .split('\n');
    const last = JSON.parse(lines.at(-1)!) as { type: string; report: { facesSwapped: number } };
    assert.equal(last.type, 'done');
    assert.ok(last.report.facesSwapped >= clipFrames - 1, String(last.report.facesSwapped));
    assert.deepEqual(probe(packagedTool('ffprobe'), output), {
      frames: clipFrames,
      width: clipWidth,
      codec: 'h264',
      audio: 'aac',
    });
  });

  test('runs the programs it brings along', () => {
    for (const name of ['ffmpeg', 'ffprobe']) {
      const program = inExtension('node_modules', `@${name}-installer`, platform, name);
      assert.ok(existsSync(program));
      assert.match(
        spawnSync(program, ['-version'], { encoding: 'utf8' }).stdout,
        new RegExp(`^${name} version`),
      );
    }
  });
});

/** No ffmpeg on PATH and none named: the packed one has to do. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { HOME, TMPDIR } = process.env;
  return {
    HOME,
    TMPDIR,
    PATH: path.dirname(process.execPath) === '/usr/bin' ? '' : path.dirname(process.execPath),
  };
}
