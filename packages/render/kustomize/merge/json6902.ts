import { equalData } from '@plumbline/base';
import { KustomizeError, withPrefix } from '../problem.ts';
import type { JsonObject } from '../resource.ts';
import { copyOf, fieldOf, isMapping, putField } from './nodes.ts';

type Container = JsonObject | unknown[];

/** A container and the key of a place in it. */
interface Spot {
  readonly holder: Container;
  readonly key: string;
}

/**
 * Applies a JSON patch in the manner of the library that kustomize uses (evanphx/json-patch v4), whose words are in its
 * errors: negative indexes count from the end, and `replace` of a key that a mapping does not have adds it. The target
 * is changed in place; nothing of the patch is shared with it.
 */
export function applyJson6902(target: JsonObject, operations: readonly JsonObject[]): JsonObject {
  const root: { value: unknown } = { value: target };
  for (const operation of operations) applyOne(root, operation);
  if (isMapping(root.value)) return root.value;
  throw new KustomizeError('json: cannot unmarshal array into Go value of type map[string]interface {}');
}

function applyOne(root: { value: unknown }, operation: JsonObject): void {
  const name = operation['op'];
  switch (name) {
    case 'add': {
      const path = textOf(operation, 'path', 'add operation failed to decode path: missing value');
      const spot = find(root.value, path);
      if (spot === undefined) throw missing(`add operation does not apply: doc is missing path: "${path}"`);
      return withPrefix(
        () => `error in add for path: '${path}'`,
        () => add(spot, valueOf(operation)),
      );
    }
    case 'remove': {
      const path = textOf(operation, 'path', 'remove operation failed to decode path: missing value');
      const spot = find(root.value, path);
      if (spot === undefined)
        throw missing(`remove operation does not apply: doc is missing path: "${path}"`);
      return withPrefix(
        () => `error in remove for path: '${path}'`,
        () => remove(spot),
      );
    }
    case 'replace':
      return replace(root, operation);
    case 'move':
      return move(root.value, operation);
    case 'copy':
      return copy(root.value, operation);
    case 'test':
      return test(root.value, operation);
    default:
      throw new KustomizeError(`Unexpected kind: ${typeof name === 'string' ? name : 'unknown'}`);
  }
}

function replace(root: { value: unknown }, operation: JsonObject): void {
  const path = textOf(
    operation,
    'path',
    'replace operation failed to decode path: operation missing path field: missing value',
  );
  if (path === '') {
    const value = valueOf(operation);
    if (typeof value !== 'object' || value === null)
      throw new KustomizeError('replace operation value must be object or array: %!w(<nil>)');
    root.value = value;
    return;
  }
  const spot = find(root.value, path);
  if (spot === undefined) throw missing(`replace operation does not apply: doc is missing path: ${path}`);
  const { holder, key } = spot;
  if (!Array.isArray(holder)) return putField(holder, key, valueOf(operation));
  const index = indexIn(key, holder.length);
  if (typeof index === 'string')
    throw missing(`replace operation does not apply: doc is missing key: ${path}`);
  holder[index] = valueOf(operation);
}

function move(document: unknown, operation: JsonObject): void {
  const from = textOf(
    operation,
    'from',
    'move operation failed to decode from: operation, missing from field: missing value',
  );
  const source = find(document, from);
  if (source === undefined) throw missing(`move operation does not apply: doc is missing from path: ${from}`);
  const value = withPrefix(
    () => `error in move for path: '${source.key}'`,
    () => {
      const found = get(source);
      remove(source);
      return found;
    },
  );
  const path = textOf(
    operation,
    'path',
    'move operation failed to decode path: operation missing path field: missing value',
  );
  const spot = find(document, path);
  if (spot === undefined)
    throw missing(`move operation does not apply: doc is missing destination path: ${path}`);
  withPrefix(
    () => `error in move for path: '${path}'`,
    () => add(spot, value),
  );
}

