import type { AnalysedTrack, FrameSpan, TargetAnalysis } from '../src/protocol/analysis';
import type { FacePlace } from '../src/protocol/faceMap';
import type { JobPerson, JobSource } from '../src/protocol/jobFile';

/** A person as the panel shows it: what the job file says about somebody, with what has been found in the target. */
export interface Group {
  /** Empty when nobody named the person. */
  name: string;
  faces: FacePlace[];
  sources: JobSource[];
  /** In the order of their first frames; empty before the target has been looked at. */
  tracks: AnalysedTrack[];
  /** JPEGs of the people found who are part of this one. */
  thumbnails: string[];
}

/** What decides whose face people get while the job names nobody. */
export interface Selection {
  sources: JobSource[];
  manyFaces: boolean;
  referenceFrame: number;
  referencePosition: number;
}

/**
 * The people of a target. While the job file names none they are those that were found, and get what the selection gives them;
 * otherwise they are those of the file, followed by found ones that the file has nothing about, who are left as they are.
 */
export function groupsOf(
  analysis: TargetAnalysis | undefined,
  people: readonly JobPerson[],
  selection: Selection,
): Group[] {
  if (people.length === 0) return analysis ? foundGroups(analysis, selection) : [];
  const groups = people.map(({ name = '', faces, sources }): Group => {
    return { name, faces, sources, tracks: [], thumbnails: [] };
  });
  if (!analysis) return groups;
  for (const found of foundGroups(analysis, selection)) {
    const rest: AnalysedTrack[] = [];
    for (const track of found.tracks) {
      const owner =
        groups.find(({ faces }) => faces.some((face) => isSame(face, track.place))) ??
        groups.find(({ faces }) =>
          faces.some((face) => found.tracks.some(({ place }) => isSame(face, place))),
        );
      if (owner) owner.tracks.push(track);
      else rest.push(track);
      if (owner && !owner.thumbnails.includes(found.thumbnails[0]))
        owner.thumbnails.push(found.thumbnails[0]);
    }
    if (rest.length > 0) groups.push({ ...found, tracks: rest, sources: [] });
  }
  return groups;
}

/** Two results of one measurement, one of which has been through a file. */
const isSame = (a: FacePlace, b: FacePlace): boolean =>
  a.frame === b.frame && Math.abs(a.x - b.x) < 1.5 && Math.abs(a.y - b.y) < 1.5;

function foundGroups({ people, tracks }: TargetAnalysis, selection: Selection): Group[] {
  const reference = referencePerson(tracks, selection);
  return people.map(({ thumbnail, faces }, person) => ({
    name: '',
    faces: faces.slice(0, 1),
    sources: selection.manyFaces || person === reference ? selection.sources : [],
    tracks: tracks.filter((track) => track.person === person).sort((a, b) => a.span[0] - b.span[0]),
    thumbnails: [thumbnail],
  }));
}

/** Whom the reference face shows: the n-th from the left among those seen in its frame; the first one found where nobody is. */
function referencePerson(tracks: readonly AnalysedTrack[], selection: Selection): number {
  const { referenceFrame, referencePosition } = selection;
  const seen = tracks
    .filter(({ span: [first, last] }) => first <= referenceFrame && referenceFrame <= last)
    .sort((a, b) => a.place.x - b.place.x);
  return (seen.at(referencePosition) ?? seen.at(0) ?? tracks.at(0))?.person ?? 0;
}

/** Groups as the job file keeps them. */
export const toPeople = (groups: readonly Group[]): JobPerson[] =>
  groups.map(({ name, faces, sources }) => ({
    ...(name !== '' && { name }),
    faces: faces.map(rounded),
    sources,
  }));

const rounded = ({ frame, x, y }: FacePlace): FacePlace => ({ frame, x: Math.round(x), y: Math.round(y) });

export const assigned = (groups: readonly Group[], index: number, sources: JobSource[]): Group[] =>
  groups.map((group, i) => (i === index ? { ...group, sources } : group));

export const named = (groups: readonly Group[], index: number, name: string): Group[] =>
  groups.map((group, i) => (i === index ? { ...group, name } : group));

/** Makes one person of two: the one at `into` keeps its name and its photos. */
export function merged(groups: readonly Group[], into: number, other: number): Group[] {
  const [kept, taken] = [groups[into], groups[other]];
  const one: Group = {
    ...kept,
    name: kept.name === '' ? taken.name : kept.name,
    faces: [...kept.faces, ...taken.faces],
    tracks: [...kept.tracks, ...taken.tracks].sort((a, b) => a.span[0] - b.span[0]),
    thumbnails: [...kept.thumbnails, ...taken.thumbnails],
  };
  return groups.flatMap((group, i) => (i === other ? [] : [i === into ? one : group]));
}

/** Makes the appearances with these ids a person of their own, who is left as it is; both name all of their appearances. */
export function split(groups: readonly Group[], index: number, ids: ReadonlySet<number>): Group[] {
  const group = groups[index];
  const off = group.tracks.filter(({ id }) => ids.has(id));
  const stay = group.tracks.filter(({ id }) => !ids.has(id));
  if (off.length === 0 || stay.length === 0) return [...groups];
  const faces = (tracks: AnalysedTrack[]): FacePlace[] => tracks.map(({ place }) => place);
  return groups.flatMap((one, i) =>
    i === index
      ? [
          { ...one, faces: faces(stay), tracks: stay },
          { ...one, name: '', faces: faces(off), tracks: off, sources: [] },
        ]
      : [one],
  );
}

/** How many frames somebody is seen in. */
export const framesSeen = (tracks: readonly AnalysedTrack[]): number =>
  joined(tracks.map(({ span }) => span)).reduce((sum, [first, last]) => sum + last - first + 1, 0);

/** Spans that overlap or touch become one. */
export function joined(spans: readonly FrameSpan[]): FrameSpan[] {
  const result: FrameSpan[] = [];
  for (const [first, last] of [...spans].sort((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}
