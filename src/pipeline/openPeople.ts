import { FaceSwapError } from '../protocol/errors';
import type { FacePlace } from '../protocol/faceMap';
import type { SwapJob } from '../protocol/job';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import type { Face } from './faces/face';
import { findFaces } from './faces/find';
import type { KnownPerson } from './faces/select';
import type { FaceEmbedding } from './faces/recognizer';
import { frameAt } from './frameAt';
import type { Frame } from './image/frame';
import { fromUpright } from './image/upright';
import type { MediaInfo } from './media/mediaInfo';
import type { MediaTools } from './media/tools';

/** The people of the job's face map, recognised by their faces in the target. Throws `no-face-at-place`. */
export async function openPeople(
  job: SwapJob,
  info: MediaInfo,
  tools: MediaTools,
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<KnownPerson[]> {
  const map = job.faceMap ?? [];
  const people = map.map(({ sources }, person) => ({
    person,
    isWanted: sources.length > 0,
    faces: [] as FaceEmbedding[],
  }));
  const frames = [...new Set(map.flatMap(({ faces }) => faces.map(({ frame }) => frame)))];
  for (const number of frames.sort((a, b) => a - b)) {
    if (number >= info.frames)
      throw new FaceSwapError('no-face-at-place', { file: job.target, frame: number, frames: info.frames });
    const frame = await frameAt(info, number, tools, context.signal);
    const look = lookInto(frame, job, models);
    for (const [person, { faces }] of map.entries()) {
      for (const place of faces.filter((one) => one.frame === number)) {
        const face = await faceAt(place, info, look);
        if (!face) {
          const { x, y } = place;
          const which = info.kind === 'video' ? { frame: number } : {};
          throw new FaceSwapError('no-face-at-place', { file: job.target, ...which, x, y });
        }
        people[person].faces.push(await models.recognizer.identify(frame, face));
      }
    }
  }
  return people.map(({ faces, ...person }) => ({
    ...person,
    embeddings: () => Promise.resolve(faces),
  }));
}

type SmallFaces = SwapJob['smallFaces'];
type Look = (smallFaces: SmallFaces) => Promise<Face[]>;

/** The faces of a frame, looked for as the job does, and once more in all ways for those that are not found so. */
function lookInto(frame: Frame, { smallFaces }: SwapJob, models: OpenFaceModels): Look {
  const found = new Map<SmallFaces, Promise<Face[]>>();
  return (thorough) => {
    const how = thorough === 'always' ? thorough : smallFaces;
    const looking =
      found.get(how) ??
      findFaces(models, frame, { smallFaces: how }).then((all) => all.map(({ face }) => face));
    found.set(how, looking);
    return looking;
  };
}

/** The face whose centre is nearest to a place and not further from it than half its size. */
async function faceAt(place: FacePlace, info: MediaInfo, look: Look): Promise<Face | undefined> {
  const [x, y] = fromUpright(place.x, place.y, info.format, info.rotation);
  const away = ({ box }: Face): number =>
    Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) / Math.max(box.width, box.height);
  for (const thorough of ['auto', 'always'] as const) {
    const [nearest] = [...(await look(thorough))].sort((a, b) => away(a) - away(b));
    if ((nearest as Face | undefined) && away(nearest) < 0.5) return nearest;
  }
  return undefined;
}
