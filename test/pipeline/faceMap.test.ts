import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import sharp from 'sharp';
import { swapVideo } from '../../src/pipeline';
import { findFaces } from '../../src/pipeline/faces/find';
import { faceDistance, type FaceEmbedding } from '../../src/pipeline/faces/recognizer';
import { FaceSwapError } from '../../src/protocol/errors';
import type { PersonAssignment } from '../../src/protocol/faceMap';
import {
  defaultEncoding,
  defaultExecution,
  defaultSelection,
  type MemoryStrategy,
  type SwapJob,
} from '../../src/protocol/job';
import { defaultProcessing } from '../../src/protocol/processing';
import { clipTools } from '../support/clips';
import { faceModels } from '../support/faceModels';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { frameHashes } from '../support/frameHashes';
import { meshJob, quietContext } from '../support/meshJob';
import { filmPeople, twoPeople } from '../support/peopleClips';
import { temporaryFolder } from '../support/temporaryFolder';

const inswapper = path.resolve(__dirname, '..', 'fixtures', 'reference', 'models', 'inswapper-standin.onnx');
/** Faces of two men who are in neither target, by their places in their photos. */
const [ada, bob] = [
  { file: groupPhoto(5), face: 2 },
  { file: groupPhoto(3), face: 1 },
];

describe('a face map', () => {
  const folder = temporaryFolder('face map');
  /** Centres of the two people's faces in the first frame of the clip, or in the picture, from left to right. */
  let clip = { file: '', left: { frame: 0, x: 0, y: 0 }, right: { frame: 0, x: 0, y: 0 } };
  let picture = clip;
  before(async () => {
    const file = await filmPeople(twoPeople.slice(0, 1));
    clip = await withPlaces(file, await frameOf(file));
    const still = folder.path('two.png');
    await sharp(await frameOf(file)).toFile(still);
    picture = await withPlaces(still, still);
  });

  async function withPlaces(file: string, shows: string | Buffer): Promise<typeof clip> {
    const [left, right] = (await facesOf(shows)).map(({ box }) => ({
      frame: 0,
      x: Math.round(box.x + box.width / 2),
      y: Math.round(box.y + box.height / 2),
    }));
    return { file, left, right };
  }

  let count = 0;
  async function swap(target: string, extension: string, change: Partial<SwapJob>): Promise<string> {
    const output = folder.path(`${count++}${extension}`);
    const encoding = { ...defaultEncoding, quality: 100 };
    const job = meshJob({ sources: [], target, output, encoding, ...change });
    await swapVideo(job, quietContext);
    return output;
  }

  const mapping = (left: PersonAssignment['sources'], right: PersonAssignment['sources']) => [
    { faces: [clip.left], sources: left },
    { faces: [clip.right], sources: right },
  ];

  test('gives each person of a video a face of their own, or leaves them', async () => {
    const [sourceA, sourceB] = [await identify(ada), await identify(bob)];
    const before = await facesOf(await frameOf(clip.file));
    const both = await facesOf(
      await frameOf(await swap(clip.file, '.mp4', { faceMap: mapping([ada], [bob]) })),
    );
    for (const [i, source] of [sourceA, sourceB].entries()) {
      const other = [sourceA, sourceB][1 - i];
      const nearer = faceDistance(before[i].embedding, source) - faceDistance(both[i].embedding, source);
      const otherNearer = faceDistance(before[i].embedding, other) - faceDistance(both[i].embedding, other);
      assert.ok(nearer > 0.1 && nearer > otherNearer, `person ${i}: nearer by ${nearer}, ${otherNearer}`);
    }
  });

  test('works the same with one processor after the other', async () => {
    const hashes = async (memoryStrategy: MemoryStrategy) => {
      const execution = { ...defaultExecution, providers: ['cpu' as const], memoryStrategy };
      return frameHashes(await swap(clip.file, '.mkv', { execution, faceMap: mapping([ada], [bob]) }));
    };
    assert.deepEqual(await hashes('sequential'), await hashes('together'));
  });

  for (const model of ['mesh', inswapper]) {
    test(`gives each the very face that everybody would get from ${path.basename(model)}`, async () => {
      const swapper = { ...defaultProcessing.swapper, model };
      const processing = { ...defaultProcessing, swapper };
      const pixels = async (change: Partial<SwapJob>) =>
        halves(await swap(picture.file, '.png', { processing, ...change }));
      const everybody = { ...defaultSelection, manyFaces: true };
      const of = ({ file, face }: typeof ada): Partial<SwapJob> => ({
        sources: [file],
        sourceFaces: { [file]: face },
        selection: everybody,
      });
      const original = await halves(picture.file);
      const [allAda, allBob] = [await pixels(of(ada)), await pixels(of(bob))];
      assert.ok(!allAda.left.equals(allBob.left) && !allAda.left.equals(original.left));
      const map = [
        { faces: [picture.left], sources: [ada] },
        { faces: [picture.right], sources: [bob] },
      ];
      assert.deepEqual(await pixels({ faceMap: map }), { left: allAda.left, right: allBob.right });
      const leaving = [map[0], { faces: [picture.right], sources: [] }];
      // Who is left stays so to the last pixel, though there is a face for everybody else.
      assert.deepEqual(await pixels({ ...of(bob), faceMap: leaving }), {
        left: allAda.left,
        right: original.right,
      });
      // Whom the map does not name gets the face for everybody, if there is one.
      assert.deepEqual(await pixels({ ...of(bob), faceMap: [map[0]] }), {
        left: allAda.left,
        right: allBob.right,
      });
      assert.deepEqual(await pixels({ faceMap: [map[0]] }), { left: allAda.left, right: original.right });
    });
  }

  test('that names a place without a face, or a face that a photo has not, is refused', async () => {
    const refused = async (faceMap: PersonAssignment[], code: string, fact: string, value: unknown) =>
      assert.rejects(swap(clip.file, '.mp4', { faceMap }), (error) => {
        assert.ok(error instanceof FaceSwapError && error.code === code, String(error));
        return error.facts[fact] === value;
      });
    const somewhere = { frame: 3, x: 900, y: 500 };
    await refused([{ faces: [somewhere], sources: [ada] }], 'no-face-at-place', 'frame', 3);
    await refused(
      [{ faces: [{ ...somewhere, frame: 99 }], sources: [ada] }],
      'no-face-at-place',
      'frames',
      12,
    );
    await refused(mapping([{ ...ada, face: 7 }], []), 'no-source-face', 'position', 7);
  });
});

