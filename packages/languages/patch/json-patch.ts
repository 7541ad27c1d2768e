import { equalData, type Result } from '@plumbline/base';
import { parsePointer } from './pointer.ts';
import { attempt, has, isMap, PatchRefusal, put, show, type Fresh, type Items } from './values.ts';

/** One operation of RFC 6902. */
export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** The API server refuses patches of more operations. */
const maxJsonPatchOperations = 10_000;

type Edit = (container: Fresh | unknown[], key: string) => void;

/**
 * Applies a JSON patch. The input is not changed; what is not touched is shared with it. As the library of the API
 * server does: negative indexes count from the end, `remove` and `replace` of a missing place fail, and a `test` for
 * null passes on a missing member. Problems: `json-patch-malformed`, or `json-patch-failed` where it does not apply.
 */
export function applyJsonPatch(doc: unknown, operations: unknown): Result<unknown> {
  return attempt(() => {
    if (!Array.isArray(operations)) throw malformed('a JSON patch must be a list of operations');
    if (operations.length > maxJsonPatchOperations) {
      throw malformed(
        `The allowed maximum operations in a JSON patch is ${maxJsonPatchOperations}, got ${operations.length}`,
      );
    }
    return (operations as Items).reduce((current, operation) => applyOne(current, operation), doc);
  });
}

function applyOne(doc: unknown, operation: unknown): unknown {
  if (!isMap(operation)) throw malformed(`a JSON patch operation must be an object: ${show(operation)}`);
  const path = tokensOf(operation['path'], 'path');
  switch (operation['op']) {
    case 'add':
      return add(doc, path, valueOf(operation));
    case 'remove':
      return remove(doc, path, 'remove');
    case 'replace':
      return replace(doc, path, valueOf(operation));
    case 'move': {
      const from = tokensOf(operation['from'], 'from');
      const value = read(doc, from, 'move');
      return add(remove(doc, from, 'move'), path, value);
    }
    case 'copy':
      return add(doc, path, read(doc, tokensOf(operation['from'], 'from'), 'copy'));
    case 'test':
      return test(doc, path, operation);
    default:
      throw malformed(`Unexpected kind: ${show(operation['op'])}`);
  }
}

function add(doc: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  return editAt(doc, path, 'add', (container, key) => {
    if (!Array.isArray(container)) return put(container, key, value);
    if (key === '-') return void container.push(value);
    container.splice(indexIn(key, container.length + 1, 'add'), 0, value);
  });
}

function replace(doc: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  return editAt(doc, path, 'replace', (container, key) => {
    if (Array.isArray(container)) {
      container[indexIn(key, container.length, 'replace')] = value;
    } else {
      if (!has(container, key)) throw missing('replace', path, 'doc is missing key');
      put(container, key, value);
    }
  });
}

function remove(doc: unknown, path: readonly string[], operation: string): unknown {
  if (path.length === 0) throw missing(operation, path, 'the whole document cannot be removed');
  return editAt(doc, path, operation, (container, key) => {
    if (Array.isArray(container)) {
      container.splice(indexIn(key, container.length, operation), 1);
    } else {
      if (!has(container, key)) throw missing(operation, path, 'unable to remove nonexistent key');
      delete container[key];
    }
  });
}

function test(doc: unknown, path: readonly string[], operation: Readonly<Record<string, unknown>>): unknown {
  const wanted = operation['value'] ?? null;
  const found = path.length === 0 ? doc : lookup(doc, path);
  if (equalData(found ?? null, wanted)) return doc;
  throw new PatchRefusal('json-patch-failed', `testing value ${pathText(path)} failed: test failed`);
}

/** Copies the containers on the way down and edits the last one. */
function editAt(doc: unknown, path: readonly string[], operation: string, edit: Edit, depth = 0): unknown {
  const key = path[depth] ?? '';
  if (!Array.isArray(doc) && !isMap(doc)) throw missing(operation, path, 'doc is missing path');
  const copy: Fresh | unknown[] = Array.isArray(doc) ? [...(doc as Items)] : { ...doc };
  if (depth === path.length - 1) {
    edit(copy, key);
    return copy;
  }
  if (Array.isArray(copy)) {
    const index = indexIn(key, copy.length, operation);
    copy[index] = editAt(copy[index], path, operation, edit, depth + 1);
  } else {
    if (!has(copy, key)) throw missing(operation, path, 'doc is missing path');
    put(copy, key, editAt(copy[key], path, operation, edit, depth + 1));
  }
  return copy;
}

function read(doc: unknown, path: readonly string[], operation: string): unknown {
  const value = path.length === 0 ? doc : lookup(doc, path);
  if (value === undefined) throw missing(operation, path, 'doc is missing from path');
  return value;
}

function lookup(doc: unknown, path: readonly string[]): unknown {
  let at = doc;
  for (const key of path) {
    if (Array.isArray(at)) at = at[indexIn(key, at.length, 'test')];
    else if (isMap(at) && has(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

function indexIn(key: string, length: number, operation: string): number {
  const wanted = /^-?[0-9]{1,9}$/.test(key) ? Number(key) : NaN;
  const index = wanted < 0 ? wanted + length : wanted;
  if (index >= 0 && index < length) return index;
  throw new PatchRefusal(
    'json-patch-failed',
    `${operation} operation does not apply: unable to access invalid index: ${key}: invalid index referenced`,
  );
}

function tokensOf(pointer: unknown, member: string): readonly string[] {
  if (typeof pointer !== 'string') throw malformed(`a JSON patch operation needs the string ${member}`);
  const tokens = parsePointer(pointer);
  if (!tokens.ok) throw malformed(tokens.error.message);
  return tokens.value;
}

function valueOf(operation: Readonly<Record<string, unknown>>): unknown {
  if (!has(operation, 'value')) throw malformed('a JSON patch operation needs a value');
  return operation['value'];
}

function malformed(message: string): PatchRefusal {
  return new PatchRefusal('json-patch-malformed', message);
}

function missing(operation: string, path: readonly string[], what: string): PatchRefusal {
  return new PatchRefusal(
    'json-patch-failed',
    `${operation} operation does not apply: ${what}: "${pathText(path)}": missing value`,
  );
}

function pathText(path: readonly string[]): string {
  return path.map((token) => `/${token}`).join('');
}
