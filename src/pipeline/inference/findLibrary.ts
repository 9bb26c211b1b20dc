import { cudaFolders } from '../../machine/cudaFolders';
import { thisMachine, type Surroundings } from '../../machine/surroundings';

/**
 * Looks for a library in the usual places: the folder of that very file, else the versions of it that are there instead, by the
 * number in their names.
 */
export function findLibrary(
  library: string,
  machine: Surroundings = thisMachine(),
): { folder?: string; otherVersions: string[] } {
  const stem = /^(.*?)(\.so\b|64_\d+\.dll$|\.dll$)/i.exec(library)?.[1] ?? library;
  const version = new RegExp(`^${stem.replace(/[.+]/g, '\\$&')}(?:\\.so\\.(\\d+)|64_(\\d+)\\.dll)$`, 'i');
  const others = new Set<string>();
  for (const { folder } of cudaFolders(machine)) {
    for (const name of machine.list(folder)) {
      if (name === library) return { folder, otherVersions: [] };
      const match = version.exec(name);
      if (match) others.add(match.slice(1).find((digits) => digits)!);
    }
  }
  return { otherVersions: [...others].sort() };
}
