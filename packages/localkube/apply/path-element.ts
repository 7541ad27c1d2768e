import { quoted } from '@plumbline/base';
import type { SchemaNode } from '@plumbline/api';
import type { TypedNode } from '@plumbline/api/schema';

/** Why an item of a set or map list cannot be named. */
export class ElementError extends Error {}

/** The element that names an item of a list whose type is `set` or `map`. */
export function elementOf(list: SchemaNode, item: unknown): string {
  return list.listType === 'map' ? keyElement(list, item) : valueElement(item);
}

function valueElement(item: unknown): string {
  if (item === null || item === undefined) {
    throw new ElementError("associative list without keys has an element that's an explicit null");
  }
  if (Array.isArray(item)) throw new ElementError('not supported: associative list with lists as elements');
  if (typeof item === 'object')
    throw new ElementError("associative list without keys has an element that's a map type");
  return `v:${scalarText(item)}`;
}

function keyElement(list: SchemaNode, item: unknown): string {
  if (item === null || item === undefined) {
    throw new ElementError('associative list with keys may not have a null element');
  }
  if (typeof item !== 'object' || Array.isArray(item)) {
    throw new ElementError('associative list with keys may not have non-map elements');
  }
  const keys = list.listMapKeys ?? [];
  const values = item as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of inOrder(keys)) {
    const value = Object.hasOwn(values, key) ? values[key] : absentKey(list.items, key);
    if (value !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${scalarText(value)}`;
  }
  if (text === '')
    throw new ElementError(
      `associative list with keys has an element that omits all key fields [${keys.map((key) => JSON.stringify(key)).join(' ')}] ` +
        "(and doesn't have default values for any key fields)",
    );
  return `k:{${text}}`;
}

/** Schemas name their keys in order, but for a few. */
function inOrder(keys: readonly string[]): readonly string[] {
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return keys.toSorted();
  return keys;
}

function scalarText(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

/** A key that is absent has its default; one that Go always writes has its zero. */
function absentKey(item: SchemaNode | undefined, key: string): unknown {
  const node = item?.fields?.[key];
  // A reference without a name is one to the empty name, by the defaults of its published schema.
  const { definition } = (item ?? {}) as Partial<TypedNode>;
  if (definition?.endsWith('.LocalObjectReference') === true) return '';
  if (node?.default !== undefined) return node.default;
  const { keepZero, pointer, type } = (node ?? {}) as Partial<TypedNode>;
  if (keepZero !== true || pointer === true) return undefined;
  return type === 'string' ? '' : type === 'integer' ? 0 : undefined;
}

const ranks: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

/** The canonical order: fields, then keys, values and indexes, each by what they hold. */
export function compareElements(a: string, b: string): number {
  const [left, right] = [a[0] ?? '', b[0] ?? ''];
  if (left !== right) return (ranks[left] ?? 9) - (ranks[right] ?? 9);
  if (left === 'f') return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [onlyText(a), onlyText(b)];
  if (x !== undefined && y !== undefined && x.key === y.key)
    return x.text < y.text ? -1 : x.text > y.text ? 1 : 0;
  return compareValues(parse(a), parse(b));
}

/** `k:{"name":"a"}` and `v:"a"` hold one text each, which nearly all elements do; read without a parser. */
function onlyText(element: string): { readonly key: string; readonly text: string } | undefined {
  const start = element[0] === 'k' ? element.indexOf('":"') + 2 : 2;
  const end = element[0] === 'k' ? element.length - 2 : element.length - 1;
  if (start < 2 || element[start] !== '"' || element[end] !== '"' || element.includes('\\')) return undefined;
  const text = element.slice(start + 1, end);
  return text.includes('"') ? undefined : { key: element.slice(0, start), text };
}

function parse(element: string): unknown {
  try {
    return JSON.parse(element.slice(2));
  } catch {
    return element.slice(2);
  }
}

/** Numbers before texts before booleans; keys field by field. */
function compareValues(a: unknown, b: unknown): number {
  if (a !== null && b !== null && typeof a === 'object' && typeof b === 'object') {
    const [left, right] = [Object.entries(a), Object.entries(b)];
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const [x, y] = [left[i]!, right[i]!];
      const order = x[0] < y[0] ? -1 : x[0] > y[0] ? 1 : compareValues(x[1], y[1]);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  }
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [String(a), String(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** `.spec.containers[name="c"].image`, as conflicts name it. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}

export function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${rest}`;
    case 'k':
      return `[${Object.entries(parse(element) as object)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${rest}]`;
    default:
      return `[${rest}]`;
  }
}
