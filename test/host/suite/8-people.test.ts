import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { suite, suiteSetup, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { packagedTool } from '../../support/hostWorkspace';
import { probe } from '../../support/probe';
import { inWorkspace, outputSays } from '../surroundings';
import { becomes, hasUi, reachedByTab, ui } from '../ui';
import { eventually } from '../waiting';

/** Frames of `pair.mp4`. */
const pairFrames = 50;

async function openJob(name: string, job: object): Promise<vscode.TextDocument> {
  const uri = vscode.Uri.file(inWorkspace(`${name}.faceswap.json`));
  writeFileSync(uri.fsPath, `${JSON.stringify({ version: 1, ...job }, null, 2)}\n`);
  await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
  await ui('panelText', 'header h1');
  return vscode.workspace.openTextDocument(uri);
}

suite('People and frames of a target', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
    await ui('windowSize', '1280x1400');
  });

  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await ui('windowSize', '1280x1400');
  });

  test('each person of a clip is found, and gets a face or is left', async () => {
    const document = await openJob('people', {
      target: 'pair.mp4',
      sources: ['ann.jpg'],
      output: 'people.mp4',
      settings: { manyFaces: true },
    });
    await ui('panelWait', '.person:nth-of-type(2) .words|from');
    await ui('panelChoose', 'Face for Person 2|Leave as is');
    await eventually(() => assert.match(document.getText(), /people"/));
    const { people } = JSON.parse(document.getText()) as {
      people: { faces: { frame: number; x: number; y: number }[]; sources: string[] }[];
    };
    assert.deepEqual(
      people.map(({ sources }) => sources),
      [['ann.jpg'], []],
    );
    assert.ok(people.every(({ faces }) => faces.length === 1));
    await document.save();
    await ui('screenshot', 'panel-people');
    await ui('panelClick', '[data-key="start"]');
    await ui('panelWait', '.run .name|people.mp4');
    assert.equal(probe(packagedTool('ffprobe'), inWorkspace('people.mp4')).frames, pairFrames);
    // One face in each frame, though two are seen.
    await outputSays(new RegExp(`${pairFrames} frames changed, ${pairFrames} faces swapped`));
  });

  test('people are split and merged, appearance by appearance', async () => {
    const scene = (x: number, from: number): string =>
      `crop=320:512:${x}:0,trim=${from}:${from + 0.8},setpts=PTS-STARTPTS`;
    const parts = `[0:v]split=3[a][b][c];[a]${scene(0, 0)}[d];[b]${scene(320, 0)}[e];[c]${scene(0, 0.8)}[f]`;
    const filter = `${parts};[d][e][f]concat=n=3:v=1[v]`;
    const encode = ['-map', '[v]', '-c:v', 'libx264', '-preset', 'ultrafast', inWorkspace('scenes.mp4')];
    const files = ['-i', inWorkspace('pair.mp4'), '-filter_complex', filter, ...encode];
    execFileSync(packagedTool('ffmpeg'), ['-v', 'error', '-y', ...files]);
    const document = await openJob('scenes', { target: 'scenes.mp4', sources: ['ann.jpg'] });
    await ui('panelWait', '.person|in 2 appearances');
    await becomes('panelCount', '.card.person', 2);
    await becomes('panelCount', '.lane.faces .cut', 2);
    await becomes('panelCount', '.lane.person .span', 3);
    const faces = (): number[] => {
      const { people } = JSON.parse(document.getText()) as { people?: { faces: unknown[] }[] };
      return (people ?? []).map((person) => person.faces.length);
    };
    // With the keyboard alone.
    await ui('panelTabTo', 'Split…');
    await ui('keys', 'Enter');
    await ui('panelText', '.split vscode-checkbox');
    await reachedByTab();
    await ui('panelTabTo', '0:00 – 0:01');
    await ui('keys', 'Space');
    await ui('screenshot', 'panel-split');
    await ui('panelTabTo', 'Make Another Person');
    await ui('keys', 'Enter');
    await eventually(() => assert.equal(faces().length, 3));
    await ui('panelWait', '.people .note|3');
    await eventually(async () =>
      assert.notEqual(await ui('panelFocus'), '', 'the focus stays among the people'),
    );
    await ui('panelTabTo', 'Merge Person 1 with');
    await ui('keys', 'ArrowDown');
    await eventually(() => assert.deepEqual(faces(), [2, 1]));
    await ui('panelTabTo', 'Forget Assignments');
    await ui('keys', 'Enter');
    await eventually(() => assert.deepEqual(faces(), []));
  });

  test('the preview follows the playhead, and soon', async () => {
    const wide = ['-vf', 'scale=1280:720', '-c:v', 'libx264', '-preset', 'ultrafast'];
    const files = ['-i', inWorkspace('pair.mp4'), ...wide, inWorkspace('wide.mp4')];
    execFileSync(packagedTool('ffmpeg'), ['-v', 'error', '-y', ...files]);
    await openJob('scrub', {
      target: 'wide.mp4',
      sources: ['ann.jpg'],
      settings: { manyFaces: true },
    });
    await ui('panelWait', '.person:nth-of-type(2) .words|from');
    await ui('panelText', '.pictures.shown');
    const times: number[] = [];
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'End', 'ArrowLeft', 'Home'])
      times.push(await ui('previewAfter', key));
    console.log(`[mocha]     preview of 1280 × 720 after ${times.map(Math.round).join(', ')} ms`);
    await becomes('panelAttribute', '.scrub|aria-valuenow', '0');
    await ui('panelClick', '.tools >> text=Landmarks');
    await eventually(async () => {
      const lines = await ui('panelCount', '.seen polyline');
      assert.ok(lines >= 16, `${lines} lines`);
    });
    await ui('panelClick', '.tools >> text=Boxes');
    await becomes('panelCount', '.seen rect', 2);
    await ui('panelClick', '.tools >> text=Mask');
    // It is made only now.
    await ui('panelAttribute', 'img.mask[src^="data:image/png;base64,"]|src');
    const [original, swapped] = [
      await ui('panelAttribute', '.pictures img:not(.result):not(.mask)|src'),
      await ui('panelAttribute', '.pictures img.result|src'),
    ];
    assert.notEqual(original, swapped);
    await ui('screenshot', 'panel-preview');
    const width = async (): Promise<number> => (await ui('panelSize', '.pictures')).width;
    const fits = await width();
    await ui('panelClick', '.tools [title="Zoom"]');
    await ui('panelClick', '.tools [title="Zoom"]');
    await eventually(async () => {
      const zoomed = await width();
      assert.ok(zoomed > 1.9 * fits, `${zoomed} of ${fits}`);
    });
  });

  test('a tall target is seen whole, and zooms from there', async () => {
    const files = ['-i', inWorkspace('pair.mp4'), '-vf', 'crop=288:512:0:0', inWorkspace('tall.mp4')];
    execFileSync(packagedTool('ffmpeg'), ['-v', 'error', '-y', ...files]);
    await openJob('tall', { target: 'tall.mp4', sources: ['ann.jpg'] });
    await ui('panelWait', '.target .facts|288 × 512');
    await ui('panelText', '.pictures.shown');
    const fits = await eventually(async () => {
      const [picture, stage] = [await ui('panelSize', '.pictures'), await ui('panelSize', '.stage')];
      assert.ok(
        picture.height > 0.9 * stage.height && picture.height < stage.height + 1,
        inspect([picture, stage]),
      );
      assert.ok(Math.abs(picture.width / picture.height - 288 / 512) < 0.02, inspect(picture));
      return picture;
    });
    await ui('screenshot', 'panel-tall');
    await ui('panelClick', '.tools [title="Zoom"]');
    await ui('panelClick', '.tools [title="Zoom"]');
    await eventually(async () => {
      const { width } = await ui('panelSize', '.pictures');
      assert.ok(Math.abs(width / fits.width - 2) < 0.05, `${width} of ${fits.width}`);
    });
  });

  test('a target that is no video is called that, where it was chosen and nowhere else', async () => {
    await openJob('unreadable', { target: 'broken.mp4', sources: ['ann.jpg'] });
    await ui('panelWait', '.target .trouble|is neither a video nor a picture');
    await becomes('panelTexts', 'h2', ['Source', 'Target', 'Settings']);
    await ui('panelWait', '.photo|sharp');
    await ui('screenshot', 'panel-unreadable');
    copyFileSync(inWorkspace('clip.mp4'), inWorkspace('mended.mp4'));
    renameSync(inWorkspace('broken.mp4'), inWorkspace('broken.kept'));
    try {
      renameSync(inWorkspace('mended.mp4'), inWorkspace('broken.mp4'));
      await ui('panelClick', '[data-key="again"]');
      await ui('panelWait', '.target .facts|480 × 480');
    } finally {
      renameSync(inWorkspace('broken.kept'), inWorkspace('broken.mp4'));
    }
  });
});
