import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { inspectFile } from '../../src/pipeline/inspectFile';
import type { Signer } from '../../src/pipeline/provenance/cose';
import { localSigner } from '../../src/pipeline/provenance/localSigner';
import { c2paUuid } from '../../src/pipeline/provenance/isoBoxes';
import { openManifest } from '../../src/pipeline/provenance/manifest';
import { markBeside, markImage, markIso, openSigner } from '../../src/pipeline/provenance/mark';
import { markXmp } from '../../src/pipeline/provenance/xmp';
import { FaceSwapError } from '../../src/protocol/errors';
import { aiSourceType } from '../../src/protocol/provenance';
import { provenanceLines } from '../../src/protocol/provenanceText';
import { clipTools, makeClip, photo } from '../support/clips';
import { facts, frameHashes, readIndependently, scratch } from '../support/provenance';

const quiet = () => undefined;
const context = { signal: new AbortController().signal, onLog: quiet, onProgress: quiet, onScratch: quiet };
const inspect = (file: string) => inspectFile({ file, tools: {} }, context);

/** Highest memory of a process that inspects a file and finds it sound. */
function megabytesToInspect(file: string): number {
  const code = `
    const { inspectFile } = require(${JSON.stringify(path.resolve('src/pipeline/inspectFile.ts'))});
    const context = { signal: new AbortController().signal };
    inspectFile({ file: ${JSON.stringify(file)}, tools: {} }, context).then(({ credentials }) => {
      if (credentials.state !== 'valid') throw new Error(JSON.stringify(credentials));
      console.log(process.resourceUsage().maxRSS / 1024);
    });`;
  return Number(execFileSync(process.execPath, ['--import', 'tsx', '-e', code], { encoding: 'utf8' }));
}

