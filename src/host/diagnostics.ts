import { existsSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { parseJobFile, placeInText } from '../job/parseJobFile';
import type { JobProblem } from '../protocol/problems';
import type { Host } from './host';
import { problemText, type JobRun } from './jobRun';
import { t } from './texts';

/**
 * Shows what the last run of a job file has found in the Problems panel, at the line that is concerned. Findings go when the job
 * runs again, when its target is another one, and when its file is closed for good.
 */
export class JobDiagnostics implements vscode.Disposable {
  private readonly shown = vscode.languages.createDiagnosticCollection('face-swap');
  private readonly ends: vscode.Disposable[];

  constructor(private readonly host: Host) {
    this.ends = [
      host.jobs.onDidChange((run) => {
        if (run) this.tell(run);
        else for (const one of host.jobs.all) this.tell(one);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const run = contentChanges.length > 0 ? host.studio.runOf(document.uri.fsPath) : undefined;
        if (run) this.tell(run, document);
      }),
    ];
  }

  dispose(): void {
    for (const end of this.ends) end.dispose();
    this.shown.dispose();
  }

  private tell(run: JobRun, document = openDocument(run.jobFile)): void {
    const { jobFile } = run;
    // An earlier run of the same file has been overtaken.
    if (jobFile === undefined || this.host.studio.runOf(jobFile) !== run) return;
    const uri = document?.uri ?? vscode.Uri.file(jobFile);
    const text = document?.getText() ?? (existsSync(jobFile) ? readFileSync(jobFile, 'utf8') : '');
    const count = this.shown.get(uri)?.length ?? 0;
    const { problems } = run;
    if (problems.length === 0 && count === 0) return;
    this.shown.set(
      uri,
      isAbout(text, run) ? problems.map((problem) => diagnosticOf(problem, text, uri)) : [],
    );
  }
}

const openDocument = (file: string | undefined): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === file);

/** Whether the text still names the target that the run was about. */
function isAbout(text: string, { kept }: JobRun): boolean {
  const [now, then] = [text, kept.text].map((one) => {
    const parsed = parseJobFile(one);
    return 'file' in parsed ? parsed.file.target : undefined;
  });
  return now !== undefined && now === then;
}

function diagnosticOf(problem: JobProblem, text: string, uri: vscode.Uri): vscode.Diagnostic {
  const { person, kind, first } = problem;
  const { offset, length } = placeInText(text, person === undefined ? ['target'] : ['people', person]);
  const range = new vscode.Range(positionAt(text, offset), positionAt(text, offset + length));
  const { Information, Warning } = vscode.DiagnosticSeverity;
  // That nobody is there may well be so; a face that was missed spoils the result.
  const severity = kind === 'no-face' || kind === 'turned-away' ? Information : Warning;
  const diagnostic = new vscode.Diagnostic(range, problemText(problem), severity);
  diagnostic.source = 'Face Swap';
  const moment = encodeURIComponent(JSON.stringify([uri.toString(), first]));
  diagnostic.code = {
    value: t('show'),
    target: vscode.Uri.parse(`command:faceSwap.showMoment?${moment}`),
  };
  return diagnostic;
}

function positionAt(text: string, offset: number): vscode.Position {
  const before = text.slice(0, offset).split('\n');
  return new vscode.Position(before.length - 1, before[before.length - 1].length);
}