interface SeenFace {
  box: { x: number; y: number; width: number; height: number };
  embedding: FaceEmbedding;
}

/** Faces of a picture from left to right. */
async function facesOf(file: string | Buffer): Promise<SeenFace[]> {
  const models = await faceModels();
  const image = await loadRgb(file);
  const faces: SeenFace[] = [];
  for (const { face } of await findFaces(models, image, { smallFaces: 'never' }))
    faces.push({ box: face.box, embedding: await models.recognizer.identify(image, face) });
  return faces.sort((a, b) => a.box.x - b.box.x);
}

const identify = async ({ file, face }: typeof ada): Promise<FaceEmbedding> =>
  (await facesOf(file))[face].embedding;

/** The first frame of a clip as PNG. */
async function frameOf(file: string): Promise<Buffer> {
  const { ffmpeg } = await clipTools;
  const args = ['-v', 'error', '-i', file, '-frames:v', '1', '-c:v', 'png', '-f', 'image2pipe', '-'];
  return spawnSync(ffmpeg.path, args, { maxBuffer: 1 << 26 }).stdout;
}

/** Pixels of a picture to the left and to the right of its middle, where the masks of large crops may meet. */
async function halves(file: string): Promise<{ left: Buffer; right: Buffer }> {
  const { width, height } = await sharp(file).metadata();
  const size = Math.floor(width * 0.4);
  const part = (left: number) =>
    sharp(file).extract({ left, top: 0, width: size, height }).removeAlpha().raw().toBuffer();
  return { left: await part(0), right: await part(width - size) };
}
