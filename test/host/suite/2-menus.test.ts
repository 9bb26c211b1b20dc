import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { inWorkspace } from '../surroundings';
import { hasUi, ui } from '../ui';
import { eventually } from '../waiting';

const isOurs = (entry: string): boolean => /face|provenance/i.test(entry);

/** Waits until these are our entries in the Explorer's menu on a file: what they depend on follows the click. */
const menuOffers = (file: string, entries: string[]): Promise<void> =>
  eventually(async () => assert.deepEqual((await ui('explorerMenu', file)).filter(isOurs), entries));

suite('Context menus', function () {
  test('offer the swap on a video', async function () {
    if (!hasUi) this.skip();
    await menuOffers('clip.mp4', ['Swap Face in Video', 'Inspect Provenance']);
  });

  test('offer both uses of a photo', async function () {
    if (!hasUi) this.skip();
    await menuOffers('ann.jpg', ['Swap Face in Image', 'Use as Source Face for…', 'Inspect Provenance']);
  });

  test('offer the swap in all videos of a folder', async function () {
    if (!hasUi) this.skip();
    mkdirSync(inWorkspace('album'), { recursive: true });
    await menuOffers('album', ['Swap Face in Videos of Folder…']);
  });

  test('of an editor with media offer what can be done with its file', async function () {
    if (!hasUi) this.skip();
    for (const [name, entries] of [
      ['clip.mp4', ['Swap Face in Video', 'Inspect Provenance']],
      ['ann.jpg', ['Swap Face in Image', 'Use as Source Face for…', 'Inspect Provenance']],
      ['notes.txt', []],
    ] as const) {
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(inWorkspace(name)));
      await eventually(async () =>
        assert.deepEqual((await ui('tabMenu', name)).filter(isOurs), entries, name),
      );
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('stay away from other files', async function () {
    if (!hasUi) this.skip();
    await menuOffers('notes.txt', []);
  });

  test('of the palette offer what makes sense without a click on something, and nothing to end while nothing runs', async function () {
    if (!hasUi) this.skip();
    for (const command of ['cancel', 'jobs.clear'])
      await vscode.commands.executeCommand(`faceSwap.${command}`, 'all');
    // Rows that are not to be seen are not there.
    await ui('windowSize', '1280x1600');
    const expected = [
      'Add a Model File…',
      'Check This Machine',
      'Delete Job Record',
      'Get a Model…',
      'Inspect Provenance',
      'Install CUDA Runtime',
      'New Job…',
      'Open Job Record',
      'Remove CUDA Runtime',
      'Show Output',
      'Swap Face in Video',
      'Swap Face in Videos of Folder…',
      'Try It with Sample Media',
      'Verify GPU Setup',
    ];
    // The palette finds its entries one after the other.
    await eventually(async () => {
      const offered = await ui('paletteOffers', 'Face Swap: ');
      // Of views VS Code itself says that they can be focused; there is a result to compare when a test before this one has made one.
      const ours = offered.filter((name) => /^Face Swap: (?!Focus on |Compare Last Result)/.test(name));
      assert.deepEqual(ours.map((name) => name.slice('Face Swap: '.length)).sort(), expected);
    });
    await ui('windowSize', '1280x800');
  });
});
