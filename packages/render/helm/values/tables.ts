import { GoInt } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';

/** Whether a value is a table, Helm's word for a map. */
export function isTable(value: Value | undefined): value is GoMap {
  return value instanceof Map;
}

/** A copy that shares nothing with the original but texts, numbers and objects. */
function copyValue(value: Value): Value {
  if (value === null || typeof value !== 'object' || value instanceof GoInt) return value;
  if (Array.isArray(value)) return value.map(copyValue);
  return value instanceof Map ? copyTable(value) : value;
}

/** A deep copy of a table. */
export function copyTable(table: GoMap): GoMap {
  const copy: GoMap = new Map();
  for (const [key, value] of table) copy.set(key, copyValue(value));
  return copy;
}

/** Values files over each other: tables merge, everything else is replaced, nulls stay. Neither argument changes. */
export function mergeMaps(under: GoMap, over: GoMap): GoMap {
  const merged: GoMap = new Map(under);
  for (const [key, value] of over) {
    const before = merged.get(key);
    merged.set(key, isTable(value) && isTable(before) ? mergeMaps(before, value) : value);
  }
  return merged;
}

/** The table at a path of keys, or undefined. */
export function tableAt(table: GoMap, path: readonly string[]): GoMap | undefined {
  let at = table;
  for (const key of path) {
    const next = at.get(key);
    if (!isTable(next)) return undefined;
    at = next;
  }
  return at;
}

/** The value at a dotted path; tables and absent keys count as "no value", which upstream treats alike. */
export function pathValue(table: GoMap, path: string): { readonly value: Value } | undefined {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const value = tableAt(table, keys)?.get(last);
  return value === undefined || isTable(value) ? undefined : { value };
}
