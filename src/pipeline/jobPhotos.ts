import type { SourcePhoto } from '../protocol/faceMap';
import type { SwapJob } from '../protocol/job';

/** Photos of one new face, and who gets it: a person of the face map, or, without a number, whoever that does not name. */
export interface NewFace {
  person?: number;
  photos: SourcePhoto[];
}

/** The new faces of a job; people who stay as they are have none. */
export function newFacesOf({ sources, sourceFaces = {}, faceMap = [] }: SwapJob): NewFace[] {
  const photos = sources.map((file): SourcePhoto =>
    Object.hasOwn(sourceFaces, file) ? { file, face: sourceFaces[file] } : { file },
  );
  const faces = [{ photos }, ...faceMap.map((one, person) => ({ person, photos: one.sources }))];
  return faces.filter((face) => face.photos.length > 0);
}

/** The files of all photos of a job, each once. */
export function photoFilesOf(job: SwapJob): string[] {
  return [...new Set(newFacesOf(job).flatMap(({ photos }) => photos.map(({ file }) => file)))];
}
