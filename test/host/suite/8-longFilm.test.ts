import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { suite, suiteSetup, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { packagedTool } from '../../support/hostWorkspace';
import { inWorkspace } from '../surroundings';
import { hasUi, ui } from '../ui';
import { eventually } from '../waiting';

/** Five minutes at 25 frames per second, with a key frame every ten seconds; too large for all of it to be copied before the first click. */
const frames = 7500;
/** Bits of the number that every frame shows in black and white stripes, the last one first. */
const bits = 13;

function film(name: string): void {
  const stripes = `geq=lum='if(bitand(N,pow(2,X)),235,16)':cb=128:cr=128`;
  const input = `color=black:s=${bits}x2:r=25:d=${frames / 25},format=yuv444p,${stripes}`;
  const filters = ['-vf', `scale=${80 * bits}:584:flags=neighbor,format=yuv420p`];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '250', '-sc_threshold', '0'];
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', input, ...filters, ...video, inWorkspace(name)];
  execFileSync(packagedTool('ffmpeg'), args);
}

/** The frame that is shown once nothing is waited for. Playhead and time say the same at once: asked for again, the picture would follow them. */
async function shown(): Promise<number> {
  await ui('panelHidden', '.section.preview vscode-progress-ring');
  const frame = await ui('panelStripes', String(bits));
  const playhead = await ui('panelAttribute', '.scrub|aria-valuenow');
  const clock = await ui('panelText', '.clock');
  const text = `${Math.floor(frame / 1500)}:${((frame % 1500) / 25).toFixed(2).padStart(5, '0')}`;
  assert.deepEqual([playhead, clock], [String(frame), text]);
  return frame;
}

suite('A long film', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
  });

  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('shows a frame near the pointer, and playhead and time tell which one', async () => {
    film('minutes.mp4');
    const job = { version: 1, target: 'minutes.mp4', sources: ['ann.jpg'], settings: { manyFaces: true } };
    const file = vscode.Uri.file(inWorkspace('minutes.faceswap.json'));
    writeFileSync(file.fsPath, JSON.stringify(job));
    await vscode.commands.executeCommand('vscode.openWith', file, 'faceSwap.job');
    await ui('panelText', '.pictures.shown');
    const perPixel = frames / (await ui('panelSize', '.scrub')).width;
    /** Pixels from where somebody clicks to what is shown then. */
    const missedBy = async (at: number): Promise<number> => {
      await ui('panelPoint', `.scrub|${at}`);
      return Math.abs((await shown()) - at * frames) / perPixel;
    };
    for (const at of [0.83, 0.22, 0.5, 0.507, 0.96]) {
      const pixels = await missedBy(at);
      assert.ok(pixels <= 16, `${pixels} pixels from ${at}`);
    }
    // As soon as frames of all of it are copied.
    for (const at of [0.831, 0.224, 0.51])
      await eventually(async () => {
        const pixels = await missedBy(at);
        assert.ok(pixels <= 2, `${pixels} pixels from ${at}`);
      });
    const before = await shown();
    for (const [key, frame] of [
      ['ArrowRight', before + 1],
      ['Home', 0],
      ['End', frames - 1],
    ] as const) {
      await ui('panelPress', `.scrub|${key}`);
      assert.equal(await shown(), frame);
    }
  });
});
