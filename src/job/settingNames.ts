import { contributes } from '../../package.json';

interface Setting {
  scope: string;
  default: unknown;
}

const declared = new Map<string, Setting>(
  contributes.configuration.flatMap(({ properties }) => Object.entries<Setting>(properties)),
);

/** Decide about programs of this extension rather than about one job. */
const notOfJobs = new Set(['maxConcurrentJobs', 'onGpuUnavailable']);

/** The default of `faceSwap.<name>` as the manifest declares it; undefined where there is no such setting. */
export function defaultSetting(name: string): unknown {
  return declared.get(`faceSwap.${name}`)?.default;
}

/**
 * Whether a job file may hold the setting: a document from somewhere must not name programs or folders of this machine, which
 * is what settings of scope `machine` do.
 */
export function mayBeInJobFile(name: string): boolean {
  const setting = declared.get(`faceSwap.${name}`);
  return setting !== undefined && setting.scope !== 'machine' && !notOfJobs.has(name);
}

/** All settings that a job file may hold. */
export const jobSettingNames = (): string[] =>
  [...declared.keys()].map((name) => name.replace(/^faceSwap\./, '')).filter(mayBeInJobFile);
