import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { clipFrames, packagedTool } from '../../support/hostWorkspace';
import { probe } from '../../support/probe';
import { inWorkspace } from '../surroundings';
import { hasUi } from '../ui';
import { eventually, until } from '../waiting';

const writeJob = (name: string, job: object): void =>
  writeFileSync(inWorkspace(`${name}.faceswap.json`), JSON.stringify({ version: 1, ...job }));

/** Runs a task of tasks.json by its label; its exit code. */
async function run(label: string): Promise<number | undefined> {
  const ended = new Promise<number | undefined>((resolve) => {
    const listening = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== label) return;
      listening.dispose();
      resolve(exitCode);
    });
  });
  const tasks = await until(async () => {
    const found = (await vscode.tasks.fetchTasks()).filter(({ name }) => name === label);
    return found.length > 0 && found;
  });
  await vscode.tasks.executeTask(tasks[0]);
  return ended;
}

/** A root without the file system of pseudo terminals has no terminal that could run anything. */
const hasTerminals = process.platform !== 'linux' || existsSync('/dev/pts/ptmx');

suite('Tasks', () => {
  suiteSetup(function () {
    if (!hasUi) this.skip();
    writeJob('by-task', { target: 'clip.mp4', sources: ['ann.jpg'], output: 'by-task.mp4' });
    writeJob('lacking', { target: 'nowhere.mp4', sources: ['ann.jpg'], output: 'lacking.mp4' });
    writeJob('wrong', { target: 'clip.mp4', sources: ['ann.jpg'], settings: { manyFaces: 'yes' } });
    mkdirSync(inWorkspace('.vscode'), { recursive: true });
    const args = ['--accept-terms'];
    const matcher = { type: 'face-swap', args, problemMatcher: '$face-swap' };
    const tasks = [
      { ...matcher, label: 'swap by task', job: 'by-task.faceswap.json' },
      { ...matcher, label: 'swap what lacks', job: 'lacking.faceswap.json' },
      { ...matcher, label: 'swap by a wrong setting', job: 'wrong.faceswap.json' },
    ];
    writeFileSync(inWorkspace('.vscode/tasks.json'), JSON.stringify({ version: '2.0.0', tasks }));
  });

  suiteTeardown(async () => {
    rmSync(inWorkspace('.vscode/tasks.json'));
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  test('are offered for the job files of the workspace', async () => {
    await eventually(async () => {
      const tasks = await vscode.tasks.fetchTasks({ type: 'face-swap' });
      const jobs = tasks.map(({ definition }) => String(definition['job']));
      assert.ok(jobs.includes('by-task.faceswap.json'), jobs.join());
    });
  });

  test('run a job file in a terminal', async function () {
    if (!hasTerminals) this.skip();
    assert.equal(await run('swap by task'), 0);
    assert.equal(probe(packagedTool('ffprobe'), inWorkspace('by-task.mp4')).frames, clipFrames);
  });

  test('end with the exit code, and their errors stand in the Problems panel', async function () {
    if (!hasTerminals) this.skip();
    assert.equal(await run('swap what lacks'), 3);
    const missing = vscode.Uri.file(inWorkspace('nowhere.mp4'));
    const problem = await until(() => vscode.languages.getDiagnostics(missing).at(0));
    assert.match(problem.message, /nowhere\.mp4” does not exist/);
  });

  test('that fail for no other file have their error at the job file', async function () {
    if (!hasTerminals) this.skip();
    assert.equal(await run('swap by a wrong setting'), 2);
    const problems = await until(() => {
      const found = vscode.languages.getDiagnostics(vscode.Uri.file(inWorkspace('wrong.faceswap.json')));
      return found.length > 0 && found;
    });
    assert.match(problems[0].message, /^The setting faceSwap\.manyFaces must be true or false/);
  });
});
