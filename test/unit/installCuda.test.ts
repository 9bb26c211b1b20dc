import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  cudaEnvironment,
  cudaRuntimeFolder,
  cudaStatus,
  nativeFolder,
  noteName,
  removeCuda,
  runtimeVersion,
} from '../../src/machine/cudaRuntime';
import { cudaLines } from '../../src/machine/cudaText';
import { installCuda, type DownloadOffer, type InstallOptions } from '../../src/machine/installCuda';
import { readNpmSettings } from '../../src/machine/npmSettings';
import { FaceSwapError } from '../../src/protocol/errors';
import { describeError } from '../../src/protocol/errorText';
import {
  cudaPackages,
  nothing,
  providerFile,
  providerNames,
  serveFeed,
  serveRegistry,
} from '../support/cudaServers';
import { dropAfter, fileServer, status, whole, type FileServer } from '../support/fileServer';
import { elfLibrary } from '../support/nativeLibraries';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder('cuda');
const version = runtimeVersion();
let server: FileServer;
let count = 0;
before(async () => (server = await fileServer()));
after(() => server.close());

/** A fresh storage, a registry and a feed with the packages, and everything that happened. */
function setUp(packages = cudaPackages()) {
  const storage = folder.path(`storage ${++count}`);
  serveRegistry(server, packages);
  serveFeed(server, packages);
  const log: string[] = [];
  const offers: DownloadOffer[] = [];
  const options: InstallOptions = {
    record: packages.record,
    env: { npm_config_registry: server.url('/npm') },
    feed: server.url('/v3/index.json'),
    confirm: (offer) => Promise.resolve(offers.push(offer) > 0),
    onLog: (message) => void log.push(message),
    wait: () => Promise.resolve(),
  };
  const install = (more: Partial<InstallOptions> = {}) => installCuda(storage, { ...options, ...more });
  const failure = async (more: Partial<InstallOptions> = {}): Promise<FaceSwapError> => {
    const error: unknown = await install(more).catch((reason: unknown) => reason);
    assert.ok(error instanceof FaceSwapError, String(error));
    return error;
  };
  const content = () => readdirSync(path.join(storage, 'runtime')).sort();
  return { storage, log, offers, install, failure, content, ...packages };
}

function assertInstalled(runtime: string, provider: Buffer): void {
  const native = nativeFolder(runtime);
  assert.ok(readFileSync(path.join(native, providerNames[0])).equals(provider));
  const names = readdirSync(native).sort();
  assert.deepEqual(
    names.filter((name) => name.includes('providers')),
    [...providerNames].sort(),
  );
  // A program can load it: it brings everything that it needs itself.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const loaded = require(runtime) as typeof import('onnxruntime-node');
  assert.equal(loaded.env.versions.node, version);
}

