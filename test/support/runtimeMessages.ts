/**
 * What onnxruntime 1.29 really said: on Linux it was made to fail with the CUDA provider beside it, missing, cut off and foreign
 * libraries, and a driver that answers with given codes. Only the folder is another one. Messages of Windows are quoted from the
 * issues named beside them.
 */

const folder = '/opt/runtime';
const load = (words: string) =>
  `OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library\n` +
  `2026-11-25 04:32:11.394100296 [E:onnxruntime:onnxruntime-node, provider_bridge_ort.cc:2146 Create] /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1988 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : ${words}\n`;
const loadCuda = (words: string) =>
  load(`Failed to load library ${folder}/libonnxruntime_providers_cuda.so with error: ${words}`);
const missing = (library: string) =>
  loadCuda(`${library}: cannot open shared object file: No such file or directory`);
const call = (code: string) =>
  `/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:146 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] CUDA failure ${code} ; GPU=-1 ; hostname=vm ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=345 ; expr=cudaSetDevice(info_.device_id); \n\n`;

export const runtimeMessages = {
  cublasLtMissing: missing('libcublasLt.so.13'),
  cublasMissing: missing('libcublas.so.13'),
  curandMissing: missing('libcurand.so.10'),
  cudartMissing: missing('libcudart.so.13'),
  driverMissing: missing('libcuda.so.1'),
  olderCudaMissing: missing('libcublasLt.so.12'),
  cudnnMissing:
    "Non-zero status code returned while running Conv node. Name:'Conv_3' Status Message: /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_kernel.h:272 static cudnnContext* onnxruntime::cuda::CudaKernel::RequireCudnnHandle(cudnnHandle_t) [ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : cuDNN is unavailable or disabled for CUDA Execution Provider: dlopen failed for libcudnn.so: libcudnn.so: cannot open shared object file: No such file or directory\n",
  tensorrtMissing: load(
    `Failed to load library ${folder}/libonnxruntime_providers_tensorrt.so with error: libnvinfer.so.10: cannot open shared object file: No such file or directory`,
  ),
  sharedMissing: load(
    `Failed to load library ${folder}/libonnxruntime_providers_shared.so with error: ${folder}/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory`,
  ),
  empty: loadCuda(`${folder}/libonnxruntime_providers_cuda.so: file too short`),
  hundredBytes: loadCuda(`${folder}/libonnxruntime_providers_cuda.so: cannot read file data`),
  noLibrary: loadCuda(`${folder}/libonnxruntime_providers_cuda.so: invalid ELF header`),
  otherProcessor: loadCuda(
    `${folder}/libonnxruntime_providers_cuda.so: cannot open shared object file: No such file or directory`,
  ),
  noProvider: load(
    `Failed to get symbol GetProvider with error: ${folder}/libonnxruntime_providers_cuda.so: undefined symbol: GetProvider`,
  ),
  notReadable: loadCuda(
    `${folder}/libonnxruntime_providers_cuda.so: cannot open shared object file: Permission denied`,
  ),
  mixedLibraries: loadCuda(
    '/usr/lib/libcurand.so.10: undefined symbol: cudaLibraryGetKernelCount, version libcudart.so.13',
  ),
  mixedCudnn: loadCuda(
    `${folder}/libonnxruntime_providers_cuda.so: undefined symbol: cudnnSetConvolutionGroupCount, version libcudnn.so.9`,
  ),
  cudnnFailed: call('1001: CUDNN_STATUS_NOT_INITIALIZED').replace('CUDA failure', 'CUDNN failure'),
  noDevice: call('100: no CUDA-capable device is detected'),
  driverOld: call('35: CUDA driver version is insufficient for CUDA runtime version'),
  driverOlder: call('36: API call is not supported in the installed CUDA driver'),
  driverMismatch: call('803: system has unsupported display driver / cuda driver combination'),
  noForwardCompatibility: call('804: forward compatibility was attempted on non supported HW'),
  notReady: call('802: system not yet initialized'),
  unknownError: call('999: unknown error'),
  stubDriver: call('34: CUDA driver is a stub library'),
  outOfMemory: call('2: out of memory'),
  arenaFull:
    'Exception during initialization: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:359 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 8192\n',
  /** hacksider/Deep-Live-Cam 645 */
  cublasFull:
    "Non-zero status code returned while running Gemm node. Name:'fc1' Status Message: D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\cuda\\cuda_call.cc:121 onnxruntime::CudaCall D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\cuda\\cuda_call.cc:114 onnxruntime::CudaCall CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=H ; file=D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\cuda\\cuda_execution_provider.cc ; line=168 ; expr=cublasCreate(&cublas_handle_);",
  webgpuAlone:
    "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory\n    at operator() (/build/Release/_deps/dawn-src/src/dawn/native/vulkan/BackendVk.cpp:364)\n\n/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:100 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n",
  /** Zeyi-Lin/HivisionIDPhotos 279, garbled as it is there */
  windowsCudnnMissing:
    'E:\\_work\\1\\s\\onnxruntime\\core\\session\\provider_bridge_ort.cc:1962 onnxruntime::ProviderLibrary::Get [ONNXRuntimeError] : 1 : FAIL : Error loading "E:\\AI\\venv\\Lib\\site-packages\\onnxruntime\\capi\\onnxruntime_providers_cuda.dll" N0Rc歔剉!jWW0")n "cudnn64_9.dll" which is missing. (Error 126: "~b',
  /** microsoft/onnxruntime 20049 */
  windowsSomeMissing:
    'D:\\a_work\\1\\s\\onnxruntime\\core\\session\\provider_bridge_ort.cc:1637 onnxruntime::ProviderLibrary::Get [ONNXRuntimeError] : 1 : FAIL : LoadLibrary failed with error 126 "" when trying to load "C:\\app\\onnxruntime_providers_cuda.dll"',
  /** microsoft/onnxruntime 26181 */
  newGpu:
    "Non-zero status code returned while running Slice node. Name:'Slice_34' Status Message: CUDA error cudaErrorNoKernelImageForDevice:no kernel image is available for execution on the device",
  /** harishanand95/diffusers 10 */
  directmlFull:
    'Exception(1) tid(4790) 8007000E Not enough memory resources are available to complete this operation.',
} as const;
