import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runConformance } from '../../scripts/conformance/run';
import { formatTable } from '../../scripts/conformance/verdicts';

const reference = path.join(__dirname, '..', 'fixtures', 'reference');

describe('conformance with the recorded originals', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'conformance '));
  });
  after(() => rm(folder, { recursive: true }));

  it('holds every item within its tolerance and writes our own results under the same names', async () => {
    const out = path.join(folder, 'out');
    const verdicts = await runConformance(reference, out);
    const failed = verdicts.filter(({ passed }) => !passed);
    assert.equal(failed.length, 0, `\n${formatTable(failed)}`);
    // A set that is not found must not pass for one that agrees.
    assert.ok(verdicts.length > 35, `only ${verdicts.length} items were compared`);
    for (const file of [
      'reference.json',
      'cases/01-frontal/face0/is-aligned128.png',
      'cases/06-two-faces/face1/is-mask.png',
      'cases/02-rotated/face0/ff-latent.f32',
      'cases/06-two-faces/ff-swap-boost256.png',
      'cases/01-frontal/ff-enhance-gfpgan.png',
      'masks/box-256.f32',
    ]) {
      assert.ok(existsSync(path.join(out, file)), file);
    }
  });

  it('finds a wrong pixel, a wrong box and a wrong latent', async () => {
    const wrong = path.join(folder, 'wrong');
    await cp(reference, wrong, { recursive: true });
    const record = JSON.parse(await readFile(path.join(wrong, 'reference.json'), 'utf8')) as {
      cases: {
        id: string;
        results: Record<string, string | null>;
        faces: { facefusion: { latent: string } }[];
      }[];
      scrfd: { results: { insightface: { detections: { box: number[] }[] } }[] };
    };
    const [first] = record.cases;
    first.results['insightfaceSwap'] = 'cases/01-frontal/input.png';
    record.scrfd.results[0].insightface.detections[0].box[0] += 0.01;
    const latent = path.join(wrong, first.faces[0].facefusion.latent);
    await writeFile(latent, (await readFile(latent)).reverse());
    record.cases = [first];
    await writeFile(path.join(wrong, 'reference.json'), JSON.stringify(record));
    const verdicts = await runConformance(wrong, path.join(folder, 'out of wrong'));
    const failed = verdicts.filter(({ passed }) => !passed).map(({ item }) => item);
    assert.deepEqual(failed, ['is-final, outside', 'ff-latent', 'scrfd insightface, boxes']);
  });

  it('takes a set in which everything optional is missing', async () => {
    const bare = path.join(folder, 'bare');
    await cp(path.join(reference, 'cases', '04-small', 'input.png'), path.join(bare, 'input.png'));
    const { tolerances } = JSON.parse(await readFile(path.join(reference, 'reference.json'), 'utf8')) as {
      tolerances: unknown;
    };
    const keypoints = [
      [70, 110],
      [94, 110],
      [82, 122],
      [72, 136],
      [92, 136],
    ];
    const faces = [{ keypoints, insightface: { M: null, aligned: null }, facefusion: { arcface_128: {} } }];
    const record = { tolerances, cases: [{ id: 'bare', input: 'input.png', faces }] };
    await writeFile(path.join(bare, 'reference.json'), JSON.stringify(record));
    const out = path.join(folder, 'out of bare');
    assert.deepEqual(await runConformance(bare, out), []);
    // What the set does not name is written under the names of the format.
    assert.ok(existsSync(path.join(out, 'cases/bare/face0/is-aligned128.png')));
    assert.ok(existsSync(path.join(out, 'cases/bare/ff-dim512.png')));
  });
});
