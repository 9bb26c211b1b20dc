/** What brings a library, by package manager; `name` is what people call it. */
export interface LibraryPackage {
  name: string;
  pip?: string;
  conda?: string;
  /** Of NVIDIA's repository for Debian and Ubuntu, or of the distribution where NVIDIA has none. */
  apt?: string;
}

interface Rule {
  /** Matches the library's name on Linux and Windows; its first group is the major version of CUDA where the name tells it. */
  library: RegExp;
  package(cuda: string): LibraryPackage;
}

/** Packages for CUDA 13 have no suffix on PyPI, those for 12 have; cuDNN's always has one (checked on PyPI, November 2026). */
const pip = (name: string, cuda: string, version: string): string =>
  Number(cuda) >= 13 ? `"nvidia-${name}${version}"` : `nvidia-${name}-cu${cuda}`;
/** The first release of that CUDA: any later one of the same major version will do. */
const apt = (name: string, cuda: string): string => `${name}-${cuda}-0`;

const rules: readonly Rule[] = [
  {
    library: /^(?:libcublas(?:Lt)?\.so\.|cublas(?:Lt)?64_)(\d+)/,
    package: (cuda) => ({
      name: 'cuBLAS',
      pip: pip('cublas', cuda, `==${cuda}.*`),
      conda: 'libcublas',
      apt: apt('libcublas', cuda),
    }),
  },
  {
    library: /^(?:libcudart\.so\.|cudart64_)(\d+)/,
    package: (cuda) => ({
      name: 'CUDA runtime',
      pip: pip('cuda-runtime', cuda, `==${cuda}.*`),
      conda: 'cuda-cudart',
      apt: apt('cuda-cudart', cuda),
    }),
  },
  {
    library: /^(?:libnvrtc\.so\.|nvrtc64_)(\d{2})/,
    package: (cuda) => ({
      name: 'NVRTC',
      pip: pip('cuda-nvrtc', cuda, `==${cuda}.*`),
      conda: 'cuda-nvrtc',
      apt: apt('cuda-nvrtc', cuda),
    }),
  },
  {
    library: /^(?:libnvJitLink\.so\.|nvJitLink_)(\d{2})/,
    package: (cuda) => ({
      name: 'nvJitLink',
      pip: pip('nvjitlink', cuda, `==${cuda}.*`),
      conda: 'libnvjitlink',
      apt: apt('libnvjitlink', cuda),
    }),
  },
  {
    // The version of these two is their own, the same in several versions of CUDA.
    library: /^(?:libcurand\.so\.|curand64_)\d+/,
    package: (cuda) => ({
      name: 'cuRAND',
      pip: pip('curand', cuda, '==10.*'),
      conda: 'libcurand',
      apt: apt('libcurand', cuda),
    }),
  },
  {
    library: /^(?:libcufft\.so\.|cufft64_)\d+/,
    package: (cuda) => ({
      name: 'cuFFT',
      pip: pip('cufft', cuda, '==12.*'),
      conda: 'libcufft',
      apt: apt('libcufft', cuda),
    }),
  },
  {
    library: /^(?:libcudnn\w*\.so\.|cudnn\w*64_)9/,
    package: (cuda) => ({
      name: 'cuDNN 9',
      pip: `nvidia-cudnn-cu${cuda}`,
      conda: 'cudnn',
      apt: `libcudnn9-cuda-${cuda}`,
    }),
  },
  {
    library: /^(?:libcuda\.so\.1|nvcuda\.dll)$/,
    package: () => ({ name: 'NVIDIA driver' }),
  },
  {
    library: /^(?:libnv(?:infer|onnxparser)\w*\.so\.|nv(?:infer|onnxparser)\w*_)\d+/,
    package: (cuda) => ({ name: 'TensorRT', pip: `tensorrt-cu${cuda}` }),
  },
  { library: /^libvulkan\.so\.1$/, package: () => ({ name: 'Vulkan loader', apt: 'libvulkan1' }) },
  { library: /^libz\.so\.1$/, package: () => ({ name: 'zlib', apt: 'zlib1g', conda: 'libzlib' }) },
  {
    library: /^(?:MSVCP|VCRUNTIME)140/i,
    package: () => ({ name: 'Visual C++ runtime' }),
  },
];

/** The package that brings a library; undefined for one that is not CUDA's. */
export function packageOf(library: string, cuda: string): LibraryPackage | undefined {
  return rules.find((rule) => rule.library.test(library))?.package(cuda);
}

/** The major version of CUDA that libraries of these names are of, as the provider was built for; undefined if they do not tell. */
export function cudaMajorOf(libraries: readonly string[]): string | undefined {
  for (const name of libraries) {
    const major = /^(?:libcublas(?:Lt)?\.so\.|cublas(?:Lt)?64_|libcudart\.so\.|cudart64_)(\d+)/.exec(
      name,
    )?.[1];
    if (major !== undefined) return major;
  }
  return undefined;
}

/**
 * How what is missing is had: names of what no package manager brings, and commands that bring all the rest, one for each package
 * manager that has it.
 */
export function installWays(
  missing: readonly LibraryPackage[],
  cuda: string,
  platform: NodeJS.Platform,
): { others: string[]; commands: string[] } {
  const isPackaged = ({ pip: byPip, conda, apt: byApt }: LibraryPackage) =>
    [byPip, conda, byApt].some((one) => one !== undefined);
  const packaged = missing.filter(isPackaged);
  const others = missing.filter((one) => !isPackaged(one)).map(({ name }) => name);
  const names = (kind: 'pip' | 'conda' | 'apt'): string | undefined => {
    const wanted = packaged.map((one) => one[kind]);
    const complete = wanted.length > 0 && wanted.every((one) => one !== undefined);
    return complete ? [...new Set(wanted)].join(' ') : undefined;
  };
  const [byPip, byConda, byApt] = [names('pip'), names('conda'), names('apt')];
  const commands: string[] = [];
  if (byPip !== undefined) commands.push(`pip install ${byPip}`);
  if (byConda !== undefined) commands.push(`conda install -c conda-forge ${byConda} cuda-version=${cuda}`);
  if (byApt !== undefined && platform === 'linux') commands.push(`sudo apt install ${byApt}`);
  return { others: [...new Set(others)], commands };
}
