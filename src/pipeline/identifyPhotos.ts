import { FaceSwapError } from '../protocol/errors';
import type { SourcePhoto } from '../protocol/faceMap';
import type { SwapJob } from '../protocol/job';
import { photoAdvice, photoHintText } from '../protocol/photoHintText';
import { photoHints } from './analysis/photoHints';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import { identifySource, type SourceFace } from './faces/identify';
import type { RgbImage } from './image/region';
import { newFacesOf } from './jobPhotos';
import { readRgb } from './media/images';

/** A photo with the face that is meant. */
export interface IdentifiedPhoto extends SourceFace {
  image: RgbImage;
}

/** A new face in all its photos, and the person of the face map who gets it; none for everybody else. */
export interface IdentifiedFace {
  person?: number;
  photos: IdentifiedPhoto[];
}

/** Finds the new faces of a job in their photos, each of which is looked at once. Throws `no-source-face` and what reading throws. */
export async function identifyPhotos(
  job: SwapJob,
  models: OpenFaceModels,
  { onLog }: PipelineContext,
): Promise<IdentifiedFace[]> {
  const looked = new Map<string, { image: RgbImage; faces: SourceFace[] }>();
  const identify = async ({ file, face }: SourcePhoto): Promise<IdentifiedPhoto> => {
    if (!looked.has(file)) {
      const image = await readRgb(file);
      looked.set(file, { image, faces: await identifySource(models, image, file, 'leftmost') });
    }
    const { image, faces } = looked.get(file)!;
    const source = face === undefined ? largestOf(faces) : faces.at(face);
    if (!source) throw new FaceSwapError('no-source-face', { file, position: face, faces: faces.length });
    const { width, height } = source.face.box;
    const which = face === undefined ? 'the largest' : `number ${face} from the left`;
    const more = faces.length > 1 ? `, ${which} of ${faces.length} faces` : '';
    onLog(
      'info',
      `Source ${file}: face of ${width.toFixed(0)}×${height.toFixed(0)} px${more}, yaw ${source.face.pose.yaw.toFixed(0)}°, sharpness ${source.sharpness.toFixed(2)}`,
    );
    return { ...source, image };
  };
  const identified: IdentifiedFace[] = [];
  for (const { person, photos: files } of newFacesOf(job)) {
    const photos: IdentifiedPhoto[] = [];
    for (const file of files) {
      const photo = await identify(file);
      photos.push(photo);
      for (const hint of photoHints(photo.image, photo)) {
        // Beside others it is there for the frames in which the target is turned away as well.
        if (hint === 'turned-away' && files.length > 1) continue;
        onLog('warn', `Source ${file.file}: ${photoHintText(hint)}. ${photoAdvice(hint)}`);
      }
    }
    identified.push({ ...(person !== undefined && { person }), photos });
  }
  return identified;
}

const area = ({ face: { box } }: SourceFace): number => box.width * box.height;
const largestOf = (faces: SourceFace[]): SourceFace =>
  faces.reduce((best, one) => (area(one) > area(best) ? one : best));
