import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { runConformance } from '../../scripts/conformance/run';
import { formatTable } from '../../scripts/conformance/verdicts';
import { swapperStandIn } from '../support/swapperNetworks';
import { writeUnseenReference } from '../support/unseenReference';

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
    // Far below the tolerances, because places, masks and levels are rounded where the originals round them.
    for (const [item, most] of [
      ['is-aligned128', 0.01],
      ['is-final, changed region', 0.02],
      ['ff-swap, changed region', 0.04],
      ['ff-enhance-gfpgan, changed region', 0.1],
    ] as const) {
      const mean = Number(/mean (\S+)/.exec(verdicts.find((one) => one.item === item)?.worst ?? '')?.[1]);
      assert.ok(mean <= most, `${item}: ${mean}`);
    }
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

  it('agrees with plain loops on other faces and weights, of half precision too, and notices weights that are others', async () => {
    const unseen = path.join(folder, 'unseen');
    await writeUnseenReference(unseen, 77, true);
    const out = path.join(folder, 'out of unseen');
    const verdicts = await runConformance(unseen, out);
    const failed = verdicts.filter(({ passed }) => !passed);
    assert.equal(failed.length, 0, `\n${formatTable(failed)}`);
    assert.ok(verdicts.length >= 30, `only ${verdicts.length} items were compared`);
    const { width, height, channels } = await sharp(
      path.join(out, 'cases/tiny/face0/is-mask.png'),
    ).metadata();
    assert.deepEqual([width, height, channels], [121, 93, 1]);
    const lengthOf = async (file: string) =>
      (await stat(path.join(out, 'cases/large-turned/face0', file))).size;
    assert.equal(await lengthOf('is-net-out.f32'), 3 * 128 * 128 * 4);
    assert.equal(await lengthOf('ff-net-out-gfpgan-every8.f32'), 3 * 64 * 64 * 4);

    const other = swapperStandIn(78, { size: 128, half: true, map: true });
    await writeFile(path.join(unseen, 'models', 'a-swapper.onnx'), other);
    const [tsx, main] = ['tsx', path.join(__dirname, '..', '..', 'scripts', 'conformance', 'main.ts')];
    const args = ['--import', tsx, main, '--reference', unseen, '--out', path.join(folder, 'out of other')];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(status, 1);
    const wrong = stdout.split('\n').flatMap((line) => (line.endsWith('FAIL') ? line.split('  ')[0] : []));
    for (const item of ['is-latent', 'is-net-out', 'is-final, changed region', 'ff-latent']) {
      assert.ok(wrong.includes(item), `${item} among ${wrong.join('; ')}`);
    }
    assert.ok(!wrong.some((item) => /arcface|mask|ff-dim|ff-enhance/.test(item)), wrong.join('; '));
  });

  it('takes detections of a network without keypoints, and a record that says little', async () => {
    const six = path.join(folder, 'six');
    await cp(path.join(reference, 'scrfd'), path.join(six, 'scrfd'), { recursive: true });
    const { scrfd } = JSON.parse(await readFile(path.join(reference, 'reference.json'), 'utf8')) as {
      scrfd: {
        inputSize: number;
        tensors: { name: string }[];
        results: { insightface: { detections: object[] }; facefusion: { detections: object[] } }[];
      };
    };
    const results = scrfd.results.map(({ insightface, facefusion, ...sizes }) => {
      const plain = (list: object[]) => list.map((one) => ({ ...one, keypoints: null }));
      return {
        ...sizes,
        insightface: { detections: plain(insightface.detections) },
        facefusion: { detections: plain(facefusion.detections) },
      };
    });
    const tensors = scrfd.tensors.filter(({ name }) => !name.startsWith('kps'));
    const record = { boxMasks: { 256: null }, scrfd: { inputSize: scrfd.inputSize, tensors, results } };
    await writeFile(path.join(six, 'reference.json'), JSON.stringify(record));
    const verdicts = await runConformance(six, path.join(folder, 'out of six'));
    assert.deepEqual(
      verdicts.map(({ item, passed }) => [item, passed]),
      ['insightface', 'facefusion'].flatMap((way) =>
        ['count', 'boxes', 'scores'].map((what) => [`scrfd ${way}, ${what}`, true]),
      ),
    );
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
