import { createFrame, type FrameFormat } from '../src/pipeline/image/frame';
import { createMeshSwapper } from '../src/pipeline/processors/faceSwapper/meshSwapper';
import { groupPhoto, loadRgb } from '../test/support/facePhotos';
import { filmPhoto, project, type View } from '../test/support/movingPhoto';
import { asSource, findPhotoFaces } from '../test/support/swapPhotos';

const faceWidth = 400;
const rounds = 60;
const format: FrameFormat = { width: 1920, height: 1080, sampling: '420', matrix: 'bt709', range: 'limited' };

/**
 * What the built-in face_swapper does with the pixels of one face, landmarks given, in ms of CPU time: the least and the
 * middle of many rounds.
 */
export async function measureFace(): Promise<{ least: number; middle: number }> {
  const target = await findPhotoFaces(await loadRgb(groupPhoto(3)));
  const source = await findPhotoFaces(await loadRgb(groupPhoto(5)));
  const [face] = target.faces;
  const { box } = face;
  const zoom = faceWidth / box.width;
  const view: View = { x: box.x + box.width / 2, y: box.y + box.height / 2, zoom };
  const landmarks = face.landmarks.slice();
  for (let i = 0; i < landmarks.length; i += 3) {
    [landmarks[i], landmarks[i + 1]] = project(view, face.landmarks[i], face.landmarks[i + 1], format);
    landmarks[i + 2] *= zoom;
  }
  const film = filmPhoto(target.image, view, 0, format);
  const swapper = createMeshSwapper([asSource(source)]);
  const times: number[] = [];
  for (let n = 0; n <= rounds; n++) {
    const frame = createFrame(format, film.data.slice());
    const before = process.cpuUsage();
    await swapper.process(frame, [{ ...face, landmarks }]);
    const { user, system } = process.cpuUsage(before);
    // The first round prepares the source as well.
    if (n > 0) times.push((user + system) / 1000);
  }
  await swapper.close();
  times.sort((a, b) => a - b);
  return { least: times[0], middle: times[rounds >> 1] };
}
