import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { suite, test } from 'mocha';
import { inWorkspace, until } from '../surroundings';
import { hasUi, ui } from '../ui';

const isOurs = (entry: string): boolean => /face|provenance/i.test(entry);

suite('Context menus', function () {
  test('offer the swap on a video', async function () {
    if (!hasUi) this.skip();
    assert.deepEqual((await ui('explorerMenu', 'clip.mp4')).filter(isOurs), [
      'Swap Face in Video',
      'Inspect Provenance',
    ]);
  });

  test('offer both uses of a photo', async function () {
    if (!hasUi) this.skip();
    const entries = (await ui('explorerMenu', 'ann.jpg')).filter(isOurs);
    assert.deepEqual(entries, ['Swap Face in Image', 'Use as Source Face for…', 'Inspect Provenance']);
  });

  test('offer the swap in all videos of a folder', async function () {
    if (!hasUi) this.skip();
    mkdirSync(inWorkspace('album'), { recursive: true });
    const entries = await until(async () => (await ui('explorerMenu', 'album')).filter(isOurs));
    assert.deepEqual(entries, ['Swap Face in Videos of Folder…']);
  });

  test('stay away from other files', async function () {
    if (!hasUi) this.skip();
    assert.deepEqual((await ui('explorerMenu', 'notes.txt')).filter(isOurs), []);
  });
});
