import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { JobFile, JobFileProblem, ParsedJobFile } from '../protocol/jobFile';
import { mayBeInJobFile } from './settingNames';

type Path = (string | number)[];

/** A file larger than this is not a job. */
const mostCharacters = 4_000_000;

/** Reads the text of a job file. All problems are told, each with its place; values of settings are checked when the job is made. */
export function parseJobFile(text: string): ParsedJobFile {
  const problems: JobFileProblem[] = [];
  const complain = (path: Path, message: string): void => void problems.push({ path, message });
  if (text.length > mostCharacters) return { problems: [{ path: [], message: 'too long for a job file' }] };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: false, disallowComments: true });
  const first = errors.at(0);
  if (first || !root) {
    const line = text.slice(0, first?.offset).split('\n').length;
    const what = first ? inWords(printParseErrorCode(first.error)) : 'there is nothing';
    return { problems: [{ path: [], message: `not valid JSON: ${what} in line ${line}` }] };
  }
  for (const path of duplicates(root, [])) complain(path, 'stands here twice');
  const value: unknown = JSON.parse(text);
  checkFile(value, complain);
  return problems.length > 0 ? { problems } : { file: value as JobFile };
}

/** Where in the text a path of a problem is: offset and length of the value, or of the nearest one that exists. */
export function placeInText(text: string, path: Path): { offset: number; length: number } {
  let node = parseTree(text);
  for (const step of path) {
    const next = node && childAt(node, step);
    if (!next) break;
    node = next;
  }
  return node ? { offset: node.offset, length: node.length } : { offset: 0, length: 0 };
}

function childAt({ type, children = [] }: Node, step: string | number): Node | undefined {
  if (type === 'array') return typeof step === 'number' ? children[step] : undefined;
  return children.find(({ children: pair }) => pair?.[0].value === step)?.children?.[1];
}

type Complain = (path: Path, message: string) => void;
type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const known = ['$schema', 'version', 'target', 'sources', 'output', 'people', 'settings', 'consent'];

function checkFile(value: unknown, complain: Complain): void {
  if (!isFields(value)) {
    complain([], 'must be an object');
    return;
  }
  onlyKnown(value, known, [], complain);
  if (value['version'] !== 1) complain(['version'], 'must be 1, the only version there is');
  checkName(value['target'], ['target'], complain);
  if (value['output'] !== undefined) checkName(value['output'], ['output'], complain);
  const people = value['people'];
  checkSources(value['sources'], ['sources'], complain);
  if (people !== undefined) checkList(people, ['people'], complain, checkPerson);
  const persons: unknown[] = Array.isArray(people) ? people : [];
  const sources = [value, ...persons].filter(isFields).map(sourcesOf);
  if (sources.every((list) => Array.isArray(list) && list.length === 0))
    complain(['sources'], 'must hold a photo, unless one of the people has one');
  checkSettings(value['settings'], complain);
  checkConsent(value['consent'], complain);
}

const sourcesOf = (fields: Fields): unknown => fields['sources'];

function checkSources(value: unknown, path: Path, complain: Complain): void {
  checkList(value, path, complain, (source, at) => {
    if (!isFields(source)) {
      checkName(source, at, complain);
      return;
    }
    onlyKnown(source, ['photo', 'face'], at, complain);
    checkName(source['photo'], [...at, 'photo'], complain);
    checkCount(source['face'], [...at, 'face'], complain);
  });
}

function checkPerson(person: unknown, path: Path, complain: Complain): void {
  if (!isFields(person)) {
    complain(path, 'must be an object');
    return;
  }
  onlyKnown(person, ['name', 'faces', 'sources'], path, complain);
  checkText(person['name'], [...path, 'name'], complain);
  checkSources(person['sources'], [...path, 'sources'], complain);
  const faces = person['faces'];
  if (Array.isArray(faces) && faces.length === 0) complain([...path, 'faces'], 'must name a face');
  checkList(faces, [...path, 'faces'], complain, (face, at) => {
    if (!isFields(face)) {
      complain(at, 'must be an object with frame, x and y');
      return;
    }
    onlyKnown(face, ['frame', 'x', 'y'], at, complain);
    checkCount(face['frame'], [...at, 'frame'], complain);
    for (const key of ['x', 'y']) {
      if (typeof face[key] !== 'number') complain([...at, key], 'must be a number of pixels');
    }
  });
}

function checkSettings(value: unknown, complain: Complain): void {
  if (value === undefined) return;
  if (!isFields(value)) {
    complain(['settings'], 'must be an object');
    return;
  }
  for (const name of Object.keys(value)) {
    if (!mayBeInJobFile(name)) complain(['settings', name], 'is no setting that a job file may hold');
  }
}

function checkConsent(value: unknown, complain: Complain): void {
  if (value === undefined) return;
  if (!isFields(value)) {
    complain(['consent'], 'must be an object');
    return;
  }
  onlyKnown(value, ['confirmedBy', 'note'], ['consent'], complain);
  for (const key of ['confirmedBy', 'note']) checkText(value[key], ['consent', key], complain);
}

function checkList(
  value: unknown,
  path: Path,
  complain: Complain,
  check: (entry: unknown, path: Path, complain: Complain) => void,
): void {
  if (!Array.isArray(value)) {
    complain(path, 'must be a list');
    return;
  }
  value.forEach((entry, i) => check(entry, [...path, i], complain));
}

function onlyKnown(fields: Fields, names: readonly string[], path: Path, complain: Complain): void {
  for (const key of Object.keys(fields)) {
    if (!names.includes(key)) complain([...path, key], `is not known here; known are ${names.join(', ')}`);
  }
}

function checkName(value: unknown, path: Path, complain: Complain): void {
  if (typeof value !== 'string' || value === '' || value.includes('\0'))
    complain(path, 'must be a file name');
}

function checkText(value: unknown, path: Path, complain: Complain): void {
  if (value !== undefined && typeof value !== 'string') complain(path, 'must be a text');
}

function checkCount(value: unknown, path: Path, complain: Complain): void {
  if (!Number.isInteger(value) || (value as number) < 0) complain(path, 'must be a whole number from 0');
}

/** Keys that stand twice in one object: the later one would win silently. */
function duplicates({ type, children = [] }: Node, path: Path): Path[] {
  if (type === 'array') return children.flatMap((child, i) => duplicates(child, [...path, i]));
  if (type !== 'object') return [];
  const seen = new Set<string>();
  return children.flatMap(({ children: pair = [] }): Path[] => {
    const [name, value] = [String(pair[0].value), pair.at(1)];
    const here = seen.has(name) ? [[...path, name]] : [];
    seen.add(name);
    return value ? [...here, ...duplicates(value, [...path, name])] : here;
  });
}

/** `CommaExpected` → `comma expected`. */
function inWords(code: string): string {
  return code
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .toLowerCase();
}
