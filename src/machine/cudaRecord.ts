import { cudaFeedPackages } from './cudaPlatforms';

/** A library of the CUDA provider. */
export interface ProviderLibrary {
  file: string;
  /** Hexadecimal; absent where no record can be cited, and the file itself has to say its version. */
  sha256?: string;
  /** Not needed by the CUDA provider. */
  optional?: true;
}

/** An npm package that holds the provider. */
export interface ProviderPackage {
  name: string;
  version: string;
  bytes: number;
  sha256: string;
  /** As registries tell it. */
  integrity: string;
  /** Where in the package the libraries lie. */
  folder: string;
}

/** The CUDA provider for one version of onnxruntime on one platform. */
export interface CudaRecord {
  libraries: ProviderLibrary[];
  npm?: ProviderPackage;
  nuget: { id: string; version: string; folder: string };
  /** Of the provider; CUDA and cuDNN have NVIDIA's and are not brought. */
  licence: { name: string; link: string };
}

const licence = { name: 'MIT', link: 'https://github.com/microsoft/onnxruntime/blob/main/LICENSE' };

/**
 * What is known by hash, by onnxruntime's version and platform. The packages were fetched from registry.npmjs.org in November
 * 2026; their libraries are those of onnxruntime's own releases for CUDA 13, repacked.
 */
const records: Partial<Record<string, Pick<CudaRecord, 'npm' | 'libraries'>>> = {
  '1.29.0 linux-x64': {
    npm: {
      name: 'com.github.asus4.onnxruntime.linux-x64-gpu',
      version: '0.4.9',
      bytes: 179_145_956,
      sha256: '2b459e0c17f340c92970c10ed86de4f37a3009f93c14053e6ad4334cbb6be412',
      integrity:
        'sha512-FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==',
      folder: 'package/Plugins/Linux/x64',
    },
    libraries: [
      {
        file: 'libonnxruntime_providers_cuda.so',
        sha256: '56cf3254b118ad837ccc4ed8f6d1b23504bbf7ef91b34cbc0b289cb7f10b3037',
      },
      {
        file: 'libonnxruntime_providers_shared.so',
        sha256: 'c6a12593396095f5670160e284c35d1700b7708cf3037b7042e2a5200ccae772',
      },
      {
        file: 'libonnxruntime_providers_tensorrt.so',
        sha256: 'ef6071798a339038ad66c428fb1a809cf8e499bffc3b6870e4e8bc4f4c6a6320',
        optional: true,
      },
    ],
  },
  '1.29.0 win32-x64': {
    npm: {
      name: 'com.github.asus4.onnxruntime.win-x64-gpu',
      version: '0.4.9',
      bytes: 134_726_973,
      sha256: 'cbb2e2536857a61b46e18752e08d84fb920464b8a1bd5bc007da0554854704cc',
      integrity:
        'sha512-7NmfN9HPYqgjhUSxXBzcAuAI86oPldtmDDF1Ks2646YHU5E+X62fY6xKP/wfVLSUPCBib+4uo4OYnIKx8BxLNA==',
      folder: 'package/Plugins/Windows/x64',
    },
    libraries: [
      {
        file: 'onnxruntime_providers_cuda.dll',
        sha256: '9ca854c2478cfa6e7bb15dbfc91dcefb32e51533f10d304b932a169225727ec3',
      },
      {
        file: 'onnxruntime_providers_shared.dll',
        sha256: 'cbcfeb3c5b5f195f3c1dc429e016cecbc5fc17d88d79044bf8daee0f38fe1461',
      },
      {
        file: 'onnxruntime_providers_tensorrt.dll',
        sha256: '0d0bed048b563cbf2cb58142f6791d5f5f8cbe539bf000d9bce4c53d6e69af03',
        optional: true,
      },
    ],
  },
};

/** Names of the provider's libraries on a platform. */
function libraryNames(platform: string): ProviderLibrary[] {
  const name = (part: string): string =>
    platform.startsWith('win32')
      ? `onnxruntime_providers_${part}.dll`
      : `libonnxruntime_providers_${part}.so`;
  return [{ file: name('cuda') }, { file: name('shared') }, { file: name('tensorrt'), optional: true }];
}

/**
 * How the CUDA provider for a version of onnxruntime is had; undefined on platforms for which there is none. Versions without
 * a record of their own come from the feed or from a folder, and the files have to say their version.
 * @param platform such as `linux-x64`
 */
export function cudaRecord(version: string, platform: string): CudaRecord | undefined {
  const feed = cudaFeedPackages[platform];
  if (!feed) return undefined;
  const known = records[`${version} ${platform}`] ?? { libraries: libraryNames(platform) };
  return { ...known, nuget: { ...feed, version }, licence };
}
