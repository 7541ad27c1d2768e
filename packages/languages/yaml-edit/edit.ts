import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { printEntry, printFlow, printScalar } from './print.ts';
import { columnOf, endOf, endOfEntry, indexOf, isFlow, rangeOf, spanOf, withoutEntry } from './spans.ts';
import type { Collection } from './spans.ts';

/** A way to a value: names of fields and indexes of items. */
export type YamlPath = readonly (string | number)[];

/** One change of a YAML text. What is not changed keeps every byte: comments, blanks, quotes, order. */
export type YamlEdit =
  /** Gives a field or an item another value; a field that is not there is added at the end of its mapping. */
  | { readonly type: 'set'; readonly path: YamlPath; readonly value: unknown }
  /** Adds an item to the end of a list, which is made where it is not there. */
  | { readonly type: 'append'; readonly path: YamlPath; readonly value: unknown }
  /** Gives a field another name; what it holds stays as it is. A field that is not there is left out. */
  | { readonly type: 'rename'; readonly path: YamlPath; readonly name: string }
  /** Adds a field of the document in front of all others, where there is none of this name. */
  | { readonly type: 'prepend'; readonly name: string; readonly value: unknown }
  /** Takes a field or an item out. A mapping or a list that has nothing left goes, too. */
  | { readonly type: 'remove'; readonly path: YamlPath };

/** Carries a refusal out of an edit. */
class EditRefusal extends Error {}

/** A text, what it says, and the change that is made of it. */
interface Editing {
  readonly text: string;
  readonly document: Document.Parsed;
}

/** Applies changes to the first document of a text, one after the other. Problems: `yaml-invalid`, `yaml-edit`. */
export function editYaml(text: string, edits: readonly YamlEdit[]): Result<string> {
  let edited = text;
  for (const edit of edits) {
    const document = parseDocument(edited, { keepSourceTokens: true, logLevel: 'silent' });
    const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
    if (error !== undefined) return err(problem('yaml-invalid', error.message.split('\n')[0] ?? ''));
    try {
      edited = applyEdit({ text: edited, document }, edit);
    } catch (thrown) {
      if (!(thrown instanceof EditRefusal)) throw thrown;
      return err(problem('yaml-edit', thrown.message));
    }
  }
  return ok(edited);
}

function applyEdit(editing: Editing, edit: YamlEdit): string {
  switch (edit.type) {
    case 'set':
      return set(editing, edit.path, edit.value);
    case 'append':
      return append(editing, edit.path, edit.value);
    case 'rename':
      return rename(editing, edit.path, edit.name);
    case 'prepend':
      return prepend(editing, edit.name, edit.value);
    case 'remove':
      return remove(editing, edit.path);
  }
}

function nodeAt({ document }: Editing, path: YamlPath): Node | undefined {
  let at: unknown = document.contents;
  for (const part of path) at = isMap(at) || isSeq(at) ? at.get(part, true) : undefined;
  return at === undefined || at === null ? undefined : (at as Node);
}

function collectionAt(editing: Editing, path: YamlPath): Collection {
  const node = nodeAt(editing, path);
  if (isMap(node) || isSeq(node)) return node as Collection;
  throw new EditRefusal(`${showPath(path)} is neither a mapping nor a list`);
}

function showPath(path: YamlPath): string {
  return path.length === 0 ? 'the document' : path.join('.');
}

function isNothing(node: Node | undefined): boolean {
  return node === undefined || (isScalar(node) && (node.value === null || node.value === undefined));
}

