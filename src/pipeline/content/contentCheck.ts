import { FaceSwapError } from '../../protocol/errors';
import type { ContentSensitivity } from '../../protocol/content';
import { pictureSize } from '../image/crop';
import type { Square } from '../image/crop';
import type { Frame } from '../image/frame';
import type { FrameSource } from '../image/region';
import type { Box } from '../faces/face';
import type { ContentClassifier } from './classifier';
import {
  contentLimits,
  isNearLimit,
  isRaised,
  minorRefusal,
  refusalOf,
  type ContentLimits,
  type ContentSample,
  type Refusal,
} from './decision';
import { lookAt, type Look } from './look';
import { contentRegions, photoRegions, regionsInTurn } from './regions';

/** What the check sees with. */
export interface ContentEyes {
  classifier: ContentClassifier;
  /** Estimated ages of the people in a picture; asked for only when its score is raised. */
  agesIn(picture: FrameSource): Promise<number[]>;
  /** The same of the people in the sources. */
  sourceAges(): Promise<number[]>;
}

interface KnownFace {
  box: Box;
  pose: { roll: number };
}

/** A frame of the target, as the tracker hands it on. */
interface SceneFrame {
  frame: Frame;
  faces: readonly KnownFace[];
  startsScene: boolean;
}

/** No two looks at a video lie further apart than this. */
const secondsBetween = 1;

/** Looks at the sources and the target of one job. Every method throws `content-refused` as soon as it has seen enough. */
export class ContentCheck {
  private readonly limits: ContentLimits;
  /** Looks at the target that came near a limit. */
  private readonly suspects: ContentSample[] = [];
  private lookedAt = -Infinity;
  /** Whether nothing was doubtful in the last look at the target's frames in order, and the person it ended with. */
  private isCalm = false;
  private lastPerson: Square | undefined;
  private looks = 0;
  private highest = 0;

  constructor(
    sensitivity: ContentSensitivity,
    private readonly target: { file: string; rotation: number },
    private readonly eyes: ContentEyes,
  ) {
    this.limits = contentLimits[sensitivity];
  }

  /** For the log. */
  get summary(): string {
    const { looks, highest, limits } = this;
    return `Content check: ${looks} looks, highest score ${highest.toFixed(2)}, limit ${limits.repeated}`;
  }

  /** The first frame of the target comes next; what was seen of it ahead, or on another way through it, does not count twice. */
  begin(): void {
    this.suspects.length = 0;
    this.lookedAt = -Infinity;
    this.isCalm = false;
  }

  /** What it remembers of the target so far, to go on after an interruption. */
  snapshot(): string {
    return JSON.stringify({ suspects: this.suspects, lookedAt: this.lookedAt });
  }

  /** In place of `begin`, when the next frame is not the first one. */
  restore(snapshot: string): void {
    const { suspects, lookedAt } = JSON.parse(snapshot) as { suspects: ContentSample[]; lookedAt: number };
    this.suspects.splice(0, this.suspects.length, ...suspects);
    this.lookedAt = lookedAt;
    this.isCalm = false;
  }

  /** A picture whose faces are not known yet. */
  async photo(file: string, picture: FrameSource): Promise<void> {
    const sample = await this.look(picture, photoRegions(pictureSize(picture), 0));
    await this.judge(file, [sample], sample, picture);
  }

  /** Whether a frame from anywhere in the target calls for a closer look; a quick one, at the picture as a whole. */
  async isSuspect(frame: Frame): Promise<boolean> {
    const sample = await this.look(frame, contentRegions(frame.format, this.target.rotation, []));
    return isNearLimit(sample, this.limits) || isRaised(sample, this.limits);
  }

  /** A frame from somewhere in the target, ahead of all others, or the target itself, when it is a picture. */
  async glance(frame: Frame, seconds?: number): Promise<void> {
    const sample = await this.look(frame, photoRegions(frame.format, this.target.rotation), seconds);
    await this.judgeTarget(sample, frame);
  }

  /** The target with its faces, when it is a picture. */
  async still(picture: Frame, faces: readonly KnownFace[]): Promise<void> {
    this.begin();
    await this.judgeTarget(await this.look(picture, this.regions(picture, faces)), picture);
  }

  /**
   * Whether the next frame of the target, in order, is to be looked at: when it starts a scene, or when the following one would come
   * later than a second after the last look.
   */
  isDue({ startsScene }: Pick<SceneFrame, 'startsScene'>, nextSeconds: number): boolean {
    return startsScene || nextSeconds - this.lookedAt > secondsBetween;
  }

  /** A frame of the target that is due. While a scene goes on and nothing in it is doubtful, people are looked at in turns. */
  async frame({ frame, faces, startsScene }: SceneFrame, seconds: number): Promise<void> {
    this.lookedAt = seconds;
    const all = this.regions(frame, faces);
    const regions = this.isCalm && !startsScene ? regionsInTurn(all, this.lastPerson) : all;
    this.lastPerson = regions.slice(1).at(-1);
    const look = await this.look(frame, regions, seconds);
    this.isCalm = !look.isDoubtful;
    await this.judgeTarget(look, frame);
  }

  private regions(frame: Frame, faces: readonly KnownFace[]): Square[] {
    const known = faces.map(({ box, pose }) => ({ box, roll: pose.roll }));
    return contentRegions(frame.format, this.target.rotation, known);
  }

  private async look(picture: FrameSource, regions: readonly Square[], seconds?: number): Promise<Look> {
    const sample = await lookAt(this.eyes.classifier, picture, regions, seconds);
    this.looks++;
    this.highest = Math.max(this.highest, sample.explicit);
    return sample;
  }

  private async judgeTarget(sample: ContentSample, picture: FrameSource): Promise<void> {
    if (isNearLimit(sample, this.limits)) this.suspects.push(sample);
    await this.judge(this.target.file, this.suspects, sample, picture);
  }

  private async judge(
    file: string,
    samples: readonly ContentSample[],
    sample: ContentSample,
    picture: FrameSource,
  ): Promise<void> {
    const { limits, eyes } = this;
    if (isRaised(sample, limits)) {
      const ages = [...(await eyes.agesIn(picture)), ...(await eyes.sourceAges())];
      const refusal = minorRefusal(sample, ages, limits);
      if (refusal) throw refused(file, refusal);
    }
    const refusal = refusalOf(samples, limits);
    if (refusal) throw refused(file, refusal);
  }
}

function refused(file: string, { why, samples, score, limit }: Refusal): FaceSwapError {
  const times = samples.flatMap(({ seconds }) => (seconds === undefined ? [] : [clock(seconds)]));
  return new FaceSwapError('content-refused', {
    file,
    why,
    score: Number(score.toFixed(2)),
    limit,
    ...(times.length > 0 && { times: times.join(', ') }),
  });
}

/** Minutes and seconds; tenths tell neighbouring looks apart. */
function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - 60 * minutes).toFixed(1).padStart(4, '0')}`;
}
