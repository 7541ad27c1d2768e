import { shown } from './plain.ts';
import {
  CelError,
  CelList,
  CelMap,
  CelObject,
  Duration,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  noOverload,
  typeNameOf,
  type Value,
} from './values.ts';

/** Whether two values are equal. Numbers compare across their types; other types never equal one another. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (isNumeric(a)) return isNumeric(b) && compareNumbers(a, b) === 0;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.typeName === b.typeName;
  if (a instanceof CelList) return b instanceof CelList && equalLists(a, b);
  if (a instanceof CelMap) return b instanceof CelMap && equalMaps(a, b);
  if (a instanceof CelObject) return b instanceof CelObject && equalObjects(a, b);
  if (a instanceof Optional) {
    if (!(b instanceof Optional)) return false;
    return a.value === undefined || b.value === undefined ? a.value === b.value : equal(a.value, b.value);
  }
  return a instanceof Opaque && b instanceof Opaque && a.type.name === b.type.name && a.equals(b);
}

type Numeric = bigint | number | Uint;

function isNumeric(value: Value): value is Numeric {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
}

function equalLists(a: CelList, b: CelList): boolean {
  if (a.length !== b.length) return false;
  const semantics = a.semantics ?? b.semantics;
  if (semantics?.type === 'set') return containsAll(a, b) && containsAll(b, a);
  if (semantics?.type === 'map') return equalKeyed(a, b, semantics.keys);
  for (let i = 0; i < a.length; i++) if (!equal(a.at(i), b.at(i))) return false;
  return true;
}

function containsAll(all: CelList, some: CelList): boolean {
  return Array.from(some).every((item) => Array.from(all).some((other) => equal(other, item)));
}

function equalKeyed(a: CelList, b: CelList, keys: readonly string[]): boolean {
  const found = new Map(Array.from(b, (item) => [itemKey(item, keys), item]));
  return Array.from(a).every((item) => {
    const other = found.get(itemKey(item, keys));
    return other !== undefined && equal(item, other);
  });
}

/** What tells the items of a keyed list apart. */
export function itemKey(item: Value, keys: readonly string[]): string {
  if (!(item instanceof CelObject || item instanceof CelMap)) return '';
  return JSON.stringify(
    keys.map((key) => {
      const part = item.get(key);
      return part === undefined ? null : `${typeNameOf(part)} ${shown(part)}`;
    }),
  );
}

function equalMaps(a: CelMap, b: CelMap): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const [left, right] = [a.get(key), b.get(key)];
    if (left === undefined || right === undefined || !equal(left, right)) return false;
  }
  return true;
}

function equalObjects(a: CelObject, b: CelObject): boolean {
  const names = a.names();
  if (names.length !== b.names().length) return false;
  return names.every((name) => {
    const [left, right] = [a.get(name), b.get(name)];
    return left !== undefined && right !== undefined && equal(left, right);
  });
}

/** Below, at or above zero; NaN where a NaN makes them incomparable. */
function compareNumbers(a: Numeric, b: Numeric): number {
  const left = a instanceof Uint ? a.value : a;
  const right = b instanceof Uint ? b.value : b;
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.NaN;
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** Orders two values that have an order. */
export function compare(a: Value, b: Value): number {
  if (isNumeric(a) && isNumeric(b)) {
    const order = compareNumbers(a, b);
    if (Number.isNaN(order)) throw new CelError('NaN values cannot be ordered');
    return order;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if ((a instanceof Duration && b instanceof Duration) || (a instanceof Timestamp && b instanceof Timestamp))
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  throw noOverload();
}

/** As Go orders strings: by bytes, which is by code points; UTF-16 differs where surrogates are. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left === right) continue;
    const [high, other] = [isSurrogate(left), isSurrogate(right)];
    return high === other ? left - right : high ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** How many elements or characters a value has, for costs; 1 for values without a size. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return textLength(value);
  if (value === null || typeof value !== 'object') return 1;
  if (value instanceof Uint8Array || value instanceof CelList) return value.length;
  if (value instanceof CelMap || value instanceof Opaque) return value.size;
  if (value instanceof Optional) return value.value === undefined ? 1 : sizeOf(value.value);
  return 1;
}

/** CEL counts code points. */
export function textLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      length--;
      i++;
    }
  }
  return length;
}
