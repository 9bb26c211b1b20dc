import { createHash } from 'node:crypto';
import type { CudaRecord } from '../../src/machine/cudaRecord';
import { runtimeVersion } from '../../src/machine/cudaRuntime';
import { tarball, zipFile } from './archives';
import { status, whole, type Answer, type FileServer } from './fileServer';
import { elfLibrary } from './nativeLibraries';

const hashOf = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes);

/** A provider that is never loaded: what it wants, and the version that it says it is of. */
export function providerFile(version: string): Buffer {
  // Some noise, so that a packed one is long enough to be cut in two.
  const noise = createHash('shake256', { outputLength: 1_000_000 }).update(version).digest();
  return Buffer.concat([elfLibrary(['libcublas.so.13', 'libc.so.6'], version), noise]);
}

export const npmFolder = 'package/Plugins/Linux/x64';
const nugetFolder = 'runtimes/linux-x64/native';
export const providerNames = [
  'libonnxruntime_providers_cuda.so',
  'libonnxruntime_providers_shared.so',
] as const;

/** Packages as the registry and the feed have them, and the record that knows the first of them. */
export function cudaPackages(version = runtimeVersion()) {
  const [provider, shared] = [providerFile(version), elfLibrary(['libc.so.6'])];
  const files = (folder: string) => ({
    [`${folder}/${providerNames[0]}`]: provider,
    [`${folder}/${providerNames[1]}`]: shared,
  });
  const outside = { [`${npmFolder}/../../../../../escape.so`]: shared };
  const npm = tarball({ 'package/package.json': Buffer.from('{}'), ...outside, ...files(npmFolder) });
  const nuget = zipFile(files(nugetFolder));
  const record: CudaRecord = {
    npm: {
      name: 'gpu-part',
      version: '1.2.3',
      bytes: npm.length,
      sha256: hashOf('sha256', npm).digest('hex'),
      integrity: `sha512-${hashOf('sha512', npm).digest('base64')}`,
      folder: npmFolder,
    },
    nuget: { id: 'Some.Gpu.Linux', version, folder: nugetFolder },
    libraries: [
      { file: providerNames[0], sha256: hashOf('sha256', provider).digest('hex') },
      { file: providerNames[1], sha256: hashOf('sha256', shared).digest('hex') },
      { file: 'libonnxruntime_providers_tensorrt.so', optional: true },
    ],
    licence: { name: 'MIT', link: 'https://example.org/licence' },
  };
  return { npm, nuget, record, provider };
}

export const json =
  (value: unknown): Answer =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

/** Lets a server be a package registry that has the package; `answers` are those for the package itself. */
export function serveRegistry(
  server: FileServer,
  { npm, record }: ReturnType<typeof cudaPackages>,
  ...answers: Answer[]
): void {
  const { version, integrity } = record.npm!;
  const dist = { tarball: server.url('/gpu-part/-/gpu-part-1.2.3.tgz'), integrity };
  server.answer('/npm/gpu-part', json({ versions: { '0.9.0': {}, [version]: { dist } } }));
  server.answer('/gpu-part/-/gpu-part-1.2.3.tgz', ...(answers.length > 0 ? answers : [whole(npm)]));
}

/** Lets a server be a NuGet feed that has the package. */
export function serveFeed(
  server: FileServer,
  { nuget, record }: ReturnType<typeof cudaPackages>,
  ...answers: Answer[]
): void {
  const [id, version] = [record.nuget.id.toLowerCase(), record.nuget.version];
  const resources = [
    { '@type': 'PackageBaseAddress/3.0.0', '@id': server.url('/flat/') },
    { '@type': 'RegistrationsBaseUrl', '@id': server.url('/registration/') },
  ];
  server.answer('/v3/index.json', json({ version: '3.0.0', resources }));
  server.answer(
    `/registration/${id}/${version}.json`,
    json({ catalogEntry: server.url('/catalog/one.json') }),
  );
  const entry = {
    packageHash: hashOf('sha512', nuget).digest('base64'),
    packageHashAlgorithm: 'SHA512',
    packageSize: nuget.length,
  };
  server.answer('/catalog/one.json', json(entry));
  server.answer(
    `/flat/${id}/${version}/${id}.${version}.nupkg`,
    ...(answers.length > 0 ? answers : [whole(nuget)]),
  );
}

export const nothing: Answer = status(404);