describe('marks', () => {
  const { folder, remove } = scratch();
  const place = (name: string) => path.join(folder, name);
  let signer: Signer;
  let ffmpeg: string;
  before(async () => {
    signer = await localSigner(place('credentials'), quiet);
    ffmpeg = (await clipTools).ffmpeg.path;
  });
  after(remove);

  async function markedClip(extension: string, name = 'marked'): Promise<{ clip: string; marked: string }> {
    const clip = await makeClip({
      extension,
      video: ['-c:v', 'libx264'],
      frames: 20,
      audio: [['-c', 'aac']],
      output: ['-movflags', '+faststart'],
    });
    const marked = place(`${name}${extension}`);
    await markIso(clip!, marked, { facts, title: 'out', target: clip! }, signer);
    return { clip: clip!, marked };
  }

  for (const extension of ['.mp4', '.mov']) {
    test(`${extension}: frames and sound stay, ours and an independent reader are content, a byte is missed`, async () => {
      const { clip, marked } = await markedClip(extension);
      assert.equal(frameHashes(marked, ffmpeg), frameHashes(clip, ffmpeg));
      const report = await inspect(marked);
      assert.equal(report.marks[0]?.digitalSourceType, aiSourceType);
      assert.match(report.marks[0].details[0], /model <one>, model & two/);
      assert.equal(report.credentials?.state, 'valid', JSON.stringify(report.credentials));
      assert.equal(report.credentials.trusted, false);
      assert.deepEqual(
        report.credentials.actions.map(({ action }) => action),
        ['c2pa.opened', 'c2pa.edited'],
      );
      assert.equal(report.credentials.actions[1].digitalSourceType, aiSourceType);
      assert.match(report.credentials.ingredients[0].description!, /SHA-256: [0-9a-f]{64}/);
      const { codes, failures } = await readIndependently(marked);
      assert.ok(codes.includes('assertion.bmffHash.match'), codes.join());
      assert.ok(codes.includes('claimSignature.validated'), codes.join());
      assert.deepEqual(
        failures.filter((code) => code !== 'signingCredential.untrusted'),
        [],
      );
      const bytes = readFileSync(marked);
      bytes[bytes.length - 1000] ^= 1;
      const changed = place(`changed${extension}`);
      writeFileSync(changed, bytes);
      const broken = await inspect(changed);
      assert.equal(broken.credentials?.state, 'invalid');
      assert.match(
        provenanceLines(broken).join('\n'),
        /NOT valid[\s\S]*The content is not the one that was signed/,
      );
    });
  }

  test('a mark is not put on a mark: the old boxes go, the credentials stay as those of the ingredient', async () => {
    const { clip, marked } = await markedClip('.mp4', 'once');
    const twice = place('twice.mp4');
    await markIso(marked, twice, { facts, title: 'twice', target: marked }, signer);
    assert.equal(frameHashes(twice, ffmpeg), frameHashes(marked, ffmpeg));
    const { credentials } = await inspect(twice);
    assert.equal(credentials?.state, 'valid');
    assert.match(credentials.ingredients[0].signedBy!, /Face Swap local signer/);
    assert.ok(statSync(clip).size < statSync(marked).size);
  });

  for (const [format, extension] of [
    ['image/jpeg', '.jpg'],
    ['image/png', '.png'],
    ['image/webp', '.webp'],
  ] as const) {
    test(`${extension}: XMP and credentials are read back, pixels stay, a byte is missed`, async () => {
      const plain = place(`plain${extension}`);
      const original =
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="kept"/></rdf:RDF></x:xmpmeta>';
      await sharp(photo(1)).withXmp(markXmp(facts, original)).toFile(plain);
      const marked = place(`marked${extension}`);
      await markImage(plain, marked, format, { facts, title: 'out', target: photo(1) }, signer);
      const pixels = (file: string) => sharp(file).raw().toBuffer();
      assert.ok((await pixels(marked)).equals(await pixels(plain)));
      const xmp = (await sharp(marked).metadata()).xmp!.toString();
      assert.match(xmp, /dc:source="kept"/);
      assert.ok(xmp.includes(aiSourceType));
      const report = await inspect(marked);
      assert.equal(report.credentials?.state, 'valid', JSON.stringify(report.credentials));
      assert.equal(report.marks[0].digitalSourceType, aiSourceType);
      const { codes, failures } = await readIndependently(marked);
      assert.ok(codes.includes('assertion.dataHash.match'), codes.join());
      assert.deepEqual(
        failures.filter((code) => code !== 'signingCredential.untrusted'),
        [],
      );
      const bytes = readFileSync(marked);
      bytes[Math.floor(bytes.length / 2)] ^= 1;
      writeFileSync(place(`changed${extension}`), bytes);
      assert.equal((await inspect(place(`changed${extension}`))).credentials?.state, 'invalid');
    });
  }

  /** A copy of a marked file with something done to it. */
  function tampered(file: string, change: (bytes: Buffer) => Buffer): string {
    const { dir, name, ext } = path.parse(file);
    const copy = path.join(dir, `${name}-tampered${ext}`);
    writeFileSync(copy, change(readFileSync(file)));
    return copy;
  }
  const flip = (at: (bytes: Buffer) => number) => (bytes: Buffer) => {
    bytes[at(bytes)] ^= 1;
    return bytes;
  };
  const within = (text: string, further: number) => (bytes: Buffer) => {
    const at = bytes.indexOf(text, 0, 'latin1');
    assert.ok(at > 0, text);
    return at + further;
  };

  const changes: [what: string, change: (bytes: Buffer) => Buffer][] = [
    ['a byte of the pictures', flip(within('mdat', 5000))],
    ['a byte of the index', flip(within('mvhd', 30))],
    ['a letter of the XMP', flip(within('AI-generated', 3))],
    ['the hash that was signed', flip(within('jumbf manifest', -12))],
    ['a letter of the claim', flip(within('claim_generator_info', 40))],
    ['a letter of the action', flip(within('Digital source type: http', 40))],
    ['a byte more', (bytes) => Buffer.concat([bytes, Buffer.from('00000008free', 'hex')])],
    ['a box more', (bytes) => Buffer.concat([bytes, Buffer.from('0000000866726565', 'hex')])],
    ['a byte less', (bytes) => bytes.subarray(0, -1)],
    [
      'a manifest more',
      (bytes) => {
        const at = bytes.indexOf(Buffer.from(c2paUuid, 'hex')) - 8;
        return Buffer.concat([bytes, bytes.subarray(at, at + bytes.readUInt32BE(at))]);
      },
    ],
  ];
  test('whatever is changed in a video after it was signed is told', async () => {
    const { marked } = await markedClip('.mp4', 'sound');
    for (const [what, change] of changes)
      assert.equal((await inspect(tampered(marked, change))).credentials?.state, 'invalid', what);
  });

  for (const [extension, video] of [
    ['.mkv', 'libx264'],
    ['.webm', 'libvpx-vp9'],
  ] as const)
    test(`${extension}: the credentials lie beside it, and both belong together`, async () => {
      const clip = await makeClip({ extension, video: ['-c:v', video], frames: 20 });
      const file = place(`beside${extension}`);
      copyFileSync(clip!, file);
      assert.equal((await inspect(file)).credentials, undefined);
      assert.match(
        provenanceLines(await inspect(file)).join('\n'),
        new RegExp(`no place for them, and there is no beside${extension}.c2pa beside it`),
      );
      await markBeside(file, `${file}.c2pa`, { facts, title: 'out', target: clip! }, signer);
      const { credentials } = await inspect(file);
      assert.equal(credentials?.state, 'valid', JSON.stringify(credentials));
      assert.deepEqual([credentials.beside, credentials.title], [`beside${extension}.c2pa`, 'out']);
      assert.equal(credentials.actions[1].digitalSourceType, aiSourceType);
      const { codes, failures } = await readIndependently(file);
      assert.ok(codes.includes('assertion.dataHash.match'), codes.join());
      assert.deepEqual(
        failures.filter((code) => code !== 'signingCredential.untrusted'),
        [],
      );
      const store = readFileSync(`${file}.c2pa`);
      const changed = tampered(
        file,
        flip((bytes) => bytes.length >> 1),
      );
      writeFileSync(`${changed}.c2pa`, store);
      const lines = provenanceLines(await inspect(changed)).join('\n');
      assert.match(lines, /NOT valid[\s\S]*In the file beside it[\s\S]*not the one that was signed/);
      for (const where of [within('whole file', -12), within('claim_generator_info', 40)]) {
        writeFileSync(`${file}.c2pa`, flip(where)(Buffer.from(store)));
        assert.equal((await inspect(file)).credentials?.state, 'invalid');
      }
      writeFileSync(`${file}.c2pa`, store.subarray(0, 500));
      assert.equal((await inspect(file)).credentials?.state, 'invalid');
      rmSync(`${file}.c2pa`);
      writeFileSync(place('beside.c2pa'), store);
      const named = (await inspect(file)).credentials;
      rmSync(place('beside.c2pa'));
      assert.deepEqual([named?.state, named?.beside], ['valid', 'beside.c2pa']);
    });

  test('what an interrupted run has left of a marked file is written over', async () => {
    const { clip, marked } = await markedClip('.mp4', 'again');
    writeFileSync(marked, Buffer.alloc(3e6, 'left'));
    await markIso(clip, marked, { facts, title: 'out', target: clip }, signer);
    assert.equal((await inspect(marked)).credentials?.state, 'valid');
  });

  test('credentials beside a file of the same name are told to be another’s, where that can be known', async () => {
    const owner = place('holiday.png');
    const other = place('holiday.webp');
    await sharp(photo(1)).toFile(place('holiday.jpg'));
    await sharp(photo(1)).toFile(owner);
    await sharp(photo(2)).toFile(other);
    const content = { facts, title: 'holiday.png', target: photo(1) };
    await markBeside(owner, place('holiday.c2pa'), content, signer);
    assert.equal((await inspect(owner)).credentials?.state, 'valid');
    const report = await inspect(other);
    assert.deepEqual(report.foreign, { beside: 'holiday.c2pa', owner: 'holiday.png' });
    assert.equal(report.credentials, undefined);
    assert.match(provenanceLines(report).join('\n'), /none: holiday\.c2pa beside it belongs to holiday\.png/);
    rmSync(owner);
    const alone = await inspect(other);
    assert.equal(alone.credentials?.state, 'invalid');
    assert.match(
      provenanceLines(alone).join('\n'),
      /NOT valid: they were made for a file called “holiday\.png”, so they belong to that one, or this one was renamed/,
    );
  });

  test('others’ bindings to whole boxes are checked in little memory as well', async () => {
    const { clip, marked } = await markedClip('.mp4', 'few');
    const manifest = await openManifest({ facts, title: 'others.mp4', target: clip }, signer, 'library');
    const bytes = await manifest.forFile(clip, 'video/mp4');
    manifest.close();
    const others = place('others.mp4');
    // Free space does not count in a binding of the library's own, so that it can be added to a signed file.
    const box = Buffer.alloc(16);
    box.writeUInt32BE(1);
    box.write('free', 4, 'latin1');
    box.writeBigUInt64BE(700_000_000n, 8);
    writeFileSync(others, Buffer.concat([bytes, box]));
    truncateSync(others, bytes.length + 700_000_000);
    const [few, many] = [marked, others].map(megabytesToInspect);
    assert.ok(many < few + 60, `${few} MB for the small one, ${many} MB for the large one`);
    const changed = Buffer.from(bytes);
    changed[bytes.length - 1000] ^= 1;
    writeFileSync(others, changed);
    assert.equal((await inspect(others)).credentials?.state, 'invalid');
  });

  test('inspecting takes no more memory for a large file than for a small one', async () => {
    const { clip, marked } = await markedClip('.mp4', 'small');
    const long = place('long.mp4');
    copyFileSync(clip, long);
    const box = Buffer.alloc(16);
    box.writeUInt32BE(1);
    box.write('free', 4, 'latin1');
    box.writeBigUInt64BE(700_000_000n, 8);
    const end = statSync(long).size;
    appendFileSync(long, box);
    truncateSync(long, end + 700_000_000);
    const large = place('large.mp4');
    await markIso(long, large, { facts, title: 'out', target: clip }, signer);
    const [few, many] = [marked, large].map(megabytesToInspect);
    assert.ok(many < few + 60, `${few} MB for the small one, ${many} MB for the large one`);
  });

  test('a file without marks says so, and that this proves nothing', async () => {
    const report = await inspect(photo(2));
    assert.deepEqual([report.marks, report.credentials], [[], undefined]);
    assert.match(
      provenanceLines(report).join('\n'),
      /carries no marks about its origin. That proves nothing/,
    );
  });

  test('a file that is none is refused', async () => {
    await assert.rejects(inspect(place('gone.mp4')), { code: 'input-missing' });
    writeFileSync(place('text.jpg'), 'no picture');
    await assert.rejects(inspect(place('text.jpg')), { code: 'not-media' });
  });

  test('the key of this machine is for its user alone, and is used again', async () => {
    const file = place('credentials/local-signer.pem');
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    const again = await localSigner(place('credentials'), quiet);
    assert.ok(again.certificates[0].equals(signer.certificates[0]));
  });

  test('the own certificate signs; one that belongs to another key, or to nobody, is refused', async () => {
    const pem = readFileSync(place('credentials/local-signer.pem'), 'utf8');
    await localSigner(place('other'), quiet);
    const certificate = place('own.crt');
    writeFileSync(certificate, pem.slice(pem.indexOf('-----BEGIN CERT')));
    const key = place('credentials/local-signer.pem');
    const own = await openSigner({ certificate, key }, place('unused'), quiet);
    const marked = place('own.png');
    copyFileSync(photo(1), place('source.jpg'));
    await sharp(photo(1)).toFile(place('plain-own.png'));
    await markImage(
      place('plain-own.png'),
      marked,
      'image/png',
      { facts, title: 'own', target: photo(1) },
      own,
    );
    assert.equal((await inspect(marked)).credentials?.state, 'valid');
    const refused = (files: { certificate: string; key: string }, reason: RegExp) =>
      assert.rejects(openSigner(files, place('unused'), quiet), (error) => {
        assert.ok(error instanceof FaceSwapError && error.code === 'usage');
        assert.match(error.facts.reason!, reason);
        return true;
      });
    await refused({ certificate, key: place('other/local-signer.pem') }, /does not belong/);
    await refused({ certificate: place('none.crt'), key }, /does not exist/);
    // An issuer's certificate is not one that may sign content.
    const openssl = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=x',
    ];
    try {
      execFileSync('openssl', [...openssl, '-keyout', place('ca.key'), '-out', place('ca.crt')], {
        stdio: 'ignore',
      });
    } catch {
      return;
    }
    await refused({ certificate: place('ca.crt'), key: place('ca.key') }, /./);
  });
});
