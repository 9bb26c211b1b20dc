import type { Json } from '../src/protocol/check';
import type { AnalysisMessage, DocumentChange, JobView, RunView, SettingField } from '../src/protocol/panel';
import type { PhotoReport } from '../src/protocol/analysis';
import { send } from './panelHost';
import { groupsOf, type Group } from './peopleModel';

/** What the host has told last; every section of the panel shows a part of it. */
export const model: {
  job: JobView | undefined;
  fields: SettingField[];
  /** By the path as the job file writes it. */
  photos: Map<string, { report?: PhotoReport; problem?: string }>;
  analysis: AnalysisMessage;
  run: RunView | undefined;
} = {
  job: undefined,
  fields: [],
  photos: new Map(),
  analysis: { type: 'analysis', state: 'idle', done: 0, message: '' },
  run: undefined,
};

/** Frames of the target; 0 while unknown. */
export const frameCount = (): number => model.analysis.facts?.frames ?? 0;
/** 0 for a picture, and while unknown. */
export const frameRate = (): number => model.analysis.facts?.fps ?? 0;
export const secondsOf = (frame: number): number => (frameRate() > 0 ? frame / frameRate() : 0);

/** A setting as it counts for this job. */
export function setting(name: string): Json {
  const own = model.job?.settings[name];
  return own ?? model.fields.find((field) => field.name === name)?.inherited ?? null;
}

export function groups(): Group[] {
  const { job, analysis } = model;
  const count = (name: string): number => Number(setting(name) ?? 0);
  return groupsOf(analysis.analysis, job?.people ?? [], {
    sources: job?.sources ?? [],
    manyFaces: setting('manyFaces') === true,
    referenceFrame: count('referenceFrameNumber'),
    referencePosition: count('referenceFacePosition'),
  });
}

export const change = (...changes: DocumentChange[]): void => send({ type: 'set', changes });

/** Whether the target has turned out to be nothing that can be shown. */
export const isUnreadable = (): boolean =>
  model.analysis.state === 'failed' && model.analysis.facts === undefined;

/** Whether the job is under way in some form. */
export const isRunning = (): boolean =>
  model.run !== undefined && ['waiting', 'running', 'paused'].includes(model.run.state);
