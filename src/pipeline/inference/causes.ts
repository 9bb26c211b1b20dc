import type { ProviderCause, ProviderFacts } from '../../protocol/providers';

/** What the runtime's words mean; the first rule that fits counts. A group of the pattern named as a fact becomes that fact. */
interface CauseRule {
  cause: ProviderCause;
  pattern: RegExp;
  facts?: ProviderFacts;
}

/**
 * Messages were provoked with onnxruntime 1.29 on Linux (missing, cut off and foreign libraries; a stand-in for the driver that
 * answers with the codes of CUDA); those of other systems are quoted from onnxruntime's issues, by number.
 */
const rules: readonly CauseRule[] = [
  { cause: 'out-of-memory', pattern: /CUDA failure 2:|out of memory|OutOfMemory|OUT_?OF_?MEMORY/ },
  // Arena of the runtime; cuBLAS and cuDNN; DirectML (harishanand95/diffusers 10).
  { cause: 'out-of-memory', pattern: /Failed to allocate memory for requested buffer|STATUS_ALLOC_FAILED/ },
  { cause: 'out-of-memory', pattern: /8007000E|Not enough memory resources/i },
  { cause: 'driver-old', pattern: /CUDA failure (35|36):|driver version is insufficient for CUDA runtime/ },
  { cause: 'driver-mismatch', pattern: /CUDA failure (803|804):|unsupported display driver/ },
  { cause: 'driver-missing', pattern: /CUDA failure 34:|driver is a stub library/ },
  { cause: 'driver-failed', pattern: /CUDA failure (?<reason>(999|802|3|304): [^;]+?) ;/ },
  { cause: 'no-device', pattern: /CUDA failure (100|101):|no CUDA-capable device|invalid device ordinal/ },
  { cause: 'device-busy', pattern: /CUDA failure 46:|devices are busy or unavailable/ },
  // onnxruntime 26181.
  {
    cause: 'device-unsupported',
    pattern: /NoKernelImageForDevice|no kernel image is available|ARCH_MISMATCH/,
  },
  // pykeio/ort 282.
  { cause: 'device-unsupported', pattern: /device interface or feature level is not supported/ },
  // onnxruntime 26606, DirectML 95.
  {
    cause: 'device-lost',
    pattern: /887A000[5-7]|DEVICE_(REMOVED|HUNG|RESET)|device (was )?removed|CUDA failure 719:/i,
  },
  {
    cause: 'permission',
    pattern: /error: (?<file>\/\S+): cannot open shared object file: Permission denied/,
  },
  { cause: 'permission', pattern: /error 5 .*when trying to load "(?<file>[^"]+)"/ },
  {
    cause: 'provider-broken',
    pattern:
      /(?<file>\/[^:]+): (?<reason>file too short|invalid ELF header|cannot read file data|wrong ELF class[^\n]*|undefined symbol: GetProvider)/,
  },
  { cause: 'provider-broken', pattern: /error 193 .*when trying to load "(?<file>[^"]+)"/ },
  { cause: 'library-mismatch', pattern: /undefined symbol: [^\s,]+, version (?<library>lib(cu|nv)[^\s]+)/ },
  // cuDNN's parts find each other at run time.
  {
    cause: 'library-mismatch',
    pattern: /CUDNN failure 1001:|CUDNN_STATUS_SUBLIBRARY_(VERSION_MISMATCH|LOADING_FAILED)/,
    facts: { library: 'libcudnn' },
  },
  { cause: 'provider-version', pattern: /(?<file>\/[^:]+): undefined symbol/ },
  { cause: 'driver-missing', pattern: /error: (?<library>libcuda\.so\.\d+): cannot open/ },
  { cause: 'driver-missing', pattern: /"(?<library>nvcuda\.dll)" which is missing/i },
  {
    cause: 'library-missing',
    pattern: /error: (?<library>lib[^\s:/]+): cannot open shared object file: No such/,
  },
  { cause: 'library-missing', pattern: /dlopen failed for (?<library>lib[^\s:/]+):/ },
  { cause: 'library-missing', pattern: /Couldn't load Vulkan: (?<library>lib[^\s:/]+): cannot open/ },
  // onnxruntime 27766 and Zeyi-Lin/HivisionIDPhotos 279; the words before are garbled where the system speaks Chinese.
  { cause: 'library-missing', pattern: /"(?<library>[\w.-]+\.dll)" which is missing/i },
  // onnxruntime 18973.
  { cause: 'library-missing', pattern: /Could not load library (?<library>[\w.-]+?)\. Error/ },
  // onnxruntime 20049.
  { cause: 'library-missing', pattern: /LoadLibrary failed with error 126/ },
  // The file itself: it is there but cannot be opened when it is made for another processor.
  {
    cause: 'provider-missing',
    pattern:
      /error: (?<file>\/\S+?(?<library>libonnxruntime_providers_\w+\.so)): cannot open shared object file/,
  },
  { cause: 'no-device', pattern: /Failed to get a WebGPU adapter|No supported adapters/ },
];

const outOfMemory = rules.filter(({ cause }) => cause === 'out-of-memory');

/** In the words of CUDA, cuDNN, cuBLAS, DirectML and the runtime's arena. */
export function isOutOfMemory(text: string): boolean {
  return outOfMemory.some(({ pattern }) => pattern.test(text));
}

/** What a library of NVIDIA reported, within the place in the runtime's code where that was noticed. */
const reported = /\b(\w+ failure \d+: [^;\n]+?) ;/;

/** The runtime's own words, after where in its code they were said. */
const afterPlace = /^.*(?:\[ONNXRuntimeError\] : \d+ : \w+ : |Status Message: )/;

/** The cause that the runtime's words tell, with what they name; `unknown` with what they come down to when no rule fits. */
export function causeOf(text: string): { cause: ProviderCause; facts: ProviderFacts } {
  for (const { cause, pattern, facts } of rules) {
    const match = pattern.exec(text);
    if (match) return { cause, facts: { ...facts, ...match.groups } };
  }
  const lines = text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const line = lines.find((one) => afterPlace.test(one)) ?? lines.at(0);
  const reason = reported.exec(text)?.[1] ?? line?.replace(afterPlace, '').slice(0, 300);
  return { cause: 'unknown', facts: reason === undefined ? {} : { reason } };
}
