import type { ContentSensitivity } from '../../protocol/content';

/** What the classifier says of one region, each 0–1; together 1. */
export interface ContentClasses {
  drawing: number;
  hentai: number;
  neutral: number;
  porn: number;
  sexy: number;
}

/** How far a view has come to being doubtful, which it is from 1 on. */
export function doubtOf({ porn, sexy, hentai }: ContentClasses): number {
  return Math.max(porn / 0.2, (porn + sexy) / 0.4, hentai / 0.8);
}

/** From here on a region is looked at again in altered views: what one crop seems to show, the next one often denies. */
export function isDoubtful(classes: ContentClasses): boolean {
  return doubtOf(classes) >= 1;
}

/**
 * Whether a view may be doubtful of which the quick network says this. Of 293 doubtful views of ordinary pictures it has said 0.74 at
 * the least (docs/content-check.md).
 */
export function mayBeDoubtful(near: ContentClasses): boolean {
  return doubtOf(near) >= 0.5;
}

/** What several views of one region say together. */
export function meanOf(views: readonly ContentClasses[]): ContentClasses {
  const mean = (name: keyof ContentClasses) =>
    views.reduce((sum, classes) => sum + classes[name], 0) / views.length;
  return {
    drawing: mean('drawing'),
    hentai: mean('hentai'),
    neutral: mean('neutral'),
    porn: mean('porn'),
    sexy: mean('sexy'),
  };
}

/** One look: a picture, or a frame of a video, with the highest scores of its regions. */
export interface ContentSample {
  /** Seconds from the beginning; absent for a picture. */
  seconds?: number;
  /** That it is a photograph of sexual acts or parts, 0–1. */
  explicit: number;
  /** That it is a photograph with anything sexual, swimwear and poses included, 0–1. */
  suggestive: number;
  /** That it is such a drawing, 0–1. Smooth or retouched photos come high as well. */
  drawn: number;
}

/** Limits, chosen on the ordinary photos of docs/content-check.md. */
export interface ContentLimits {
  /** One sample this explicit is enough. */
  single: number;
  /** Of samples this explicit it takes `several`: one frame may mislead, a scene hardly does. */
  repeated: number;
  several: number;
  /** The same for drawings, for which photos are often taken. */
  drawn: number;
  /** From here on the suggestive score, which is never below the explicit one, counts as raised, and ages are looked at. */
  raised: number;
}

export const contentLimits: Record<ContentSensitivity, ContentLimits> = {
  standard: {
    single: 0.92,
    repeated: 0.85,
    several: 2,
    drawn: 0.97,
    raised: 0.75,
  },
  strict: {
    single: 0.88,
    repeated: 0.75,
    several: 2,
    drawn: 0.95,
    raised: 0.65,
  },
};

/**
 * People who look younger than this count as minors: eighteen years, and a margin for the error of the estimate. Of the 22 grown-ups
 * of the photos in docs/content-check.md, one is taken for younger than this.
 */
export const minorBelow = 22;

/** Why something is refused, and on which samples. */
export interface Refusal {
  why: 'explicit' | 'minor';
  samples: ContentSample[];
  /** The highest of the samples, of the kind that `limit` is about. */
  score: number;
  limit: number;
}

/** The sample that a list of regions makes. */
export function sampleOf(regions: readonly ContentClasses[], seconds?: number): ContentSample {
  const highest = (score: (classes: ContentClasses) => number) => Math.max(0, ...regions.map(score));
  return {
    ...(seconds !== undefined && { seconds }),
    explicit: highest(({ porn }) => porn),
    suggestive: highest(({ porn, sexy }) => porn + sexy),
    drawn: highest(({ hentai }) => hentai),
  };
}

/** Whether the ages of the people in it matter. */
export function isRaised(sample: ContentSample, limits: ContentLimits): boolean {
  return sample.suggestive >= limits.raised;
}

/** Looks at all samples of one file so far. */
export function refusalOf(samples: readonly ContentSample[], limits: ContentLimits): Refusal | undefined {
  const over = samples.filter((sample) => isNearLimit(sample, limits));
  const refusal = (kind: 'explicit' | 'drawn', limit: number, enough: number): Refusal | undefined => {
    const clear = over.filter((sample) => sample[kind] >= limit);
    const score = Math.max(...clear.map((sample) => sample[kind]));
    return clear.length >= enough ? { why: 'explicit', samples: clear, score, limit } : undefined;
  };
  return (
    refusal('explicit', limits.single, 1) ??
    refusal('drawn', limits.drawn, 1) ??
    refusal('explicit', limits.repeated, limits.several)
  );
}

/** Whether a sample has to be remembered for those that follow. */
export function isNearLimit({ explicit, drawn }: ContentSample, limits: ContentLimits): boolean {
  return explicit >= limits.repeated || drawn >= limits.drawn;
}

/** A raised score together with somebody who may be a minor, whether in the picture or in a source. */
export function minorRefusal(
  sample: ContentSample,
  ages: readonly number[],
  limits: ContentLimits,
): Refusal | undefined {
  if (!isRaised(sample, limits) || !ages.some((age) => age < minorBelow)) return undefined;
  return { why: 'minor', samples: [sample], score: sample.suggestive, limit: limits.raised };
}