function copy(document: unknown, operation: JsonObject): void {
  const from = textOf(
    operation,
    'from',
    'copy operation failed to decode from: operation, missing from field: missing value',
  );
  const source = find(document, from);
  if (source === undefined) throw missing(`copy operation does not apply: doc is missing from path: ${from}`);
  const value = withPrefix(
    () => `error in copy for from: '${from}'`,
    () => copyOf(get(source)),
  );
  const path = textOf(operation, 'path', 'copy operation failed to decode path: missing value');
  const spot = find(document, path);
  if (spot === undefined)
    throw missing(`copy operation does not apply: doc is missing destination path: ${path}`);
  withPrefix(
    () => 'error while adding value during copy',
    () => add(spot, value),
  );
}

function test(document: unknown, operation: JsonObject): void {
  const path = textOf(
    operation,
    'path',
    'test operation failed to decode path: operation missing path field: missing value',
  );
  const spot = path === '' ? undefined : find(document, path);
  if (path !== '' && spot === undefined)
    throw missing(`test operation does not apply: is missing path: ${path}`);
  const found =
    spot === undefined
      ? document
      : withPrefix(
          () => `error in test for path: '${path}'`,
          () => get(spot),
        );
  if (!equalData(found ?? null, operation['value'] ?? null))
    throw new KustomizeError(`testing value ${path} failed: test failed`);
}

/** The place of a pointer; undefined where the way to it ends early. Whatever stands before the first slash is ignored. */
function find(document: unknown, pointer: string): Spot | undefined {
  const [, ...parts] = pointer.split('/');
  const last = parts.pop();
  if (last === undefined) return undefined;
  let at = document;
  for (const part of parts) {
    const key = decode(part);
    if (Array.isArray(at)) {
      const index = indexIn(key, at.length);
      at = typeof index === 'number' ? (at as unknown[])[index] : undefined;
    } else {
      at = isMapping(at) ? fieldOf(at, key) : undefined;
    }
  }
  const holder = Array.isArray(at) || isMapping(at) ? at : undefined;
  return holder === undefined ? undefined : { holder, key: decode(last) };
}

function decode(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

function get({ holder, key }: Spot): unknown {
  if (!Array.isArray(holder)) return fieldOf(holder, key) ?? null;
  return holder[checked(indexIn(key, holder.length))];
}

function add({ holder, key }: Spot, value: unknown): void {
  if (!Array.isArray(holder)) return putField(holder, key, value);
  if (key === '-') return void holder.push(value);
  const index = indexIn(key, holder.length + 1);
  if (typeof index === 'string' && index.startsWith('strconv'))
    throw new KustomizeError(`value was not a proper array index: '${key}': ${index}`);
  holder.splice(checked(index), 0, value);
}

function remove({ holder, key }: Spot): void {
  if (Array.isArray(holder)) {
    holder.splice(checked(indexIn(key, holder.length)), 1);
    return;
  }
  if (!Object.hasOwn(holder, key)) throw missing(`Unable to remove nonexistent key: ${key}`);
  delete holder[key];
}

/** The index that a token names in a list of this length, or what is wrong with it. */
function indexIn(token: string, length: number): number | string {
  if (!/^[-+]?\d{1,15}$/.test(token)) return `strconv.Atoi: parsing ${JSON.stringify(token)}: invalid syntax`;
  const named = Number(token);
  const index = named < 0 ? named + length : named;
  if (index >= 0 && index < length) return index;
  return `Unable to access invalid index: ${named}: invalid index referenced`;
}

function checked(index: number | string): number {
  if (typeof index === 'string') throw new KustomizeError(index);
  return index;
}

function valueOf(operation: JsonObject): unknown {
  return copyOf(operation['value'] ?? null);
}

function textOf(operation: JsonObject, member: string, otherwise: string): string {
  const text = operation[member];
  if (typeof text === 'string') return text;
  throw new KustomizeError(otherwise);
}

function missing(message: string): KustomizeError {
  return new KustomizeError(`${message}: missing value`);
}
