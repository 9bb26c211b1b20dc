import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { findCudaLibraries } from '../../src/machine/cudaLibraries';
import { cudaRecord } from '../../src/machine/cudaRecord';
import { DamagedLibrary, readImports } from '../../src/machine/libraryImports';
import { readLoaderCache } from '../../src/machine/loaderCache';
import { thisMachine, type Surroundings } from '../../src/machine/surroundings';
import { elfLibrary, peLibrary } from '../support/nativeLibraries';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder('cuda libraries');
const wanted = ['libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudart.so.13', 'libcuda.so.1'];
const cLibraries = ['libstdc++.so.6', 'libc.so.6', 'ld-linux-x86-64.so.2'];

describe('a native library', () => {
  test('tells which libraries it wants: on Linux, and in the real onnxruntime', () => {
    const file = folder.write('plain.so', elfLibrary([...wanted, 'libc.so.6']));
    assert.deepEqual(readImports(file), [...wanted, 'libc.so.6']);
    const native = path.dirname(require.resolve('onnxruntime-node/package.json'));
    const real = path.join(native, 'bin', 'napi-v6', 'linux', 'x64', 'onnxruntime_binding.node');
    assert.ok(readImports(real).includes('libonnxruntime.so.1'));
  });

  test('tells it on Windows, and in the real onnxruntime', () => {
    const file = folder.write('plain.dll', peLibrary(['cublas64_13.dll', 'KERNEL32.dll']));
    assert.deepEqual(readImports(file), ['cublas64_13.dll', 'KERNEL32.dll']);
    const native = path.dirname(require.resolve('onnxruntime-node/package.json'));
    const real = path.join(native, 'bin', 'napi-v6', 'win32', 'x64', 'onnxruntime_binding.node');
    assert.ok(readImports(real).includes('onnxruntime.dll'));
  });

  test('is noticed to be damaged, wherever it ends, and never read beyond its end', () => {
    for (const whole of [elfLibrary(wanted), peLibrary(['cublas64_13.dll'])]) {
      for (let length = 0; length < whole.length; length += 7) {
        const file = folder.write('cut', whole.subarray(0, length));
        assert.throws(
          () => readImports(file),
          DamagedLibrary,
          `cut after ${length} of ${whole.length} bytes`,
        );
      }
    }
    assert.throws(() => readImports(folder.write('text', 'no library')), DamagedLibrary);
    const small = elfLibrary(wanted);
    small[4] = 1;
    assert.throws(() => readImports(folder.write('32', small)), /another processor/);
  });
});

describe('the loader of Linux', { skip: process.platform !== 'linux' }, () => {
  test('is asked what it finds by itself', () => {
    const cache = readLoaderCache();
    // Where there is such a file, the C library is in it.
    for (const [name, file] of cache) assert.ok(path.isAbsolute(file), `${name} in ${file}`);
    assert.equal(readLoaderCache('x64', folder.write('no cache', 'something else')).size, 0);
    assert.equal(readLoaderCache('x64', folder.path('not there')).size, 0);
  });
});

/** A bare Linux machine with a home of the test's own. */
function linux(home: string, env: NodeJS.ProcessEnv = {}): Surroundings {
  const real = thisMachine(env);
  // Nothing of the machine that runs the test.
  const list = (at: string) => (at.startsWith(home) ? real.list(at) : []);
  return { ...real, platform: 'linux', arch: 'x64', env, home, list, loader: () => new Map() };
}

function fill(place: string, names: readonly string[], imports: readonly string[] = []): void {
  for (const name of names) folder.write(path.join(place, name), elfLibrary([...imports, 'libc.so.6']));
}

