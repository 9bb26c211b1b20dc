import type { DetectedFace } from '../../src/pipeline/faces/face';
import { letterbox } from '../../src/pipeline/faces/letterbox';
import { decodeScrfd, scaleFaces, scrfdStrides, type ScrfdLevel } from '../../src/pipeline/faces/scrfd';
import { pickCentral, suppressFacefusion, suppressInsightface } from '../../src/pipeline/faces/suppress';
import type { ReferenceDetection, ReferenceDetections, ReferenceSet } from './referenceSet';
import type { Verdicts } from './verdicts';

/** Boxes, keypoints and picks from the recorded outputs of a detector, and the letterboxed pictures. */
export async function checkDetection(set: ReferenceSet, verdicts: Verdicts): Promise<void> {
  const recorded = set.record.scrfd;
  if (!recorded) return;
  for (const { input, size, file } of recorded.letterbox ?? []) {
    const { pixels } = letterbox(await set.rgb(input), size, size);
    await set.writePixels(file, pixels.width, pixels.height, 3, new Uint8Array(pixels.data));
    if (!set.has(file)) continue;
    const theirs = (await set.rgb(file)).data;
    verdicts.levels('letterbox', String(size), pixels.data, theirs, set.record.tolerances.letterbox);
  }
  const levels = await readLevels(set, recorded);
  if (!levels) return;
  const { inputSize, scoreThreshold = 0.5, nmsThreshold = 0.4 } = recorded;
  const found = decodeScrfd(levels, inputSize, scoreThreshold);
  for (const result of recorded.results ?? []) {
    const { imageWidth, imageHeight, resizedWidth, resizedHeight } = result;
    const where = `${imageWidth}×${imageHeight}`;
    if (result.insightface) {
      const scale = imageHeight / resizedHeight;
      const faces = suppressInsightface(scaleFaces(found, scale, scale), nmsThreshold);
      const { maxNum2Default } = result.insightface;
      compare(set, 'scrfd insightface', where, faces, result.insightface.detections, verdicts);
      result.insightface.detections = faces.map(toRecord);
      if (maxNum2Default) {
        const picked = pickCentral(faces, 2, { width: imageWidth, height: imageHeight });
        const rows = picked.map(toRecord).map(({ box, score }) => [...box, score]);
        const { boxPixels } = set.record.tolerances.scrfd;
        verdicts.numbers('scrfd pick of two', where, rows.flat(), maxNum2Default.flat(), boxPixels);
        result.insightface.maxNum2Default = rows;
      }
    }
    if (result.facefusion) {
      const scaled = scaleFaces(found, imageWidth / resizedWidth, imageHeight / resizedHeight);
      const faces = suppressFacefusion(scaled, nmsThreshold);
      compare(set, 'scrfd facefusion', where, faces, result.facefusion.detections, verdicts);
      result.facefusion.detections = faces.map(toRecord);
    }
  }
}

async function readLevels(
  set: ReferenceSet,
  { strides = scrfdStrides, tensors = [] }: ReferenceDetections,
): Promise<ScrfdLevel[] | undefined> {
  const levels: ScrfdLevel[] = [];
  for (const stride of strides) {
    const read = async (kind: string) => {
      const file = tensors.find(({ name }) => name === `${kind}_${stride}`)?.file;
      return set.has(file) ? set.floats(file) : undefined;
    };
    const [scores, boxes, keypoints] = [await read('score'), await read('bbox'), await read('kps')];
    if (!scores || !boxes) return undefined;
    levels.push({ stride, scores, boxes, ...(keypoints && { keypoints }) });
  }
  return levels;
}

function toRecord({ box, score, points }: DetectedFace): ReferenceDetection {
  return { box: [box.x, box.y, box.x + box.width, box.y + box.height], score, keypoints: points };
}

function compare(
  set: ReferenceSet,
  item: string,
  where: string,
  faces: readonly DetectedFace[],
  theirs: readonly ReferenceDetection[],
  verdicts: Verdicts,
): void {
  const ours = faces.map(toRecord);
  const { boxPixels, keypointPixels, score } = set.record.tolerances.scrfd;
  verdicts.equal(`${item}, count`, where, ours.length, theirs.length);
  const flat = (list: readonly ReferenceDetection[], pick: (d: ReferenceDetection) => number[]) =>
    list.flatMap(pick);
  const numbers = (name: string, most: number, pick: (d: ReferenceDetection) => number[]) =>
    verdicts.numbers(`${item}, ${name}`, where, flat(ours, pick), flat(theirs, pick), most);
  numbers('boxes', boxPixels, ({ box }) => box);
  numbers('scores', score, (d) => [d.score]);
  // A network with six outputs has none.
  if (theirs.some(({ keypoints }) => keypoints?.length))
    numbers('keypoints', keypointPixels, ({ keypoints }) => (keypoints ?? []).flat());
}
