import {
  GoInt,
  compareStrings,
  deepEqual,
  isEmpty,
  kindName,
  listType,
  nilList,
  textOf,
  typedList,
} from '../go/index.ts';
import type { GoFunction, Value } from '../go/index.ts';
import { toInt64 } from './cast.ts';
import { fn, listLengthMax, nilDereference, panic, variadic } from './define.ts';

/** Lists are never changed; what is no list is refused in the words of the function. */
const list = variadic([], 'any', 'list', (items) => [...items]);
const push = fn(['any', 'any'], 'list', (items, item) => [...elements(items, 'Cannot push on type'), item]);
const prepend = fn(['any', 'any'], 'list', (items, item) => [
  item,
  ...elements(items, 'Cannot prepend on type'),
]);
const first = fn(['any'], 'any', (items) => elements(items, 'Cannot find first on type')[0] ?? null);
const last = fn(['any'], 'any', (items) => elements(items, 'Cannot find last on type').at(-1) ?? null);
const rest = fn(['any'], 'list', (items) => withoutOne(elements(items, 'Cannot find rest on type'), 1));
const initial = fn(['any'], 'list', (items) =>
  withoutOne(elements(items, 'Cannot find initial on type'), -1),
);
const reverse = fn(['any'], 'list', (items) => elements(items, 'Cannot find reverse on type').toReversed());
const compact = fn(['any'], 'list', (items) =>
  elements(items, 'Cannot compact on type').filter((item) => !isEmpty(item)),
);
const uniq = fn(['any'], 'list', (items) => distinct(elements(items, 'Cannot find uniq on type')));
const without = variadic(['any'], 'any', 'list', (omitted, items) => {
  const known = finder(omitted);
  return elements(items, 'Cannot find without on type').filter((item) => !known(item));
});
const has = fn(['any', 'any'], 'bool', (needle, haystack) =>
  haystack === null ? false : finder([needle]).some(elements(haystack, 'Cannot find has on type')),
);
const slice = variadic(['any'], 'any', 'any', (indices, items) => sliceList(items, indices));
const chunk = fn(['int', 'any'], 'any', (size, items) =>
  chunks(Number(size.n), elements(items, 'Cannot chunk type')),
);

export const listFunctions: Readonly<Record<string, GoFunction>> = {
  list,
  tuple: list,
  append: push,
  push,
  mustAppend: push,
  mustPush: push,
  prepend,
  mustPrepend: prepend,
  first,
  mustFirst: first,
  last,
  mustLast: last,
  rest,
  mustRest: rest,
  initial,
  mustInitial: initial,
  reverse,
  mustReverse: reverse,
  compact,
  mustCompact: compact,
  uniq,
  mustUniq: uniq,
  without,
  mustWithout: without,
  has,
  mustHas: has,
  slice,
  mustSlice: slice,
  chunk,
  mustChunk: chunk,
  concat: variadic([], 'any', 'any', concat),
  join: fn(['string', 'any'], 'string', (separator, items) => texts(items).join(separator)),
  sortAlpha: fn(['any'], 'any', sortAlpha),
  toStrings: fn(['any'], 'any', (items) => typedList('[]string', texts(items))),
};

/** The elements of a slice; reflection on nil is what it is in Go, a panic. */
function elements(value: Value, complaint: string): Value[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Uint8Array) return Array.from(value, (byte) => new GoInt('uint8', BigInt(byte)));
  return value === null ? nilDereference() : panic(`${complaint} ${kindName(value)}`);
}

function withoutOne(items: readonly Value[], end: 1 | -1): Value[] {
  if (items.length === 0) return nilList();
  return end === 1 ? items.slice(1) : items.slice(0, -1);
}

function concat(lists: readonly Value[]): Value {
  const result: Value[] = [];
  for (const each of lists) {
    if (!isList(each) && each !== null) panic(`Cannot concat type ${kindName(each)} as list`);
    for (const item of elements(each, '')) result.push(item);
  }
  return result.length === 0 ? nilList() : result;
}

function isList(value: Value): boolean {
  return Array.isArray(value) || value instanceof Uint8Array;
}

function sliceList(items: Value, indices: readonly Value[]): Value {
  const all = elements(items, 'list should be type of slice or array but');
  if (all.length === 0) return null;
  const start = indices.length > 0 ? toInt64(indices[0] ?? null) : 0n;
  const end = indices.length > 1 ? toInt64(indices[1] ?? null) : BigInt(all.length);
  if (start < 0n || end < start || end > BigInt(all.length))
    panic('reflect.Value.Slice: slice index out of bounds');
  const part = all.slice(Number(start), Number(end));
  return typedList(items instanceof Uint8Array ? '[]uint8' : listType(all), part);
}

function chunks(size: number, items: readonly Value[]): Value {
  const count = size === 0 ? -1 : Math.floor((items.length - 1) / size) + 1;
  // A size below zero ends in Go's runtime wherever there would be a chunk.
  if (count < 0 || count > listLengthMax || (size < 0 && count > 0))
    return panic('runtime error: makeslice: len out of range');
  const result = Array.from({ length: count }, (_, i): Value => items.slice(i * size, (i + 1) * size));
  return typedList('[][]interface {}', result);
}

/**
 * Tells quickly whether an element equals one of the known ones: by a key for scalars, by comparing all the way down for
 * the rest.
 */
function finder(
  known: readonly Value[],
): ((item: Value) => boolean) & { some(items: readonly Value[]): boolean } {
  const scalars = new Set<string>();
  const deep: Value[] = [];
  for (const item of known) {
    const key = scalarKey(item);
    if (key === undefined) deep.push(item);
    else scalars.add(key);
  }
  const find = (item: Value): boolean => {
    const key = scalarKey(item);
    return key === undefined ? deep.some((other) => deepEqual(item, other)) : scalars.has(key);
  };
  return Object.assign(find, { some: (items: readonly Value[]) => items.some(find) });
}

function distinct(items: readonly Value[]): Value[] {
  const seen = new Set<string>();
  const deep: Value[] = [];
  return items.filter((item) => {
    const key = scalarKey(item);
    if (key === undefined) {
      if (deep.some((other) => deepEqual(item, other))) return false;
      deep.push(item);
      return true;
    }
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** A text that two scalars share exactly when they are the same to reflect.DeepEqual. NaN equals nothing. */
function scalarKey(value: Value): string | undefined {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : `f${value}`;
  if (value === null || typeof value === 'boolean') return String(value);
  return value instanceof GoInt ? `${value.kind} ${value.n}` : undefined;
}

/** The texts of all elements but nil; of anything else its own. */
function texts(value: Value): string[] {
  if (value === null) return [];
  if (Array.isArray(value)) {
    const result: string[] = [];
    for (const item of value) if (item !== null) result.push(textOf(item));
    return result;
  }
  if (value instanceof Uint8Array) return Array.from(value, String);
  return [textOf(value)];
}

function sortAlpha(value: Value): Value {
  if (!isList(value)) return typedList('[]string', [value === null ? '<nil>' : textOf(value)]);
  // A []string is sorted in place, as upstream does it.
  if (Array.isArray(value) && listType(value) === '[]string')
    return value.sort((a, b) => compareStrings(textOf(a), textOf(b)));
  return typedList('[]string', texts(value).toSorted(compareStrings));
}