describe('the search for libraries of CUDA', { skip: process.platform === 'win32' }, () => {
  const provider = () => {
    fill('runtime', ['libonnxruntime_providers_cuda.so'], [...wanted, ...cLibraries]);
    return folder.path('runtime', 'libonnxruntime_providers_cuda.so');
  };
  const cudnn = ['libcudnn.so.9', 'libcudnn_graph.so.9'];

  test('finds the packages of pip in an environment, with their versions, and names what is missing', () => {
    // The layout of the wheels for CUDA 13 and of cuDNN.
    const site = path.join('venv', 'lib', 'python3.12', 'site-packages');
    fill(path.join(site, 'nvidia', 'cu13', 'lib'), ['libcudart.so.13', 'libnvrtc.so.13', 'libcurand.so.10']);
    fill(path.join(site, 'nvidia', 'cudnn', 'lib'), cudnn);
    for (const info of ['nvidia_cudnn_cu13-9.28.1.4.dist-info', 'nvidia_cuda_runtime-13.5.37.dist-info'])
      folder.write(path.join(site, info, 'METADATA'), 'Name');
    const machine = linux(folder.path(), { VIRTUAL_ENV: folder.path('venv') });
    const { cuda, found, missing, others, commands, folders } = findCudaLibraries(provider(), [], machine);
    assert.equal(cuda, '13');
    assert.deepEqual(
      found.map(({ name, from, version }) => [name, from, version]),
      [
        ['libcurand.so.10', 'pip', undefined],
        ['libcudart.so.13', 'pip', '13.5.37'],
        ['libcudnn.so.9', 'pip', '9.28.1.4'],
        ['libnvrtc.so.13', 'pip', undefined],
      ],
    );
    assert.deepEqual(folders, [
      folder.path(site, 'nvidia', 'cu13', 'lib'),
      folder.path(site, 'nvidia', 'cudnn', 'lib'),
    ]);
    assert.deepEqual(
      missing.map(({ name }) => name),
      ['libcublasLt.so.13', 'libcublas.so.13', 'libcuda.so.1'],
    );
    assert.deepEqual(others, ['NVIDIA driver']);
    assert.deepEqual(commands, [
      'pip install "nvidia-cublas==13.*"',
      'conda install -c conda-forge libcublas cuda-version=13',
      'sudo apt install libcublas-13-0',
    ]);
  });

  test('finds a Python on PATH and the packages of the user without starting anything', () => {
    folder.write(path.join('python', 'bin', 'python3'), 'not to be run');
    fill(path.join('python', 'lib', 'python3.11', 'site-packages', 'nvidia', 'cu13', 'lib'), [
      'libcudart.so.13',
    ]);
    fill(path.join('.local', 'lib', 'python3.13', 'site-packages', 'nvidia', 'cudnn', 'lib'), cudnn);
    const machine = linux(folder.path(), { PATH: `relative:${folder.path('python', 'bin')}` });
    const { found } = findCudaLibraries(provider(), [], machine);
    assert.deepEqual(
      found.map(({ name }) => name),
      ['libcudart.so.13', 'libcudnn.so.9'],
    );
  });

  test('asks a named folder first, then LD_LIBRARY_PATH, the toolkit, conda', () => {
    const places = {
      named: folder.path('order', 'named'),
      path: folder.path('order', 'path'),
      toolkit: folder.path('order', 'toolkit'),
      conda: folder.path('order', 'conda'),
    };
    fill(path.join('order', 'named', 'lib'), ['libcublasLt.so.13']);
    fill(path.join('order', 'path'), ['libcublasLt.so.13', 'libcublas.so.13']);
    fill(path.join('order', 'toolkit', 'lib64'), ['libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10']);
    fill(path.join('order', 'conda', 'lib'), [
      'libcublasLt.so.13',
      'libcurand.so.10',
      'libcudart.so.13.0.96',
    ]);
    symlinkSync('libcudart.so.13.0.96', path.join(places.conda, 'lib', 'libcudart.so.13'));
    const env = { LD_LIBRARY_PATH: places.path, CUDA_PATH: places.toolkit, CONDA_PREFIX: places.conda };
    const { found } = findCudaLibraries(provider(), [places.named], linux(folder.path('order'), env));
    assert.deepEqual(
      found.map(({ name, from, version }) => [name, from, version]),
      [
        ['libcublasLt.so.13', 'chosen folder', undefined],
        ['libcublas.so.13', 'LD_LIBRARY_PATH', undefined],
        ['libcurand.so.10', 'CUDA toolkit', undefined],
        ['libcudart.so.13', 'conda', '13.0.96'],
      ],
    );
  });

  test('takes a named environment of Python, its packages, a toolkit or an environment of conda as it lies there', () => {
    const site = path.join('lib', 'python3.12', 'site-packages');
    const wheels = path.join('given', 'venv', site, 'nvidia');
    fill(path.join(wheels, 'cu13', 'lib'), ['libcudart.so.13']);
    fill(path.join('given', 'toolkit', 'lib64'), ['libcudart.so.13']);
    fill(path.join('given', 'conda', 'targets', 'x86_64-linux', 'lib'), ['libcudart.so.13']);
    const machine = linux(folder.path('given'));
    const names = ['venv', path.join('venv', site), path.join('venv', site, 'nvidia'), 'toolkit', 'conda'];
    for (const name of names) {
      const { found } = findCudaLibraries(provider(), [folder.path('given', name)], machine);
      const told = found.map((one) => [one.name, one.from]);
      assert.deepEqual(told, [['libcudart.so.13', 'chosen folder']], name);
    }
    const beside = findCudaLibraries(provider(), [folder.path('given', 'venv', site, 'torch')], machine);
    assert.deepEqual(beside.found, [], 'nobody has chosen what lies beside it');
  });

  test('tells whose folder it is, also when a child process has it on its path', () => {
    const libraries = path.join(
      'told',
      'venv',
      'lib',
      'python3.12',
      'site-packages',
      'nvidia',
      'cu13',
      'lib',
    );
    fill(libraries, ['libcudart.so.13']);
    const env = { VIRTUAL_ENV: folder.path('told', 'venv'), LD_LIBRARY_PATH: folder.path(libraries) };
    const { found } = findCudaLibraries(provider(), [], linux(folder.path('told'), env));
    assert.deepEqual(
      found.map(({ from }) => from),
      ['pip'],
    );
  });

  test('follows what the libraries want themselves', () => {
    fill(path.join('chain', 'lib'), ['libcudnn.so.9'], ['libz.so.1', 'libnvJitLink.so.13']);
    const { missing } = findCudaLibraries(provider(), [folder.path('chain')], linux(folder.path('chain')));
    const brings = Object.fromEntries(missing.map(({ name, package: one }) => [name, one]));
    assert.equal(brings['libz.so.1'].apt, 'zlib1g');
    assert.equal(brings['libnvJitLink.so.13'].pip, '"nvidia-nvjitlink==13.*"');
  });

  test('needs no folder on the path for what the system finds by itself', () => {
    const loader = new Map(
      [...wanted, 'libcudnn.so.9', 'libnvrtc.so.13'].map((name) => [name, `/opt/known/${name}`]),
    );
    const machine = { ...linux(folder.path('empty')), loader: () => loader };
    const machineWithImports = {
      ...machine,
      imports: (file: string) => (file.startsWith('/opt') ? [] : wanted),
    };
    const result = findCudaLibraries(provider(), [], machineWithImports);
    assert.deepEqual([result.missing, result.folders, result.commands], [[], [], []]);
    assert.ok(result.found.every(({ from }) => from === 'system'));
  });

  test('names the packages for CUDA 12 when the provider is of that', () => {
    fill('twelve', ['provider.so'], ['libcublasLt.so.12', 'libcudart.so.12', 'libcurand.so.10']);
    const { cuda, commands } = findCudaLibraries(folder.path('twelve', 'provider.so'), [], linux('/nowhere'));
    assert.equal(cuda, '12');
    assert.equal(
      commands[0],
      'pip install nvidia-cublas-cu12 nvidia-cuda-runtime-cu12 nvidia-curand-cu12 nvidia-cudnn-cu12 nvidia-cuda-nvrtc-cu12',
    );
  });

  test('does not look into the folder it is started in', () => {
    fill(
      path.join('workspace', '.venv', 'lib', 'python3.12', 'site-packages', 'nvidia', 'cu13', 'lib'),
      wanted,
    );
    mkdirSync(folder.path('workspace', 'bin'), { recursive: true });
    const { found } = findCudaLibraries(provider(), [], linux(folder.path('workspace', 'bin')));
    assert.deepEqual(found, []);
  });
});

