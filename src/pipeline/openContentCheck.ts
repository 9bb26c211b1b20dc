import { findModel } from '../models';
import { defaultExecution, type SwapJob } from '../protocol/job';
import { BuiltInClassifier } from './content/classifier';
import { ContentCheck, type ContentEyes } from './content/contentCheck';
import type { PipelineContext } from './context';
import { openFaceModels, type OpenFaceModels } from './faceModels';
import { findFaces } from './faces/find';
import type { FrameSource } from './image/region';
import { frameAt } from './frameAt';
import { openSession } from './inference/session';
import { throwIfCancelled } from './media/childProcess';
import { readImage, readRgb } from './media/images';
import { keyFrameNear } from './media/keyFrame';
import { secondsOf, type MediaInfo } from './media/mediaInfo';
import type { MediaTools } from './media/tools';

/** What of a job the check is about. */
export type CheckedJob = Pick<SwapJob, 'sources' | 'faceMap' | 'target' | 'contentSensitivity'>;

export interface OpenContentCheck {
  check: ContentCheck;
  close(): Promise<void>;
}

/** On the CPU always, so that it takes none of the memory that processors want. */
const execution = { ...defaultExecution, providers: ['cpu' as const] };

/** One look ahead for so many seconds of a video, none for a shorter one, and no more than `mostGlances`. */
const secondsPerGlance = 10;
const mostGlances = 60;

/**
 * The content check of a job, with its sources looked at already. Everything that swaps faces opens one, and shows it each picture
 * before it is changed. Throws `content-refused`, and what opening models and reading photos throws.
 */
export async function openContentCheck(
  job: CheckedJob,
  info: Pick<MediaInfo, 'rotation'>,
  { signal }: Pick<PipelineContext, 'signal'>,
): Promise<OpenContentCheck> {
  const ofPeople = (job.faceMap ?? []).flatMap((person) => person.sources.map(({ file }) => file));
  const sources = [...new Set([...job.sources, ...ofPeople])];
  const classifier = await BuiltInClassifier.open(async (id) =>
    openSession((await findModel(id)).path, { ...execution, known: true }),
  );
  const eyes = new AgeEyes(sources);
  const close = async () => {
    await classifier.close();
    await eyes.close();
  };
  try {
    const target = { file: job.target, rotation: info.rotation };
    const check = new ContentCheck(job.contentSensitivity ?? 'standard', target, {
      classifier,
      agesIn: (picture) => eyes.agesIn(picture),
      sourceAges: () => eyes.sourceAges(),
    });
    for (const file of sources) {
      throwIfCancelled(signal);
      await check.photo(file, await readRgb(file));
    }
    return { check, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Looks at a picture, or into a video here and there, which costs a moment even for a long film: what is plain to see need not
 * wait until the job comes to it. Throws `content-refused` or `cancelled`.
 */
export async function glanceAhead(
  check: ContentCheck,
  info: MediaInfo,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<void> {
  if (info.kind === 'image') return check.glance(await readImage(info));
  const { durationSeconds } = info;
  const count = Math.min(mostGlances, Math.floor(durationSeconds / secondsPerGlance));
  const decode = (i: number) =>
    i < count
      ? keyFrameNear(info, ((i + 0.5) / count) * durationSeconds, tools, signal)
      : Promise.resolve(undefined);
  let coming = decode(0);
  try {
    for (let i = 0; i < count; i++) {
      const nearby = await coming;
      // While one is looked at, the next one is decoded.
      coming = decode(i + 1);
      if (!nearby || !(await check.isSuspect(nearby))) continue;
      // What is refused is a frame whose time is known.
      const index = Math.floor(((i + 0.5) / count) * info.frames);
      await check.glance(await frameAt(info, index, tools, signal), secondsOf(info, index));
    }
  } finally {
    await coming.catch(() => undefined);
  }
}

/** Estimates ages with the built-in models, which are opened when a score is raised and not before. */
class AgeEyes implements Pick<ContentEyes, 'agesIn' | 'sourceAges'> {
  private opening: Promise<OpenFaceModels> | undefined;
  private known: Promise<number[]> | undefined;

  constructor(private readonly sources: readonly string[]) {}

  async agesIn(picture: FrameSource): Promise<number[]> {
    const models = await (this.opening ??= openFaceModels(execution, () => undefined));
    const ages: number[] = [];
    for (const { face } of await findFaces(models, picture, { smallFaces: 'auto', stopWhenSure: true })) {
      const { age } = await models.recognizer.identify(picture, face);
      if (age !== undefined) ages.push(age);
    }
    return ages;
  }

  sourceAges(): Promise<number[]> {
    return (this.known ??= this.look());
  }

  private async look(): Promise<number[]> {
    const ages: number[] = [];
    for (const file of this.sources) ages.push(...(await this.agesIn(await readRgb(file))));
    return ages;
  }

  async close(): Promise<void> {
    await (await this.opening?.catch(() => undefined))?.close();
  }
}
