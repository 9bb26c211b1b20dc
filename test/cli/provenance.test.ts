import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { localSigner } from '../../src/pipeline/provenance/localSigner';
import { aiSourceType, type ProvenanceReport } from '../../src/protocol/provenance';
import type { JobEntry } from '../../src/machine/jobRecord';
import { everythingIn, mediaFolder } from '../support/cliMedia';
import { eventsOf, faceSwap, type Ended } from '../support/commandLine';

describe('what results say about themselves', () => {
  let folder = '';
  let media = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-inspect-'));
    media = mediaFolder(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: string[]): Promise<Ended> => faceSwap(args, { cwd: media });
  const reportOf = ({ stdout }: Ended): ProvenanceReport => JSON.parse(stdout) as ProvenanceReport;

  for (const name of ['marked.mp4', 'marked.mkv', 'marked.webm', 'marked.mov'])
    test(`${name} is marked by a job, and inspect reads it`, async () => {
      const encoder = name.endsWith('.webm') ? ['--output-video-encoder', 'libvpx-vp9'] : [];
      const made = await run('-s', 'bea.jpg', '-t', 'clip.mp4', '-o', name, ...encoder);
      assert.equal(made.code, 0, made.stderr);
      const inspected = await run('inspect', name, '--json');
      assert.equal(inspected.code, 0, inspected.stderr);
      const { marks, credentials } = reportOf(inspected);
      assert.ok(
        marks.some(({ digitalSourceType }) => digitalSourceType === aiSourceType),
        inspected.stdout,
      );
      assert.equal(credentials?.state, 'valid');
      assert.equal(credentials.title, name);
      const beside = /mkv|webm/.test(name) ? `${name}.c2pa` : undefined;
      assert.equal(credentials.beside, beside);
      const all = everythingIn(media).filter((file) => file.startsWith(name));
      assert.deepEqual(all, beside === undefined ? [name] : [name, beside]);
      const entries = await run('record', '--json');
      const last = JSON.parse(entries.stdout.trimEnd().split('\n').at(-1)!) as JobEntry;
      assert.deepEqual([last.output, last.credentials], [name, beside]);
    });

  test('credentials that are in the way are not replaced unless that is asked for', async () => {
    const job = ['-s', 'bea.jpg', '-t', 'clip.mp4', '-o', 'later.mkv'];
    const beside = path.join(media, 'later.mkv.c2pa');
    writeFileSync(beside, 'somebody else’s');
    const refused = await run(...job);
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(refused.stderr, /later\.mkv\.c2pa/);
    assert.equal(readFileSync(beside, 'utf8'), 'somebody else’s');
    const made = await run(...job, '--overwrite');
    assert.equal(made.code, 0, made.stderr);
    assert.equal(reportOf(await run('inspect', 'later.mkv', '--json')).credentials?.state, 'valid');
  });

  test('inspect says in words what it found, and ends with 6 when a byte was changed', async () => {
    const sound = await run('inspect', 'marked.mp4');
    assert.match(sound.stdout, /parts of it were made by AI\. Its Content Credentials are valid/);
    const bytes = readFileSync(path.join(media, 'marked.mp4'));
    bytes[bytes.length - 2000] ^= 1;
    writeFileSync(path.join(media, 'changed.mp4'), bytes);
    const changed = await run('inspect', 'changed.mp4');
    assert.equal(changed.code, 6);
    assert.match(changed.stdout, /are NOT valid/);
    const plain = await run('inspect', 'clip.mp4');
    assert.deepEqual([plain.code, plain.stderr], [0, '']);
    assert.match(plain.stdout, /carries no marks/);
    const missing = await run('inspect', 'none.mp4', '--json');
    assert.equal(missing.code, 3);
    assert.equal(eventsOf(missing).at(-1)?.['code'], 'input-missing');
  });

  test('who has a certificate signs with it; without its key nothing begins', async () => {
    await localSigner(path.join(folder, 'own'), () => undefined);
    const pem = path.join(folder, 'own', 'local-signer.pem');
    const certificate = ['--content-credentials-certificate', pem];
    const job = ['-s', 'bea.jpg', '-t', 'ann.jpg', '-o', 'own.png', '--many-faces', ...certificate];
    const half = await run(...job);
    assert.equal(half.code, 2);
    assert.match(half.stderr, /--content-credentials-key.*needed together/);
    const made = await run(...job, '--content-credentials-key', pem);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stderr, /are signed with .*local-signer\.pem/);
    assert.equal(reportOf(await run('inspect', 'own.png', '--json')).credentials?.state, 'valid');
  });
});
