import { applyEdits, findNodeAtLocation, modify, parseTree, type JSONPath } from 'jsonc-parser';
import type { Json } from '../../protocol/check';
import type { DocumentChange } from '../../protocol/panel';

/** A stretch of the text and what stands there afterwards. */
interface TextEdit {
  offset: number;
  length: number;
  content: string;
}

/** Keys of the file in the order in which people read them. */
const keyOrder = ['$schema', 'version', 'target', 'sources', 'output', 'people', 'settings', 'consent'];

/**
 * The smallest edit that makes all changes; what they do not touch keeps its formatting. An object or list that a removal leaves
 * empty goes as well where it is optional. Undefined when nothing changes.
 */
export function editFor(text: string, changes: readonly DocumentChange[]): TextEdit | undefined {
  return difference(
    text,
    changes.reduce((changed, { path, value }) => withChange(changed, path, value), text),
  );
}

/** The text after an edit. */
export const spliced = (text: string, { offset, length, content }: TextEdit): string =>
  text.slice(0, offset) + content + text.slice(offset + length);

function withChange(text: string, path: JSONPath, value: Json | undefined): string {
  const target = value === undefined ? withoutEmptyParent(text, path) : path;
  const edits = modify(text, target, value, {
    formattingOptions: { ...indentation(text), eol: text.includes('\r\n') ? '\r\n' : '\n' },
    getInsertionIndex: (present) => insertionIndex(present, String(path[0])),
  });
  return applyEdits(text, edits);
}

/** What lies between the common beginning and the common end of two texts. */
function difference(before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return {
    offset: start,
    length: before.length - end - start,
    content: after.slice(start, after.length - end),
  };
}

function insertionIndex(present: string[], key: string): number {
  const rank = keyOrder.indexOf(key);
  if (rank < 0) return present.length;
  const next = present.findIndex((other) => keyOrder.indexOf(other) > rank);
  return next < 0 ? present.length : next;
}

/** `settings` without its last entry is noise in the file. */
function withoutEmptyParent(text: string, path: JSONPath): JSONPath {
  const parent = path.slice(0, -1);
  if (parent.length !== 1 || parent[0] === 'sources') return path;
  const root = parseTree(text);
  const isLast =
    root !== undefined &&
    findNodeAtLocation(root, parent)?.children?.length === 1 &&
    findNodeAtLocation(root, path) !== undefined;
  return isLast ? parent : path;
}

/** As the file does it: its first indented line tells. */
function indentation(text: string): { insertSpaces: boolean; tabSize: number } {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return { insertSpaces: !indent.startsWith('\t'), tabSize: indent.startsWith('\t') ? 4 : indent.length };
}
