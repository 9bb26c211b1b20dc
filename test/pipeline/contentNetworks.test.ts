import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findModel } from '../../src/models';
import { BuiltInClassifier } from '../../src/pipeline/content/classifier';
import { doubtOf, mayBeDoubtful, type ContentClasses } from '../../src/pipeline/content/decision';
import { photoRegions } from '../../src/pipeline/content/regions';
import type { Square } from '../../src/pipeline/image/crop';
import type { RgbImage } from '../../src/pipeline/image/region';
import { openSession } from '../../src/pipeline/inference/session';
import { groupPhotos, loadRgb } from '../support/facePhotos';

/** Squares from near to wide around fingers at lips, which the classifier takes for something else the nearer they are. */
function* closeUps(): Generator<Square> {
  for (const size of [200, 240, 280, 320, 400, 500, 640])
    for (const cx of [370, 400, 430])
      for (const cy of [330, 360, 390]) yield { cx, cy, size, angle: (cx - 400) / 300 };
}

describe('the quick network of the content check', () => {
  const opened: string[] = [];
  let classifier: BuiltInClassifier;
  const open = async (id: string) => {
    opened.push(id);
    return openSession((await findModel(id)).path, { providers: ['cpu'], threads: 1 });
  };
  before(async () => (classifier = await BuiltInClassifier.open(open)));
  after(() => classifier.close());

  test('judges what is ordinary alone', async () => {
    const picture = await loadRgb(groupPhotos[0]);
    const [region] = photoRegions(picture, 0);
    assert.ok(!mayBeDoubtful(await classifier.classify(picture, region, 'first')));
    assert.deepEqual(opened, ['content_checker_quick']);
  });

  test('leaves the rest to the network itself, whose scores count', async () => {
    const picture = await loadRgb(groupPhotos[1]);
    const region = { cx: 400, cy: 360, size: 240, angle: 0 };
    const first = await classifier.classify(picture, region, 'first');
    assert.deepEqual(opened, ['content_checker_quick', 'content_checker']);
    assert.deepEqual(await classifier.classify(picture, region, 'again'), first);
    assert.ok(doubtOf(first) > 4);
  });

  test('overlooks nothing doubtful in photos and close-ups, and is not far from what the network says', async () => {
    const quick = await open('content_checker_quick');
    const alone = await BuiltInClassifier.open(() => Promise.resolve(quick));
    try {
      const compared: { exact: ContentClasses; near: ContentClasses }[] = [];
      const compare = async (picture: RgbImage, region: Square) =>
        compared.push({
          exact: await classifier.classify(picture, region, 'again'),
          near: await alone.classify(picture, region, 'again'),
        });
      for (const file of groupPhotos) {
        const picture = await loadRgb(file);
        for (const region of photoRegions(picture, 0)) await compare(picture, region);
      }
      const picture = await loadRgb(groupPhotos[1]);
      for (const region of closeUps()) await compare(picture, region);
      for (const [from, to] of [
        [1, 2],
        [2, 4],
        [4, 5],
      ]) {
        const some = compared.filter(({ exact }) => doubtOf(exact) >= from && doubtOf(exact) < to);
        assert.ok(some.length >= 4, `${some.length} views from ${from} to ${to}`);
        for (const { exact, near } of some)
          assert.ok(mayBeDoubtful(near) && doubtOf(near) > 0.7 * doubtOf(exact));
      }
      const differences = compared.map(({ exact, near }) =>
        Math.max(...(['porn', 'sexy', 'hentai'] as const).map((name) => Math.abs(exact[name] - near[name]))),
      );
      assert.ok(Math.max(...differences) < 0.12, `${Math.max(...differences)}`);
    } finally {
      await quick.release();
    }
  });
});
