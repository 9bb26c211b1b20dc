import path from 'node:path';
import * as vscode from 'vscode';
import { isList, isText } from '../protocol/check';
import { jobFileEnding } from '../protocol/jobFile';
import type { Host } from './host';
import { t } from './texts';

export const taskType = 'face-swap';

/** A task that runs a job file: what `tasks.json` says. */
interface JobTask extends vscode.TaskDefinition {
  /** Path of the job file, relative to the workspace folder. */
  job: string;
  /** More options for the command line. */
  args?: string[];
}

const mostTasks = 200;

/** One task for each job file of the workspace. */
export async function jobTasks(host: Host): Promise<vscode.Task[]> {
  const files = await vscode.workspace.findFiles(`**/*${jobFileEnding}`, '**/node_modules/**', mostTasks);
  return files.flatMap((file) => {
    const folder = vscode.workspace.getWorkspaceFolder(file);
    if (!folder) return [];
    const job = path.relative(folder.uri.fsPath, file.fsPath).split(path.sep).join('/');
    return [taskOf(host, { type: taskType, job }, folder)];
  });
}

/** A task of `tasks.json` with what it is to run; undefined when it names no job file. */
export function resolveJobTask(host: Host, task: vscode.Task): vscode.Task | undefined {
  const { job, args } = task.definition;
  const isRight = isText(job) && job !== '' && (args === undefined || isList(isText)(args));
  // Settings of a whole workspace have no folder that paths could start at.
  const folder = isFolder(task.scope) ? task.scope : vscode.workspace.workspaceFolders?.[0];
  return isRight && folder ? taskOf(host, task.definition as JobTask, folder) : undefined;
}

const isFolder = (scope: vscode.Task['scope']): scope is vscode.WorkspaceFolder => typeof scope === 'object';

/** The command line runs the job in a terminal, with the models and the CUDA runtime of the extension. */
function taskOf(host: Host, definition: JobTask, folder: vscode.WorkspaceFolder): vscode.Task {
  const { job, args = [] } = definition;
  const cli = path.join(host.extension.fsPath, 'dist', 'cli.js');
  const execution = new vscode.ProcessExecution(process.execPath, [cli, 'run', job, ...args], {
    cwd: folder.uri.fsPath,
    // VS Code's own program is a Node as well.
    env: { ...definedOnly(host.environment()), ELECTRON_RUN_AS_NODE: '1' },
  });
  const task = new vscode.Task(definition, folder, job, t('Face Swap'), execution, '$face-swap');
  task.detail = t('Runs the job file in a terminal');
  return task;
}

const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
