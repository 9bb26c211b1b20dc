import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TrackedFace } from '../../src/pipeline/faces/face';
import { findFaces } from '../../src/pipeline/faces/find';
import type { FaceModels } from '../../src/pipeline/faces/models';
import { FaceTracker, type TrackedFrame } from '../../src/pipeline/faces/tracker';
import { looks } from '../../src/pipeline/hands/handFinder';
import type { Frame } from '../../src/pipeline/image/frame';
import type { RgbImage } from '../../src/pipeline/image/region';
import { facesOfPicture } from '../../src/pipeline/pictureFaces';
import { createMeshSwapper } from '../../src/pipeline/processors/faceSwapper/meshSwapper';
import { faceModels } from '../support/faceModels';
import { groupPhoto, groupPhotos, loadRgb } from '../support/facePhotos';
import { handFinder } from '../support/handModels';
import { handOver } from '../support/handOver';
import { filmPhoto } from '../support/movingPhoto';
import { asSource, findPhotoFaces, rgbFrame, type PhotoWithFaces } from '../support/swapPhotos';

let models: FaceModels;
let [bare, other]: PhotoWithFaces[] = [];

before(async () => {
  models = { ...(await faceModels()), hands: await handFinder() };
  bare = await findPhotoFaces(await loadRgb(groupPhoto(6)));
  other = await findPhotoFaces(await loadRgb(groupPhoto(3)));
});

/** A place of a face: a landmark, further down by shares of the face's height. */
const placeOn = ({ landmarks, box }: TrackedFace, point: number, down: number) =>
  [landmarks[point * 3], landmarks[point * 3 + 1] + down * box.height] as const;

const upperLip = 13;

/** The photo with a hand before the mouth of one of its faces. */
const covered = (face: TrackedFace) =>
  handOver(bare.image, ...placeOn(face, upperLip, 0.25), 0.95 * face.box.height);

describe('hands before faces', () => {
  it('are found where there are any, and nowhere else in photos of people', async () => {
    const found: string[] = [];
    for (const [i, photo] of groupPhotos.entries()) {
      const image = await loadRgb(photo);
      for (const { face } of await findFaces(models, image, { smallFaces: 'never' })) {
        for (const reach of looks) {
          const hands = await models.hands!.around(image, face, [], reach);
          for (const { landmarks } of hands)
            found.push(`photo ${i + 1} near ${[24, 25].map((k) => Math.round(landmarks[k] / 60)).join()}`);
        }
      }
    }
    // One of them bites her finger: the tip of it is told twice.
    assert.deepEqual(found, ['photo 2 near 7,6', 'photo 2 near 7,6']);
  });

  it('stay as they are, fingertips and all, while the face beside them is drawn', async () => {
    for (const face of bare.faces.slice(0, 2)) {
      const { image, hand } = await covered(face);
      const frame = rgbFrame(image);
      const seen = await facesOfPicture(models, frame, { smallFaces: 'never' });
      const same = seen.faces.find(({ box }) => Math.abs(box.x - face.box.x) < face.box.width / 2)!;
      assert.equal(same.hands?.length, 1);
      const changed = changeBy(image, { ...face, hands: same.hands }, hand);
      const without = changeBy(image, face, hand);
      const [now, before] = [await changed, await without];
      assert.ok(now.hand < 0.2, `the hand changes by ${now.hand}`);
      assert.ok(before.hand > 2, `without being known it would by ${before.hand}`);
      assert.ok(now.face > 0.8 * before.face, `the face changes by ${now.face} of ${before.face}`);
    }
  });

  it('keep a drawn face from being measured only where they hide what is measured', async () => {
    const [face] = bare.faces;
    const { landmarks, box } = face;
    const looked = async (down: number) => {
      const [x, y] = placeOn(face, upperLip, down);
      const points = Float32Array.from(
        { length: 63 },
        (_, i) => [x, y, 0][i % 3] + (i % 9) * 0.002 * box.height,
      );
      let looks = 0;
      const look = () => Promise.resolve((looks++, landmarks));
      const hands = [{ landmarks: points, strength: 1 }];
      const swapper = createMeshSwapper([asSource(other)], { look });
      await swapper.process(rgbFrame(bare.image), [{ ...face, neutral: landmarks, hands }]);
      return looks;
    };
    assert.equal(await looked(0.4), 1, 'a hand at the chin');
    assert.equal(await looked(0), 0, 'a hand before the mouth');
  });

  it('are no matter to faces that have none', async () => {
    const seen = await facesOfPicture(models, rgbFrame(bare.image), { smallFaces: 'never' });
    for (const face of seen.faces) assert.equal(face.hands, undefined);
  });
});

