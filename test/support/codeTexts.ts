import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '..', '..');

/** Where people read what the code says; the pipeline and the command line speak English. */
const rooms = ['src/host', 'src/job', 'src/protocol', 'webview'];
const files = rooms.flatMap((room) =>
  readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => path.join(room, name)),
);

/** Properties of VS Code's own calls that people read. */
const readByPeople = ['title', 'placeHolder', 'placeholder', 'prompt', 'openLabel', 'tooltip', 'detail'];

export interface CodeTexts {
  /** English texts handed to `t`, with the file of the first use. */
  texts: Map<string, string>;
  /** Places where `t` gets something else than a literal, and texts for people that do not go through `t`. */
  faults: string[];
}

/** Reads the sources for everything that is handed to `t`. */
export function codeTexts(): CodeTexts {
  const found: CodeTexts = { texts: new Map(), faults: [] };
  for (const file of files) {
    const source = ts.createSourceFile(
      file,
      readFileSync(path.join(root, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) readCall(node, source, found);
      if (file.startsWith('webview') && pageTextsOf(node, source).some(isPlainText))
        fault(node, source, found);
      if (ts.isPropertyAssignment(node) && file.startsWith(path.join('src', 'host'))) {
        const isShown = readByPeople.includes(node.name.getText(source));
        if (isShown && isPlainText(node.initializer)) fault(node, source, found);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

const readAttributes = ['aria-label', 'aria-valuetext', 'title', 'alt', 'placeholder'];
const readFields = ['textContent', 'innerText', 'title', 'ariaLabel', 'placeholder'];
/** Which argument of webview/toolkit.ts people read. */
const readArguments: Record<string, number> = {
  button: 0,
  iconButton: 1,
  progressRing: 0,
  checkbox: 0,
  dropdown: 0,
  textField: 0,
};

/** What a node puts before the eyes and ears of people who look at a page. */
function pageTextsOf(node: ts.Node, source: ts.SourceFile): ts.Node[] {
  const nameOf = (name: ts.Node): string => name.getText(source).replaceAll("'", '');
  if (ts.isPropertyAssignment(node))
    return readAttributes.includes(nameOf(node.name)) ? [node.initializer] : [];
  if (ts.isBinaryExpression(node) && ts.isPropertyAccessExpression(node.left))
    return readFields.includes(node.left.name.text) ? [node.right] : [];
  if (!ts.isCallExpression(node)) return [];
  const called = node.expression.getText(source);
  if (called === 'make') return node.arguments.slice(2);
  if (called.endsWith('.setAttribute') && readAttributes.includes(nameOf(node.arguments[0])))
    return [node.arguments[1]];
  const at = Object.hasOwn(readArguments, called) ? readArguments[called] : Infinity;
  return node.arguments.slice(at, at + 1);
}

function readCall(node: ts.CallExpression, source: ts.SourceFile, { texts, faults }: CodeTexts): void {
  const called = node.expression.getText(source);
  const first = node.arguments.at(0);
  if (called === 't') {
    if (first && ts.isStringLiteralLike(first))
      texts.set(first.text, texts.get(first.text) ?? source.fileName);
    else fault(node, source, { texts, faults });
  }
  if (/^vscode\.window\.show\w+Message$/.test(called) && node.arguments.some(isPlainText))
    fault(node, source, { texts, faults });
}

/** A literal with a word in it beside the product's name. */
function isPlainText(node: ts.Node): boolean {
  const parts = ts.isStringLiteralLike(node)
    ? [node]
    : ts.isTemplateExpression(node)
      ? [node.head, ...node.templateSpans.map(({ literal }) => literal)]
      : [];
  return parts.some(({ text }) => /[a-z]{2}/i.test(text.replace('Face Swap', '')));
}

function fault(node: ts.Node, source: ts.SourceFile, { faults }: CodeTexts): void {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
  faults.push(`${source.fileName}:${line + 1} ${node.getText(source).slice(0, 80)}`);
}
