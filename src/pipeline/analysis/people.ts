import type { AnalysedPerson, AnalysedTrack } from '../../protocol/analysis';
import { faceDistance } from '../faces/recognizer';
import { cluster } from './cluster';
import { joinSpans, lengthOf, overlaps } from './spans';
import { encodeThumbnail } from './thumbnail';
import type { SeenTrack } from './trackViews';

/**
 * Mean distance of embeddings under which tracks show one person, on roop's scale. Measured on 22 faces of group photos as they are,
 * darker, brighter, blurred, smaller, mirrored, tinted and grey: 99 % of the pairs of one face differ by less than 0.64, the nearest
 * two people by 0.88.
 */
const SAME_PERSON = 0.75;

/** The people that tracks show, those seen longest first. Two tracks that are seen at one time are never one person. */
export async function peopleOf(
  tracks: readonly SeenTrack[],
): Promise<{ people: AnalysedPerson[]; tracks: AnalysedTrack[] }> {
  const embeddings = tracks.map(({ embedding }) => embedding);
  const distance = (a: number, b: number): number =>
    overlaps(tracks[a].span, tracks[b].span) ? Infinity : faceDistance(embeddings[a], embeddings[b]);
  const groups = cluster(tracks.length, distance, SAME_PERSON)
    .map((members) => {
      const group = members.map((i) => tracks[i]);
      return { members, group, spans: joinSpans(group.map(({ span }) => span)) };
    })
    .sort((a, b) => lengthOf(b.spans) - lengthOf(a.spans));
  const people: AnalysedPerson[] = [];
  for (const { group, spans } of groups) {
    const views = group.map((track) => track.views[0]).sort((a, b) => b.quality - a.quality);
    const thumbnail = await encodeThumbnail(views[0].thumbnail);
    people.push({ thumbnail, faces: views.map(({ place }) => place), spans });
  }
  const personOf = new Map(groups.flatMap(({ members }, person) => members.map((i) => [i, person])));
  return {
    people,
    tracks: tracks.map(({ id, span, confidence, views: [{ place }] }, i) => ({
      id,
      person: personOf.get(i)!,
      span,
      place,
      confidence,
    })),
  };
}
