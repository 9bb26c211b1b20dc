import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { suite, suiteSetup, test } from 'mocha';
import * as vscode from 'vscode';
import { hoverTexts, inWorkspace } from '../surroundings';
import { becomes, hasUi, notification, rowSays, ui } from '../ui';
import { eventually } from '../waiting';

/** VS Code in Spanish, where it gets its own texts from a language pack and ours from our tables. */
suite('In Spanish', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    for (const command of ['closePanel', 'closeAuxiliaryBar'])
      await vscode.commands.executeCommand(`workbench.action.${command}`);
  });

  test('VS Code says so, and has our texts', () => {
    assert.equal(vscode.env.language, 'es');
  });

  test('commands and views are Spanish', async () => {
    await eventually(async () => {
      const offered = await ui('paletteOffers', 'Face Swap: Cambiar');
      assert.ok(offered.includes('Face Swap: Cambiar la cara en un vídeo'), offered.join());
    });
    await vscode.commands.executeCommand('faceSwap.jobs.focus');
    await ui('viewWelcome', 'Trabajos|No hay nada en marcha ni en espera');
    await vscode.commands.executeCommand('faceSwap.models.focus');
    await rowSays('Modelos|Incluidos', /^Incluidos: /);
    await ui('screenshot', 'spanish-views');
    await vscode.commands.executeCommand('workbench.view.explorer');
  });

  test('the panel is Spanish from its headings to its settings, and tells that to those who hear it', async () => {
    const uri = vscode.Uri.file(inWorkspace('trabajo.faceswap.json'));
    const job = { version: 1, target: 'pair.mp4', sources: ['ann.jpg'], settings: { manyFaces: true } };
    writeFileSync(uri.fsPath, JSON.stringify(job));
    await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
    await ui('panelWait', '.photo|nítida');
    await ui('panelWait', '.people .cards|Persona');
    await becomes('panelAttribute', 'html|lang', 'es');
    await becomes('panelTexts', 'h2', ['Origen', 'Destino', 'Personas', 'Vista previa', 'Ajustes']);
    await becomes('panelText', '[data-key="start"]', 'Cambiar la cara');
    await ui('panelWait', '.setting .quiet|Cambiar todas las caras. Si no, solo se cambian');
    await ui('panelText', '.pictures.shown');
    await becomes('panelAttribute', '.preview vscode-progress-ring|aria-label', 'Creando la vista previa');
    await becomes('panelAttribute', '.preview vscode-progress-ring|role', 'progressbar');
    await ui('panelHidden', '.preview vscode-progress-ring');
    await ui('windowSize', '1280x1400');
    await ui('screenshot', 'spanish-panel');
    await ui('windowSize', '1280x800');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('what a process reports is told in Spanish', async () => {
    await vscode.commands.executeCommand('faceSwap.swap', {
      sources: [inWorkspace('ann.jpg')],
      target: inWorkspace('broken.mp4'),
    });
    assert.match(await notification('broken.mp4'), /“[^”]+broken\.mp4” no es ni un vídeo ni una imagen/);
    await ui('screenshot', 'spanish-error');
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  test('the panel tells in Spanish what is wrong with photos and target', async () => {
    const uri = vscode.Uri.file(inWorkspace('errores.faceswap.json'));
    const job = { version: 1, target: 'broken.mp4', sources: ['nobody.png', 'gone.jpg'] };
    writeFileSync(uri.fsPath, JSON.stringify(job));
    await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
    await ui('panelWait', '.target .trouble|broken.mp4” no es ni un vídeo ni una imagen');
    await ui('panelWait', '.photo:nth-of-type(1)|No se encontró ninguna cara; elige otra foto');
    await ui('panelWait', '.photo:nth-of-type(2)|gone.jpg” no existe; comprueba la ruta');
    await ui('screenshot', 'spanish-panel-errors');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('job files are explained in Spanish where they are edited as text', async () => {
    const uri = vscode.Uri.file(inWorkspace('texto.faceswap.json'));
    writeFileSync(uri.fsPath, '{\n  "version": 1,\n  "target": "clip.mp4",\n  "sources": ["ann.jpg"]\n}\n');
    await vscode.commands.executeCommand('vscode.openWith', uri, 'default');
    await eventually(async () =>
      assert.match(
        await hoverTexts(uri, new vscode.Position(2, 4)),
        /El vídeo o la imagen cuyas caras se reemplazan/,
      ),
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('the walkthrough is Spanish', async () => {
    await vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      'face-swap.face-swap#start',
      false,
    );
    await ui('windowText', 'Tu primer cambio de cara');
    await ui('windowText', 'Cambia una cara');
    await ui('screenshot', 'spanish-walkthrough');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