describe(
  'installing the CUDA provider',
  { skip: `${process.platform}-${process.arch}` !== 'linux-x64' },
  () => {
    test('takes it from the registry that npm is set to, and puts it beside a copy of the runtime', async () => {
      const { storage, install, offers, content, provider, npm } = setUp();
      const runtime = await install();
      assert.equal(runtime, cudaRuntimeFolder(storage));
      assertInstalled(runtime, provider);
      assert.deepEqual(content(), [path.basename(runtime)], 'the package itself is not kept');
      const [{ name, bytes, licence }] = offers;
      assert.deepEqual([name, bytes, licence.name], ['gpu-part', npm.length, 'MIT']);
      const shipped = path.join(
        path.dirname(require.resolve('onnxruntime-node/package.json')),
        'bin',
        'napi-v6',
      );
      const own = readdirSync(shipped, { recursive: true, encoding: 'utf8' });
      assert.deepEqual(
        own.filter((one) => one.includes('providers')),
        [],
        'the program itself is as it was',
      );
      const requests = server.seen.length;
      assert.equal(await install(), runtime);
      assert.equal(server.seen.length, requests, 'what is there is not fetched again');
    });

    test('asks before the first byte, and takes no for an answer', async () => {
      const { failure, content } = setUp();
      const before = server.seen.length;
      const error = await failure({ confirm: () => Promise.resolve(false) });
      assert.equal(error.code, 'download-not-confirmed');
      assert.ok(server.seen.slice(before).every(({ path: asked }) => !asked.endsWith('.tgz')));
      assert.deepEqual(content(), []);
    });

    test('takes it from a folder first, however deep it lies, and asks no server', async () => {
      const { install, provider, offers } = setUp();
      const before = server.seen.length;
      const inside = path.join('brought', 'package', 'Plugins', 'Linux', 'x64');
      folder.write(path.join(inside, providerNames[0]), provider);
      folder.write(path.join(inside, providerNames[1]), elfLibrary(['libc.so.6']));
      assertInstalled(await install({ folder: folder.path('brought') }), provider);
      assert.deepEqual([server.seen.length, offers], [before, []]);
    });

    test('takes a build of one’s own when it says that it is of this version, and no other', async () => {
      const { install, failure, content } = setUp();
      const own = Buffer.concat([providerFile(version), Buffer.from('other')]);
      folder.write(path.join('own', providerNames[0]), own);
      folder.write(path.join('own', providerNames[1]), elfLibrary(['libc.so.6']));
      folder.write(path.join('old', providerNames[0]), providerFile('1.2.3'));
      folder.write(path.join('old', providerNames[1]), elfLibrary(['libc.so.6']));
      folder.write(path.join('half', providerNames[0]), own);
      const old = await failure({ folder: folder.path('old') });
      assert.equal(old.code, 'cuda-wrong');
      assert.match(describeError(old), /of old is not the one of onnxruntime/);
      const half = await failure({ folder: folder.path('half') });
      assert.match(describeError(half), /libonnxruntime_providers_shared\.so is missing in half/);
      assert.deepEqual(content(), []);
      assertInstalled(await install({ folder: folder.path('own') }), own);
    });

    test('turns to the servers when the folder does not have it', async () => {
      const { install, log, provider } = setUp();
      mkdirSync(folder.path('empty'));
      assertInstalled(await install({ folder: folder.path('empty') }), provider);
      assert.match(log.join('\n'), /libonnxruntime_providers_cuda\.so is not in .*empty/);
    });

    test('turns to the feed of onnxruntime when the registry does not have the version', async () => {
      const { install, provider, log } = setUp();
      server.answer('/npm/gpu-part', (_request, response) => void response.end('{"versions":{"0.9.0":{}}}'));
      const runtime = await install();
      assertInstalled(runtime, provider);
      assert.match(log.join('\n'), /it has no gpu-part 1\.2\.3/);
      const note = JSON.parse(readFileSync(path.join(runtime, noteName), 'utf8')) as { source: string };
      assert.match(note.source, /^Some\.Gpu\.Linux of 127\.0\.0\.1/);
    });

    test('tells in one sentence that neither has it', async () => {
      const { failure, content } = setUp();
      server.answer('/npm/gpu-part', nothing);
      server.answer(`/registration/some.gpu.linux/${version}.json`, nothing);
      const error = await failure();
      assert.equal(error.code, 'cuda-not-had');
      const sentence = describeError(error);
      assert.match(sentence, /^The CUDA provider for onnxruntime 1\.\d+\.\d+ could not be had/);
      assert.match(sentence, /it has no gpu-part; .*it has no Some\.Gpu\.Linux 1\.\d+\.\d+\)/);
      assert.match(sentence, /--cuda-runtime-path/);
      assert.deepEqual(content(), []);
    });

    test('refuses a package that the registry says is another one, without fetching it', async () => {
      const packages = cudaPackages();
      packages.record.npm = { ...packages.record.npm!, integrity: 'sha512-other' };
      const { failure } = setUp(packages);
      serveRegistry(server, { ...packages, record: cudaPackages().record });
      server.answer('/v3/index.json', nothing);
      const before = server.seen.length;
      const error = await failure();
      assert.match(describeError(error), /is not the recorded one \(another integrity\)/);
      assert.ok(server.seen.slice(before).every(({ path: asked }) => !asked.endsWith('.tgz')));
    });

    test('refuses bytes that do not fit the hash on record, and those that do not fit the feed’s', async () => {
      const packages = cudaPackages();
      const { failure, content, npm, nuget } = setUp(packages);
      const changed = (bytes: Buffer) => {
        const copy = Buffer.from(bytes);
        copy[copy.length >> 1] ^= 1;
        return copy;
      };
      serveRegistry(server, packages, whole(changed(npm)));
      serveFeed(server, packages, whole(changed(nuget)));
      const { facts } = await failure();
      assert.match(
        facts.reason!,
        /not the recorded one \(another SHA-256\).*not the recorded one \(another SHA-512\)/,
      );
      assert.deepEqual(content(), []);
    });

    test('refuses a provider of the feed that is of another version', async () => {
      const other = cudaPackages('1.2.3');
      const { record } = cudaPackages();
      other.record.nuget = record.nuget;
      other.record.libraries = record.libraries;
      const { failure, content } = setUp(other);
      server.answer('/npm/gpu-part', nothing);
      const { code, facts } = await failure();
      assert.equal(code, 'cuda-not-had');
      assert.match(facts.reason!, /of Some\.Gpu\.Linux is not the one of onnxruntime 1\.\d+/);
      assert.deepEqual(content(), []);
    });

    test('goes on where a broken connection has left off, in the next call as well', async () => {
      const packages = cudaPackages();
      const { install, failure, content, npm, provider, storage } = setUp(packages);
      serveRegistry(server, packages, dropAfter(npm.length >> 1, npm), status(503));
      server.answer('/v3/index.json', nothing);
      await failure();
      assert.deepEqual(content(), ['gpu-part-1.2.3.tgz.part', 'gpu-part-1.2.3.tgz.part.json']);
      const { state, unfinishedBytes } = await cudaStatus(storage);
      assert.equal(state, 'absent');
      assert.ok(unfinishedBytes > 0 && unfinishedBytes <= npm.length >> 1);
      serveRegistry(server, packages);
      assertInstalled(await install(), provider);
      assert.equal(server.seen.at(-1)?.range, `bytes=${unfinishedBytes}-`);
    });

    test('leaves nothing half-done when it is cancelled', async () => {
      const packages = cudaPackages();
      const { failure, content, storage } = setUp(packages);
      const abort = new AbortController();
      serveRegistry(server, packages, (_request, response) => {
        response.writeHead(200).write(Buffer.alloc(1000));
        abort.abort();
      });
      const error = await failure({ signal: abort.signal });
      assert.equal(error.code, 'cancelled');
      assert.ok(!existsSync(cudaRuntimeFolder(storage)));
      assert.ok(content().every((name) => name.includes('.part')));
    });

    test('tells a registry its secret, and the server that it redirects to nothing', async () => {
      const other = await fileServer();
      try {
        const packages = cudaPackages();
        const { install, storage } = setUp(packages);
        const heard: Record<string, string | undefined> = {};
        const note =
          (name: string, answer: ReturnType<typeof whole>): ReturnType<typeof whole> =>
          (request, response) => {
            heard[name] = request.headers.authorization;
            answer(request, response);
          };
        serveRegistry(
          server,
          packages,
          note('registry', status(302, { location: other.url('/elsewhere.tgz') })),
        );
        other.answer('/elsewhere.tgz', note('elsewhere', whole(packages.npm)));
        const host = new URL(server.url('/')).host;
        const file = folder.write(
          'secret.npmrc',
          `registry=http://${host}/npm/\n//${host}/:_authToken=\${TOKEN}\n`,
        );
        await install({ env: { npm_config_userconfig: file, TOKEN: 's3cret' } });
        assert.deepEqual(heard, { registry: 'Bearer s3cret', elsewhere: undefined });
        assert.ok(!readFileSync(path.join(cudaRuntimeFolder(storage), noteName), 'utf8').includes('s3cret'));
      } finally {
        other.close();
      }
    });
  },
);