describe('the search for libraries of CUDA on Windows', () => {
  const roots = {
    toolkit: 'C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA\\v13.0\\bin\\x64',
    cudnn: 'C:\\Program Files\\NVIDIA\\CUDNN\\v9.10\\bin\\13.0\\x64',
    pip: 'C:\\Users\\ann\\venv\\Lib\\site-packages\\nvidia\\cu13\\bin\\x86_64',
    system: 'C:\\Windows\\System32',
  };
  const tree = (files: Record<string, string[]>): ((at: string) => string[]) => {
    const children = new Map<string, Set<string>>();
    for (const [at, names] of Object.entries(files)) {
      const parts = at.split('\\');
      const add = (parent: string, child: string) =>
        children.set(parent, (children.get(parent) ?? new Set()).add(child));
      for (let i = 1; i < parts.length; i++) add(parts.slice(0, i).join('\\'), parts[i]);
      for (const name of names) add(at, name);
    }
    return (at) => [...(children.get(at.replace(/\\$/, '')) ?? [])];
  };
  const windows = (files: Record<string, string[]>, env: NodeJS.ProcessEnv = {}): Surroundings => ({
    platform: 'win32',
    arch: 'x64',
    env: { ProgramFiles: 'C:\\Program Files', SystemRoot: 'C:\\Windows', ...env },
    home: 'C:\\Users\\ann',
    list: tree(files),
    imports: (file) =>
      file.endsWith('onnxruntime_providers_cuda.dll')
        ? [
            'cublasLt64_13.dll',
            'cublas64_13.dll',
            'onnxruntime_providers_shared.dll',
            'KERNEL32.dll',
            'MSVCP140.dll',
          ]
        : [],
    loader: () => new Map(),
  });
  const provider = 'C:\\runtime\\onnxruntime_providers_cuda.dll';

  test('finds toolkit, cuDNN, pip and the system, whatever case their names are in', () => {
    const machine = windows(
      {
        [roots.toolkit]: ['cublas64_13.dll'],
        [roots.cudnn]: ['cudnn64_9.dll'],
        [roots.pip]: ['CUBLASLT64_13.DLL', 'nvrtc64_130_0.dll'],
        [roots.system]: ['msvcp140.dll'],
      },
      { virtual_env: 'C:\\Users\\ann\\venv' },
    );
    const { found, missing, folders } = findCudaLibraries(provider, [], machine);
    assert.deepEqual(missing, []);
    assert.deepEqual(
      found.map(({ file, from }) => [path.win32.basename(file), from]),
      [
        ['CUBLASLT64_13.DLL', 'pip'],
        ['cublas64_13.dll', 'CUDA toolkit'],
        ['msvcp140.dll', 'system'],
        ['cudnn64_9.dll', 'cuDNN'],
        ['nvrtc64_130_0.dll', 'pip'],
      ],
    );
    assert.deepEqual(folders, [roots.pip, roots.toolkit, roots.cudnn]);
  });

  test('names what is missing, without commands of Linux', () => {
    const { others, commands } = findCudaLibraries(provider, [], windows({}));
    assert.deepEqual(others, ['Visual C++ runtime']);
    assert.deepEqual(commands, [
      'pip install "nvidia-cublas==13.*" nvidia-cudnn-cu13 "nvidia-cuda-nvrtc==13.*"',
      'conda install -c conda-forge libcublas cudnn cuda-nvrtc cuda-version=13',
    ]);
  });
});

test('the record of packages fits what the program is built with', () => {
  const file = path.join(path.dirname(require.resolve('onnxruntime-node/package.json')), 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  for (const platform of ['linux-x64', 'win32-x64']) {
    const record = cudaRecord(version, platform);
    assert.match(
      record?.npm?.sha256 ?? '',
      /^[0-9a-f]{64}$/,
      `a new onnxruntime needs a new record for ${platform}`,
    );
    for (const { sha256 } of record!.libraries) assert.match(sha256 ?? '', /^[0-9a-f]{64}$/);
  }
  assert.equal(cudaRecord(version, 'darwin-arm64'), undefined);
  assert.equal(cudaRecord(version, 'linux-arm64'), undefined);
  assert.equal(cudaRecord('9.9.9', 'linux-x64')?.npm, undefined);
});
