/** Packages of onnxruntime's feed with the CUDA provider, and where in them it lies; there are none for other platforms. */
export const cudaFeedPackages: Partial<Record<string, { id: string; folder: string }>> = {
  'linux-x64': { id: 'Microsoft.ML.OnnxRuntime.Gpu.Linux', folder: 'runtimes/linux-x64/native' },
  'win32-x64': { id: 'Microsoft.ML.OnnxRuntime.Gpu.Windows', folder: 'runtimes/win-x64/native' },
};

export const thisPlatform = `${process.platform}-${process.arch}`;