describe(
  'the CUDA provider that is installed',
  { skip: `${process.platform}-${process.arch}` !== 'linux-x64' },
  () => {
    test('is told in every state, from absent over damaged to removed', async () => {
      const { storage, install, provider } = setUp();
      assert.equal((await cudaStatus(storage)).state, 'absent');
      assert.deepEqual(cudaEnvironment(storage, [], {}), {});
      const runtime = await install();
      const bare = { HOME: folder.path('nobody') };
      const missing = await cudaStatus(storage);
      assert.equal(missing.state, 'libraries-missing');
      assert.match(cudaLines(missing).join('\n'), /✗ libcublas\.so\.13 is missing: cuBLAS\n/);
      assert.equal(cudaEnvironment(storage, [], bare)['FACE_SWAP_RUNTIME'], runtime);

      const libraries = folder.path('libraries', 'lib');
      for (const name of ['libcublas.so.13', 'libcudnn.so.9', 'libnvrtc.so.13'])
        folder.write(path.join('libraries', 'lib', name), elfLibrary(['libc.so.6']));
      const named = [folder.path('libraries')];
      assert.equal((await cudaStatus(storage, named)).state, 'ready');
      const told = cudaEnvironment(storage, named, { LD_LIBRARY_PATH: '/of/the/user' });
      assert.equal(told['LD_LIBRARY_PATH'], `${libraries}:/of/the/user`);

      const file = path.join(nativeFolder(runtime), providerNames[0]);
      writeFileSync(file, provider.subarray(0, 100));
      const truncated = await cudaStatus(storage, named);
      assert.match(truncated.damage!, /has 100 bytes instead of \d+/);
      assert.match(cudaLines(truncated)[0], /damaged .* install it again with “face-swap cuda install”/);
      // Whoever loads it hears the cause; the search for libraries does not stand in the way.
      assert.equal(cudaEnvironment(storage, named, {})['FACE_SWAP_RUNTIME'], runtime);
      rmSync(file);
      assert.match((await cudaStatus(storage, named)).damage!, /is missing$/);
      writeFileSync(file, Buffer.from(provider).fill(0, 200));
      assert.match((await cudaStatus(storage, named)).damage!, /has changed since it was installed/);
      assert.equal(await install(), runtime, 'what is damaged is replaced');
      assert.equal((await cudaStatus(storage, named)).state, 'ready');
      writeFileSync(path.join(runtime, noteName), 'broken');
      assert.equal((await cudaStatus(storage, named)).state, 'damaged');

      const old = folder.path(path.basename(storage), 'runtime', 'onnxruntime-1.2.3-linux-x64-cuda');
      mkdirSync(old);
      assert.deepEqual((await cudaStatus(storage, named)).outdated, [old]);
      assert.deepEqual((await removeCuda(storage)).sort(), [old, runtime].sort());
      assert.equal((await cudaStatus(storage)).state, 'absent');
      assert.deepEqual(readdirSync(storage), []);
      assert.deepEqual(await removeCuda(storage), []);
    });

    test('is left to a runtime that the user names', () => {
      const runtime = folder.path('mine');
      mkdirSync(nativeFolder(runtime), { recursive: true });
      writeFileSync(path.join(nativeFolder(runtime), providerNames[0]), elfLibrary([]));
      const told = cudaEnvironment(folder.path('none'), [], { FACE_SWAP_RUNTIME: runtime });
      assert.equal(told['FACE_SWAP_RUNTIME'], runtime);
    });
  },
);