/** Mean change by a swap of what the hand covers, and of brows and eyes. */
async function changeBy(image: RgbImage, face: TrackedFace, hand: Uint8Array) {
  const frame = rgbFrame(image);
  await createMeshSwapper([asSource(other)]).process(frame, [face]);
  const { box } = face;
  const lowest = face.landmarks[6 * 3 + 1];
  const sums = { hand: 0, face: 0 };
  const counts = { hand: 0, face: 0 };
  for (let y = Math.floor(box.y); y < Math.min(image.height, box.y + 1.5 * box.height); y++) {
    for (let x = Math.max(0, Math.floor(box.x)); x < Math.min(image.width, box.x + box.width); x++) {
      const i = y * image.width + x;
      const part = hand[i] > 250 ? 'hand' : y < lowest ? 'face' : undefined;
      if (!part) continue;
      sums[part] += Math.abs(frame.planes[1][i] - image.data[i * 3 + 1]);
      counts[part]++;
    }
  }
  return { hand: sums.hand / counts.hand, face: sums.face / counts.face };
}

describe('hands that come before a face of a video', () => {
  const frames: Frame[] = [];
  /** How far below its place before the mouth the hand lies, by the face's height; it is not there first, and gone in the end. */
  const downs = [
    ...Array<number>(8).fill(9),
    1,
    0.8,
    0.6,
    0.4,
    0.2,
    ...Array<number>(9).fill(0),
    9,
    9,
    9,
    9,
    9,
    9,
  ];

  before(async () => {
    const [face] = bare.faces;
    const [x, y] = placeOn(face, upperLip, 0);
    for (const [i, down] of downs.entries()) {
      const { image } =
        down > 2
          ? bare
          : await handOver(bare.image, ...placeOn(face, upperLip, 0.25 + down), 0.95 * face.box.height);
      frames.push(filmPhoto(image, { x, y, zoom: 0.9 }, i));
    }
  });

  const run = async (tracker: FaceTracker, some: readonly Frame[]) => {
    const out: TrackedFrame[] = [];
    const drain = () => {
      for (let next = tracker.next(); next; next = tracker.next()) out.push(next);
    };
    for (const frame of some) {
      await tracker.push(frame);
      drain();
    }
    return { out, flush: () => (tracker.flush(), drain(), out) };
  };
  const newTracker = () => new FaceTracker({ models, smallFaces: 'never' });
  const middle = ({ faces }: TrackedFrame) =>
    faces.reduce((a, b) =>
      Math.abs(a.box.x + a.box.width / 2 - 480) < Math.abs(b.box.x + b.box.width / 2 - 480) ? a : b,
    );

  it('are known in all frames that show them, also in those before they were found, and fade', async () => {
    const out = (await run(newTracker(), frames)).flush();
    const strengths = out.map((tracked) => middle(tracked).hands?.[0]?.strength ?? 0);
    const over = downs.map((down, i) => (down <= 0.4 ? i : -1)).filter((i) => i >= 0);
    for (const i of over) assert.equal(strengths[i], 1, `frame ${i}: ${strengths.join(' ')}`);
    assert.ok(
      strengths.slice(0, 4).every((strength) => strength === 0),
      strengths.join(' '),
    );
    const end = over.at(-1)!;
    assert.deepEqual(strengths.slice(end + 1, end + 5), [0.75, 0.5, 0.25, 0]);
  });

  it('are the same when the tracker goes on from a snapshot', async () => {
    const all = (await run(newTracker(), frames)).flush();
    const first = newTracker();
    const { out: begun } = await run(first, frames.slice(0, 22));
    const second = newTracker();
    second.restore(first.snapshot());
    const rest = (await run(second, frames.slice(begun.length))).flush();
    const handsOf = (list: readonly TrackedFrame[]) =>
      list.map(({ faces }) => faces.map(({ hands }) => hands));
    assert.deepEqual(handsOf([...begun, ...rest]), handsOf(all));
  });
});
