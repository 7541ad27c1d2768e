import { isNilList, listType, mapType } from './typed.ts';
import { valueDepthMax } from './print.ts';
import { GoError, GoInt, GoObject } from './values.ts';
import type { Value } from './values.ts';

/** The type of a value, as `%T` prints it. */
export function typeName(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'string') return 'string';
  if (value instanceof GoInt) return value.kind === 'duration' ? 'time.Duration' : value.kind;
  if (value instanceof Uint8Array) return '[]uint8';
  if (Array.isArray(value)) return listType(value);
  return value instanceof Map ? mapType(value) : value.typeName;
}

/** The kind of a value, as reflect names it. */
export function kindName(value: Value): string {
  if (value === null) return 'invalid';
  if (value instanceof GoInt) return value.kind === 'duration' ? 'int64' : value.kind;
  if (Array.isArray(value) || value instanceof Uint8Array) return 'slice';
  if (value instanceof Map) return 'map';
  if (!(value instanceof GoObject)) return typeName(value);
  if (value.typeName.startsWith('*')) return 'ptr';
  return value.asMap === undefined ? 'struct' : 'map';
}

/** Whether a value is the zero of its kind or has no elements, which is what `default` and `empty` ask. */
export function isEmpty(value: Value): boolean {
  if (value === null) return true;
  if (typeof value === 'string') return value === '';
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value === 0;
  if (value instanceof GoInt) return value.n === 0n;
  if (value instanceof Map) return value.size === 0;
  if (value instanceof GoObject) return value.asMap?.().size === 0;
  return value.length === 0;
}

/** reflect.DeepEqual: the same types, and the same all the way down. */
export function deepEqual(a: Value, b: Value, depth = 0): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  if (a === null || b === null) return a === b;
  if (a instanceof GoInt || b instanceof GoInt)
    return a instanceof GoInt && b instanceof GoInt && a.kind === b.kind && a.n === b.n;
  if (a === b) return true;
  if (depth > valueDepthMax) throw new GoError('the value contains itself', { panic: true });
  if (typeName(a) !== typeName(b)) return false;
  if (Array.isArray(a) && Array.isArray(b))
    return (
      a.length === b.length &&
      isNilList(a) === isNilList(b) &&
      a.every((item, i) => deepEqual(item, b[i] ?? null, depth + 1))
    );
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size) return false;
    for (const [key, item] of a) {
      const other = b.get(key);
      if (other === undefined || !deepEqual(item, other, depth + 1)) return false;
    }
    return true;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array)
    return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (a instanceof GoObject && b instanceof GoObject) return sameObjects(a, b, depth);
  return false;
}

/** Objects are the same when their JSON and their text are. */
function sameObjects(a: GoObject, b: GoObject, depth: number): boolean {
  if (a.print() !== b.print()) return false;
  const left = a.asMap?.() ?? a.asJson?.() ?? null;
  return deepEqual(left, b.asMap?.() ?? b.asJson?.() ?? null, depth + 1);
}