function set(editing: Editing, path: YamlPath, value: unknown): string {
  const { text } = editing;
  const [key] = path.slice(-1);
  if (key === undefined) throw new EditRefusal('the whole document cannot be set');
  const node = nodeAt(editing, path);
  const parentPath = path.slice(0, -1);
  const parent = nodeAt(editing, parentPath);
  if (isNothing(parent)) {
    if (typeof key === 'number') throw new EditRefusal(`there is no item ${key} in ${showPath(parentPath)}`);
    if (parentPath.length > 0) return set(editing, parentPath, { [key]: value });
    return withLineEnd(text) + printEntry(key, value, 0, editing.document);
  }
  const collection = collectionAt(editing, parentPath);
  const index = indexOf(collection, key);
  if (index < 0) return add(editing, collection, key, value);
  if (isScalar(node) && !isContainer(value) && typeof value !== 'undefined') {
    const { start, end } = rangeOf(node);
    const before = text.slice(0, start);
    if (start < end && !text.slice(start, end).includes('\n'))
      return before + printScalar(value, node) + text.slice(end);
  }
  return replaceEntry(editing, collection, index, key, value);
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Writes an entry anew, with its key, for a value of another shape. */
function replaceEntry(
  { text, document }: Editing,
  collection: Collection,
  index: number,
  key: string | number,
  value: unknown,
): string {
  const { start, end } = spanOf(collection, index);
  if (isFlow(collection as Node)) {
    const printed = isSeq(collection) ? printFlow(value) : `${printScalar(key)}: ${printFlow(value)}`;
    return text.slice(0, start) + printed + text.slice(end);
  }
  const printed = printEntry(key, value, columnOf(text, start), document);
  const rest = text[end - 1] === '\n' ? text.slice(end) : text.slice(end).replace(/^[ \t]*\n?/, '');
  // A comment behind the value stays where it is.
  const comment = /^[ \t]*#[^\n]*\n?/.exec(text.slice(end))?.[0];
  if (comment === undefined || text[end - 1] === '\n') return text.slice(0, start) + printed + rest;
  return (
    text.slice(0, start) +
    printed.replace(/\n/, () => comment.replace(/\n?$/, '\n')) +
    text.slice(end + comment.length)
  );
}

function add(
  { text, document }: Editing,
  collection: Collection,
  key: string | number,
  value: unknown,
): string {
  if (isSeq(collection) !== (typeof key === 'number'))
    throw new EditRefusal(isSeq(collection) ? `a list has no field ${key}` : `a mapping has no item ${key}`);
  if (isFlow(collection as Node))
    return addToFlow(
      text,
      collection,
      isSeq(collection) ? printFlow(value) : `${printScalar(key)}: ${printFlow(value)}`,
    );
  const column = columnOf(text, spanOf(collection, 0).start);
  const at = endOfEntry(text, endOf(collection));
  return `${withLineEnd(text.slice(0, at))}${' '.repeat(column)}${printEntry(key, value, column, document)}${text.slice(at)}`;
}

function addToFlow(text: string, collection: Collection, printed: string): string {
  const close = rangeOf(collection as Node).end - 1;
  if (collection.items.length === 0) return text.slice(0, close) + printed + text.slice(close);
  const before = text.slice(0, close).trimEnd();
  return before + (before.endsWith(',') ? ' ' : ', ') + printed + text.slice(before.length);
}

function append(editing: Editing, path: YamlPath, value: unknown): string {
  const node = nodeAt(editing, path);
  if (isNothing(node)) return set(editing, path, [value]);
  const list = collectionAt(editing, path);
  if (!isSeq(list)) throw new EditRefusal(`${showPath(path)} is no list`);
  if (list.items.length > 0) return add(editing, list, list.items.length, value);
  return set(editing, path, [value]);
}

function rename(editing: Editing, path: YamlPath, name: string): string {
  const [key] = path.slice(-1);
  const parent = nodeAt(editing, path.slice(0, -1));
  if (!isMap(parent) || typeof key !== 'string') return editing.text;
  const pair = parent.items.find((one) => isScalar(one.key) && one.key.value === key);
  if (pair === undefined) return editing.text;
  const { start, end } = rangeOf(pair.key as Node);
  return editing.text.slice(0, start) + printScalar(name) + editing.text.slice(end);
}

function prepend(editing: Editing, name: string, value: unknown): string {
  const { text, document } = editing;
  const root = document.contents;
  if (!isMap(root) || root.items.length === 0) return set(editing, [name], value);
  const collection = root as Collection;
  if (indexOf(collection, name) >= 0) return text;
  const { start } = spanOf(collection, 0);
  const printed = isFlow(root as Node)
    ? `${printScalar(name)}: ${printFlow(value)}, `
    : printEntry(name, value, columnOf(text, start), document) + ' '.repeat(columnOf(text, start));
  return text.slice(0, start) + printed + text.slice(start);
}

function remove(editing: Editing, path: YamlPath): string {
  const [key] = path.slice(-1);
  if (key === undefined || nodeAt(editing, path) === undefined) return editing.text;
  const parentPath = path.slice(0, -1);
  const collection = collectionAt(editing, parentPath);
  const index = indexOf(collection, key);
  if (index < 0) return editing.text;
  if (collection.items.length === 1 && parentPath.length > 0) return remove(editing, parentPath);
  return withoutEntry(editing.text, collection, index);
}

function withLineEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