describe('the settings of npm', () => {
  const read = (text: string, env: NodeJS.ProcessEnv = {}) =>
    readNpmSettings({ npm_config_userconfig: folder.write('npmrc', text), ...env }, folder.path('home'));

  test('are those of npm’s registry when nothing is set', () => {
    assert.equal(readNpmSettings({}, folder.path('home')).registry, 'https://registry.npmjs.org/');
    assert.equal(
      read('# registry=https://no\n;registry=https://no\nregistry = no address').registry,
      'https://registry.npmjs.org/',
    );
  });

  test('come from variables before files, and from the file of the user before that of the machine', () => {
    const prefix = folder.path('prefix');
    folder.write(
      path.join('prefix', 'etc', 'npmrc'),
      'registry=https://machine.example/\nproxy=http://proxy.example:1',
    );
    const env = { PATH: path.join(prefix, 'bin'), npm_config_prefix: prefix };
    assert.equal(read('', env).registry, 'https://machine.example/');
    assert.equal(read('', env).network.proxy, 'http://proxy.example:1');
    assert.equal(read('registry=https://user.example/npm', env).registry, 'https://user.example/npm/');
    const { registry } = read('registry=https://user.example/', {
      ...env,
      NPM_CONFIG_REGISTRY: 'https://env.example',
    });
    assert.equal(registry, 'https://env.example/');
  });

  test('hold secrets for the registry alone, in each of npm’s three forms', () => {
    const secret = (lines: string) => read(`registry=https://r.example/a/b/\n${lines}`).network.credentials;
    const password = Buffer.from('pass').toString('base64');
    const basic = `Basic ${Buffer.from('ann:pass').toString('base64')}`;
    assert.deepEqual(secret('//r.example/a/:_authToken=t'), {
      origin: 'https://r.example',
      authorization: 'Bearer t',
    });
    assert.equal(secret('//r.example/a/b/:_auth=xyz')?.authorization, 'Basic xyz');
    assert.equal(
      secret(`//r.example/:username=ann\n//r.example/:_password=${password}`)?.authorization,
      basic,
    );
    assert.equal(secret('//other.example/:_authToken=t'), undefined);
  });

  test('say whom to trust', () => {
    const file = folder.write('ca.pem', 'CERTIFICATE');
    assert.equal(read(`cafile=${file}`).network.authorities, 'CERTIFICATE');
    assert.equal(read('cafile=/not/there').network.authorities, undefined);
    assert.equal(read('strict-ssl=false').network.anyCertificate, true);
  });
});
