import assert from 'node:assert/strict';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FaceSwapError, type ErrorCode } from '../../src/protocol/errors';
import { defaultEncoding } from '../../src/protocol/job';
import { asDiskFull, checkFree, checkOutput, publish, publishBoth } from '../../src/pipeline/media/output';
import {
  checkFreeSpace,
  createScratchFolder,
  estimateBytes,
  planSegments,
  removeScratchFolder,
} from '../../src/pipeline/media/segments';
import { videoInfo } from '../support/videoInfo';

const isCode = (code: ErrorCode) => (error: unknown) => error instanceof FaceSwapError && error.code === code;

test('a full disk is told by whatever step meets it, and nothing else is called that', () => {
  const found = asDiskFull(new Error('ENOSPC: no space left on device, write'), '/a/b.png');
  assert.ok(isCode('disk-full')(found));
  const part = new FaceSwapError('disk-full', { file: '/a/.b.face-swap-1/0.mp4.part', needed: 2 });
  assert.deepEqual((asDiskFull(part, '/a/b.mp4') as FaceSwapError).facts, { file: '/a/b.mp4', needed: 2 });
  const other = new Error('EACCES: permission denied');
  assert.equal(asDiskFull(other, '/a/b.png'), other);
});

describe('output', () => {
  let folder = '';
  const at = (name: string) => path.join(folder, name);
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'face-swap-output-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('a new name in an existing folder is fine', async () => {
    await checkOutput(at('new.mp4'), [at('input.mp4')], 'video', false);
    await checkOutput(at('NEW.MKV'), [], 'video', false);
    await checkOutput(at('new.webp'), [], 'image', false);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a file and the one beside it get their names together, or neither does', async () => {
    const names = () => readdirSync(folder).filter((name) => name.startsWith('pair'));
    const begin = () => {
      for (const name of ['pair.part', 'pair.c2pa.part']) writeFileSync(at(name), name);
    };
    const both = (overwrite: boolean) =>
      publishBoth(
        at('pair.part'),
        at('pair.mkv'),
        { temporary: at('pair.c2pa.part'), file: at('pair.mkv.c2pa') },
        overwrite,
      );
    begin();
    await both(false);
    assert.deepEqual(names(), ['pair.mkv', 'pair.mkv.c2pa']);
    begin();
    await assert.rejects(checkFree(at('pair.mkv.c2pa'), [], false), isCode('output-exists'));
    await checkFree(at('pair.mkv.c2pa'), [], true);
    await assert.rejects(both(false), isCode('output-exists'));
    await both(true);
    // The video has come meanwhile, what lies beside it has not.
    begin();
    rmSync(at('pair.mkv.c2pa'));
    await assert.rejects(both(false), isCode('output-exists'));
    assert.deepEqual(names(), ['pair.mkv', 'pair.part']);
    // Where no file can come, what lay beside it stays what it was.
    rmSync(at('pair.mkv'));
    mkdirSync(at('pair.mkv'));
    writeFileSync(at('pair.mkv.c2pa'), 'earlier');
    begin();
    await assert.rejects(both(true), isCode('output-not-writable'));
    assert.equal(readFileSync(at('pair.mkv.c2pa'), 'utf8'), 'earlier');
  });

  test('what cannot be written is refused', async () => {
    writeFileSync(at('there.mp4'), 'x');
    mkdirSync(at('folder.mp4'));
    const cases: [string, 'video' | 'image', boolean, ErrorCode][] = [
      ['nowhere/new.mp4', 'video', false, 'output-folder-missing'],
      ['there.mp4/new.mp4', 'video', false, 'output-folder-missing'],
      ['there.mp4', 'video', false, 'output-exists'],
      ['folder.mp4', 'video', true, 'output-exists'],
      ['new.xyz', 'video', false, 'output-format-unknown'],
      ['new', 'video', false, 'output-format-unknown'],
      ['new.png', 'video', false, 'output-format-unknown'],
      ['new.mp4', 'image', false, 'output-format-unknown'],
    ];
    for (const [name, kind, overwrite, code] of cases) {
      await assert.rejects(checkOutput(at(name), [], kind, overwrite), isCode(code), name);
    }
    await checkOutput(at('there.mp4'), [], 'video', true);
  });

  test('an input is never the output, under whatever name', async () => {
    writeFileSync(at('input.mp4'), 'x');
    linkSync(at('input.mp4'), at('hard.mp4'));
    symlinkSync(at('input.mp4'), at('soft.mp4'));
    for (const name of ['input.mp4', 'hard.mp4', 'soft.mp4', './x/../input.mp4']) {
      await assert.rejects(
        checkOutput(path.join(folder, name), [at('input.mp4')], 'video', true),
        isCode('output-is-input'),
        name,
      );
    }
  });

  test('publishing never replaces a file unless asked', async () => {
    writeFileSync(at('fresh'), 'new');
    writeFileSync(at('taken.mp4'), 'old');
    await assert.rejects(publish(at('fresh'), at('taken.mp4'), false), isCode('output-exists'));
    assert.equal(readFileSync(at('taken.mp4'), 'utf8'), 'old');
    await publish(at('fresh'), at('free.mp4'), false);
    assert.equal(readFileSync(at('free.mp4'), 'utf8'), 'new');
    await publish(at('free.mp4'), at('taken.mp4'), true);
    assert.equal(readFileSync(at('taken.mp4'), 'utf8'), 'new');
    assert.ok(!readdirSync(folder).includes('free.mp4'));
  });

  test('a scratch folder lies beside the output and goes away with all that is in it', async () => {
    const scratch = await createScratchFolder(at('out.mp4'));
    assert.equal(path.dirname(scratch), folder);
    assert.match(path.basename(scratch), /^\.out\.mp4\.face-swap-[0-9a-f]+$/);
    writeFileSync(path.join(scratch, 'segment'), 'x');
    await removeScratchFolder(scratch);
    await removeScratchFolder(scratch);
    assert.ok(!readdirSync(folder).includes(path.basename(scratch)));
    await assert.rejects(createScratchFolder(at('none/out.mp4')), isCode('output-folder-missing'));
  });

  test('a disk without room is found out before the work', async () => {
    await checkFreeSpace(folder, 1000);
    await assert.rejects(checkFreeSpace(folder, 1e18), (error: unknown) => {
      assert.ok(isCode('disk-full')(error));
      assert.equal((error as FaceSwapError).facts['needed'], 1e18);
      assert.ok(Number((error as FaceSwapError).facts['free']) > 0);
      return true;
    });
  });

  test('the estimate grows with quality and never beyond raw frames', () => {
    const info = videoInfo({ frames: 100 });
    const sizes = [0, 50, 80, 99, 100].map((quality) => estimateBytes(info, { ...defaultEncoding, quality }));
    assert.deepEqual(
      [...sizes].sort((a, b) => a - b),
      sizes,
    );
    assert.ok(sizes[4] <= 2 * 100 * 640 * 480 * 1.5 + info.bytes + 1e6);
  });

  test('segments cover every frame once', () => {
    const segments = planSegments(1001, 500, folder);
    assert.deepEqual(
      segments.map(({ firstFrame, frames }) => [firstFrame, frames]),
      [
        [0, 500],
        [500, 500],
        [1000, 1],
      ],
    );
    assert.equal(new Set(segments.map(({ file }) => file)).size, 3);
  });
});
