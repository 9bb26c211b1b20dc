/** A library that GPU providers need, and what brings it. */
interface GpuLibrary {
  /** File names of all versions, on Linux and Windows. */
  file: RegExp;
  title: string;
  /** The package of Python's pip, whose libraries run without Python; `{major}` is that of CUDA. */
  pip?: string;
  /** What else brings it. */
  other: string;
}

const toolkit = 'the CUDA Toolkit';

/** From CUDA 13 on the packages of pip have no suffix, save for cuDNN and TensorRT; those of CUDA 12 have one. */
const gpuLibraries: readonly GpuLibrary[] = [
  { file: /^(lib)?cudnn/i, title: 'cuDNN', pip: 'nvidia-cudnn-cu{major}', other: 'NVIDIA’s cuDNN download' },
  { file: /^(lib)?cublas/i, title: 'cuBLAS', pip: 'nvidia-cublas', other: toolkit },
  { file: /^(lib)?cudart/i, title: 'the CUDA runtime', pip: 'nvidia-cuda-runtime', other: toolkit },
  { file: /^(lib)?curand/i, title: 'cuRAND', pip: 'nvidia-curand', other: toolkit },
  { file: /^(lib)?cufft/i, title: 'cuFFT', pip: 'nvidia-cufft', other: toolkit },
  { file: /^(lib)?nvrtc/i, title: 'NVRTC', pip: 'nvidia-cuda-nvrtc', other: toolkit },
  { file: /^(lib)?nvjitlink/i, title: 'nvJitLink', pip: 'nvidia-nvjitlink', other: toolkit },
  {
    file: /^(lib)?nv(infer|onnxparser)/i,
    title: 'TensorRT',
    pip: 'tensorrt-cu{major}',
    other: 'NVIDIA’s TensorRT download',
  },
  {
    file: /^(libvulkan|vulkan-1)/i,
    title: 'the Vulkan loader',
    other: 'the package libvulkan1 or the GPU’s driver',
  },
  {
    file: /^(vcruntime|msvcp)/i,
    title: 'the Visual C++ runtime',
    other: 'Microsoft’s Visual C++ redistributable',
  },
];

/** CUDA's major version that the providers of this product are built for. */
export const cudaMajor = 13;

/** Names what a library belongs to and how to get it; a library that nobody knows keeps its file name. */
export function describeLibrary(file: string): { title: string; cure: string } {
  const found = gpuLibraries.find((library) => library.file.test(file));
  if (!found) return { title: 'a library', cure: 'install the package that brings it' };
  const { title, pip, other } = found;
  if (pip === undefined) return { title, cure: `install ${other}` };
  return {
    title,
    cure: `install it with “pip install ${pip.replace('{major}', String(cudaMajor))}” or from ${other}`,
  };
}
