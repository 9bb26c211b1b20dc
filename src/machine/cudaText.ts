import { withoutPackage } from '../protocol/providerText';
import type { CudaLibraries } from './cudaLibraries';
import type { CudaStatus } from './cudaRuntime';

/** What is installed and what is missing, in lines for people. */
export function cudaLines(status: CudaStatus): string[] {
  const { version, state, runtime, source, damage, libraries, outdated, unfinishedBytes } = status;
  const lines = [
    ...stateLines(version, state, { runtime, source, damage }),
    ...(libraries ? libraryLines(libraries) : []),
  ];
  for (const folder of outdated) lines.push(`For another version of onnxruntime, used by nobody: ${folder}`);
  if (unfinishedBytes > 0)
    lines.push(
      `An unfinished download of ${Math.ceil(unfinishedBytes / 1e6)} MB is kept; the next install goes on from there.`,
    );
  return lines;
}

function stateLines(
  version: string,
  state: CudaStatus['state'],
  facts: { runtime: string | undefined; source: string | undefined; damage: string | undefined },
): string[] {
  const { runtime = '', source = 'an unknown source', damage = '' } = facts;
  switch (state) {
    case 'unsupported':
      return [
        `onnxruntime ${version} has no CUDA provider for this platform; other execution providers are used.`,
      ];
    case 'absent':
      return [
        `The CUDA provider for onnxruntime ${version} is not installed; install it with “face-swap cuda install”.`,
      ];
    case 'damaged':
      return [
        `✗ The CUDA provider in ${runtime} is damaged (${damage}); install it again with “face-swap cuda install”.`,
      ];
    default:
      return [`✓ CUDA provider for onnxruntime ${version}, from ${source}: ${runtime}`];
  }
}

/** Found and missing libraries, then the commands that bring those. */
export function libraryLines({ cuda, found, missing, others, commands }: CudaLibraries): string[] {
  const lines = found.map(
    ({ name, from, file, version }) =>
      `✓ ${name}${version === undefined ? '' : ` ${version}`} (${from}): ${file}`,
  );
  for (const { name, package: brings } of missing) lines.push(`✗ ${name} is missing: ${brings.name}`);
  if (missing.length === 0) return [...lines, `Everything that CUDA ${cuda} needs is there.`];
  for (const name of others) lines.push(`→ Install ${withoutPackage(name)}.`);
  commands.forEach((command, i) => lines.push(`${i === 0 ? '→' : '  or:'} ${command}`));
  return lines;
}
