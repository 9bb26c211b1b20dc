import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import type { JobReport } from '../../../src/protocol/report';
import { clipFrames, clipWidth, packagedTool } from '../../support/hostWorkspace';
import { probe } from '../../support/probe';
import { inWorkspace, outputChannel, outputSays } from '../surroundings';
import { clickInNotification, hasUi, notification, ui } from '../ui';
import { eventually } from '../waiting';

const run = (command: string, ...args: unknown[]): Thenable<JobReport | undefined> =>
  vscode.commands.executeCommand(command, ...args);

suite('Swap Face in Video', () => {
  test('makes a playable file next to the target', async () => {
    const report = await run('faceSwap.swap', {
      sources: [inWorkspace('ann.jpg')],
      target: inWorkspace('clip.mp4'),
    });
    assert.ok(report, outputChannel());
    assert.equal(report.output, inWorkspace('ann-clip.mp4'));
    assert.equal(report.facesSwapped, clipFrames);
    assert.deepEqual(probe(packagedTool('ffprobe'), report.output), {
      frames: clipFrames,
      width: clipWidth,
      codec: 'h264',
      audio: 'aac',
    });
  });

  test('tells the whole job in the output channel', async () => {
    for (const expected of [
      /\[info\] Target: .*clip\.mp4/,
      /\[info\] .*ffmpeg/i,
      /face_detector runs on cpu \(/,
      /\[info\] {3}Execution: CPU \(face_detector/,
      /\[info\] \d+0 % \(frame \d+ of 40\), [\d.]+ fps/,
      /\[info\] Done: .*ann-clip\.mp4/,
      /Audio: copied/,
    ])
      await outputSays(expected);
  });

  test('asks for the source when started on a video in the Explorer, and never overwrites', async function () {
    if (!hasUi) this.skip();
    copyFileSync(inWorkspace('clip.mp4'), inWorkspace('party.mp4'));
    writeFileSync(inWorkspace('ann-party.mp4'), 'precious');
    await ui('chooseInExplorer', 'party.mp4|Swap Face in Video');
    assert.match(await ui('answerFileDialog', inWorkspace('ann.jpg')), /Source face for party\.mp4/);
    await notification('Face swapped: ann-party (2).mp4');
    assert.equal(probe(packagedTool('ffprobe'), inWorkspace('ann-party (2).mp4')).frames, clipFrames);
    assert.equal(readFileSync(inWorkspace('ann-party.mp4'), 'utf8'), 'precious');
  });

  test('asks for the target when started on a photo, and opens the result', async function () {
    if (!hasUi) this.skip();
    copyFileSync(inWorkspace('clip.mp4'), inWorkspace('wedding.mp4'));
    await ui('chooseInExplorer', 'ann.jpg|Use as Source Face for');
    await ui('answerFileDialog', inWorkspace('wedding.mp4'));
    await clickInNotification('Face swapped: ann-wedding.mp4', 'Open');
    await eventually(() => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom, inspect(input));
      assert.equal(input.uri.fsPath, inWorkspace('ann-wedding.mp4'));
    });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('obeys the settings', async () => {
    const settings = vscode.workspace.getConfiguration('faceSwap');
    await settings.update('skipAudio', true, vscode.ConfigurationTarget.Workspace);
    try {
      const report = await run('faceSwap.swap', {
        sources: [inWorkspace('ann.jpg')],
        target: inWorkspace('clip.mp4'),
        output: inWorkspace('silent.mkv'),
      });
      assert.ok(report, outputChannel());
      assert.equal(probe(packagedTool('ffprobe'), inWorkspace('silent.mkv')).audio, 'none');
    } finally {
      await settings.update('skipAudio', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});

suite('Swap Face in Image', () => {
  test('makes an image of the same kind', async () => {
    const report = await run('faceSwap.swapImage', {
      sources: [inWorkspace('ann.jpg')],
      target: inWorkspace('bea.jpg'),
    });
    assert.ok(report, outputChannel());
    assert.equal(report.output, inWorkspace('ann-bea.jpg'));
    assert.equal(probe(packagedTool('ffprobe'), report.output).codec, 'mjpeg');
  });
});

suite('Doctor', () => {
  test('prints what this machine has', async () => {
    const before = outputChannel().length;
    await vscode.commands.executeCommand('faceSwap.doctor');
    for (const expected of [/✓ ffmpeg: /, /✓ .*face_detector/, /Doctor: everything needed is there/])
      await outputSays(expected, before);
  });
});
