import { mapType, nilMap, sortedKeys, textOf, typedList, typedMap } from '../go/index.ts';
import type { GoFunction, GoMap, Value } from '../go/index.ts';
import { GoError, GoObject, kindName, typeName } from '../go/index.ts';
import { fn, panic, variadic } from './define.ts';
import { mergeInto } from './merge.ts';

const noEntries: GoMap = new Map();

/** Tables; keys come sorted, which is one of the orders that Go walks them in. `set`, `unset` and the merges change the table they are given, as upstream does. */
export const dictFunctions: Readonly<Record<string, GoFunction>> = {
  dict: variadic([], 'any', 'map', (pairs) => {
    const result: GoMap = new Map();
    for (let i = 0; i < pairs.length; i += 2)
      result.set(textOf(pairs[i] ?? null), i + 1 < pairs.length ? (pairs[i + 1] ?? null) : '');
    return result;
  }),
  get: fn(['map', 'string'], 'any', (map, key) => map?.get(key) ?? (map?.has(key) === true ? null : '')),
  set: fn(['map', 'string', 'any'], 'map', (map, key, value) => {
    if (map === null) return panic('assignment to entry in nil map');
    return map.set(key, value);
  }),
  unset: fn(['map', 'string'], 'map', (map, key) => {
    map?.delete(key);
    return map ?? nilMap();
  }),
  hasKey: fn(['map', 'string'], 'bool', (map, key) => map?.has(key) ?? false),
  pluck: variadic(['string'], 'map', 'list', (maps, key) => {
    const result: Value[] = [];
    for (const map of maps) if (map?.has(key) === true) result.push(map.get(key) ?? null);
    return result;
  }),
  keys: variadic([], 'map', 'any', (maps) =>
    typedList(
      '[]string',
      maps.flatMap((map) => sortedKeys(map ?? noEntries)),
    ),
  ),
  values: fn(['map'], 'list', (map) => sortedKeys(map ?? noEntries).map((key) => map?.get(key) ?? null)),
  pick: variadic(['map'], 'string', 'map', (keys, map) => {
    const result: GoMap = new Map();
    for (const key of keys) if (map?.has(key) === true) result.set(key, map.get(key) ?? null);
    return result;
  }),
  omit: variadic(['map'], 'string', 'map', (keys, map) => {
    const result: GoMap = new Map(map ?? noEntries);
    for (const key of keys) result.delete(key);
    return result;
  }),
  merge: merging(false),
  mustMerge: merging(false),
  mergeOverwrite: merging(true),
  mustMergeOverwrite: merging(true),
  deepCopy: fn(['any'], 'any', copyOf),
  mustDeepCopy: fn(['any'], 'any', copyOf),
  dig: variadic([], 'any', 'any', dig),
};

function merging(overwrite: boolean): GoFunction {
  return variadic(['map'], 'map', 'any', (sources, target) => {
    const result = target ?? new Map<string, Value>();
    for (const source of sources) if (source !== null) mergeInto(result, source, overwrite);
    return result;
  });
}

const copyDepthMax = 1000;

function copyOf(value: Value): Value {
  return value === null ? panic('reflect: call of reflect.Value.Type on zero Value') : deepCopy(value);
}

function deepCopy(value: Value, depth = 0): Value {
  if (value === null || typeof value !== 'object' || value instanceof GoObject) return value;
  if (depth > copyDepthMax) throw new GoError('the value contains itself', { panic: true });
  if (Array.isArray(value)) {
    const items = value.map((item) => deepCopy(item, depth + 1));
    return typeName(value) === '[]interface {}' ? items : typedList(typeName(value), items);
  }
  if (value instanceof Map) {
    const copy: GoMap = new Map();
    for (const [key, item] of value) copy.set(key, deepCopy(item, depth + 1));
    const type = mapType(value);
    return type === 'map[string]interface {}' ? copy : typedMap(type, copy);
  }
  return value instanceof Uint8Array ? value.slice() : value;
}

/** The value at a path, or the default where a key is missing; a step through what is no table is a panic. */
function dig(parameters: readonly Value[]): Value {
  if (parameters.length < 3) return panic('dig needs at least three arguments');
  const fallback = parameters.at(-2) ?? null;
  let at = table(parameters.at(-1) ?? null);
  const keys = parameters.slice(0, -2).map(keyText);
  for (const [i, key] of keys.entries()) {
    if (!at.has(key)) return fallback;
    const step = at.get(key) ?? null;
    if (i === keys.length - 1) return step;
    at = table(step);
  }
  return fallback;
}

function table(value: Value): GoMap {
  // Helm's own tables (`chartutil.Values`) pass: Go knows what `merge` and `set` answer by another type than what they
  // were given, here it is one and the same table.
  if (value instanceof Map && /^(?!map\[)|^map\[string\]interface \{\}$/.test(mapType(value))) return value;
  if (value instanceof GoObject && value.asMap !== undefined && kindName(value) === 'map')
    return value.asMap();
  return panic(`interface conversion: interface {} is ${goTypeWord(value)}, not map[string]interface {}`);
}

function keyText(value: Value): string {
  if (typeof value === 'string') return value;
  return panic(`interface conversion: interface {} is ${goTypeWord(value)}, not string`);
}

function goTypeWord(value: Value): string {
  return value === null ? 'nil' : typeName(value);
}
