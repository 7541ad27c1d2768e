import { compare, equal, itemKey } from '../equality.ts';
import { global, member, type Overload } from '../functions.ts';
import { shown } from '../plain.ts';
import { checkDuration, checkTimestamp } from '../time.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  listType,
  mapType,
  optionalType,
  paramType,
  stringType,
  timestampType,
  uintType,
  type CelType,
} from '../types.ts';
import {
  ArrayList,
  CelError,
  type CelList,
  CelMap,
  type Duration,
  Optional,
  type Timestamp,
  Uint,
  none,
  typeNameOf,
  type Value,
} from '../values.ts';

type Table = Record<string, readonly Overload[]>;

const A = paramType('A');
const B = paramType('B');
const listA = listType(A);
const mapAB = mapType(A, B);

const ordered: readonly (readonly [string, CelType])[] = [
  ['bool', boolType],
  ['int64', intType],
  ['uint64', uintType],
  ['double', doubleType],
  ['string', stringType],
  ['bytes', bytesType],
  ['timestamp', timestampType],
  ['duration', durationType],
];
const numeric = ordered.slice(1, 4);

function comparison(prefix: string, holds: (order: number) => boolean): readonly Overload[] {
  const run = (a: Value, b: Value): Value => holds(compare(a, b));
  const same = ordered.map(([name, type]) => global(`${prefix}_${name}`, [type, type], boolType, run));
  const mixed = numeric.flatMap(([left, a]) =>
    numeric
      .filter(([right]) => right !== left)
      .map(([right, b]) => global(`${prefix}_${left}_${right}`, [a, b], boolType, run)),
  );
  return [...same, ...mixed];
}

const overflow = (): CelError => new CelError('integer overflow');

/** An int, if it is one. */
function int(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw overflow();
  return value;
}

function uint(value: bigint): Uint {
  if (BigInt.asUintN(64, value) !== value) throw new CelError('unsigned integer overflow');
  return new Uint(value);
}

function nonZero(value: bigint, what: string): bigint {
  if (value === 0n) throw new CelError(`${what} by zero`);
  return value;
}

export const arithmetic: Table = {
  '_+_': [
    global('add_int64', [intType, intType], intType, (a: bigint, b: bigint) => int(a + b)),
    global('add_uint64', [uintType, uintType], uintType, (a: Uint, b: Uint) => uint(a.value + b.value)),
    global('add_double', [doubleType, doubleType], doubleType, (a: number, b: number) => a + b),
    global('add_string', [stringType, stringType], stringType, (a: string, b: string) => a + b),
    global('add_bytes', [bytesType, bytesType], bytesType, (a: Uint8Array, b: Uint8Array) =>
      Uint8Array.from([...a, ...b]),
    ),
    global('add_list', [listA, listA], listA, addLists),
    global('add_duration_duration', [durationType, durationType], durationType, (a: Duration, b: Duration) =>
      checkDuration(a.nanos + b.nanos),
    ),
    global('add_duration_timestamp', [durationType, timestampType], timestampType, addTimes),
    global('add_timestamp_duration', [timestampType, durationType], timestampType, addTimes),
  ],
  '_-_': [
    global('subtract_int64', [intType, intType], intType, (a: bigint, b: bigint) => int(a - b)),
    global('subtract_uint64', [uintType, uintType], uintType, (a: Uint, b: Uint) => uint(a.value - b.value)),
    global('subtract_double', [doubleType, doubleType], doubleType, (a: number, b: number) => a - b),
    global(
      'subtract_duration_duration',
      [durationType, durationType],
      durationType,
      (a: Duration, b: Duration) => checkDuration(a.nanos - b.nanos),
    ),
    global(
      'subtract_timestamp_duration',
      [timestampType, durationType],
      timestampType,
      (a: Timestamp, b: Duration) => checkTimestamp(a.nanos - b.nanos),
    ),
    global(
      'subtract_timestamp_timestamp',
      [timestampType, timestampType],
      durationType,
      (a: Timestamp, b: Timestamp) => checkDuration(a.nanos - b.nanos),
    ),
  ],
  '_*_': [
    global('multiply_int64', [intType, intType], intType, (a: bigint, b: bigint) => int(a * b)),
    global('multiply_uint64', [uintType, uintType], uintType, (a: Uint, b: Uint) => uint(a.value * b.value)),
    global('multiply_double', [doubleType, doubleType], doubleType, (a: number, b: number) => a * b),
  ],
  '_/_': [
    global('divide_int64', [intType, intType], intType, (a: bigint, b: bigint) =>
      int(a / nonZero(b, 'division')),
    ),
    global('divide_uint64', [uintType, uintType], uintType, (a: Uint, b: Uint) =>
      uint(a.value / nonZero(b.value, 'division')),
    ),
    global('divide_double', [doubleType, doubleType], doubleType, (a: number, b: number) => a / b),
  ],
  '_%_': [
    global('modulo_int64', [intType, intType], intType, (a: bigint, b: bigint) =>
      int(a % nonZero(b, 'modulus')),
    ),
    global('modulo_uint64', [uintType, uintType], uintType, (a: Uint, b: Uint) =>
      uint(a.value % nonZero(b.value, 'modulus')),
    ),
  ],
  '-_': [
    global('negate_int64', [intType], intType, (a: bigint) => int(-a)),
    global('negate_double', [doubleType], doubleType, (a: number) => -a),
  ],
};

function addTimes(a: Duration | Timestamp, b: Duration | Timestamp): Value {
  return checkTimestamp(a.nanos + b.nanos);
}

/** Sets take what is new, keyed lists replace what has the same keys; other lists grow at their end. */
function addLists(a: CelList, b: CelList): Value {
  const { semantics } = a;
  if (semantics === undefined) return new ArrayList([...a, ...b]);
  if (semantics.type === 'set') {
    const items = Array.from(a);
    for (const item of b) if (!items.some((one) => equal(one, item))) items.push(item);
    return new ArrayList(items);
  }
  const fresh = new Map(Array.from(b, (item) => [itemKey(item, semantics.keys), item]));
  const items: Value[] = [];
  for (const item of a) {
    const key = itemKey(item, semantics.keys);
    items.push(fresh.get(key) ?? item);
    fresh.delete(key);
  }
  return new ArrayList([...items, ...fresh.values()]);
}

export const logic: Table = {
  '_&&_': [{ id: 'logical_and', member: false, args: [boolType, boolType], result: boolType }],
  '_||_': [{ id: 'logical_or', member: false, args: [boolType, boolType], result: boolType }],
  '_?_:_': [{ id: 'conditional', member: false, args: [boolType, A, A], result: A }],
  '@not_strictly_false': [{ id: 'not_strictly_false', member: false, args: [boolType], result: boolType }],
  '!_': [global('logical_not', [boolType], boolType, (a: boolean) => !a)],
  '_==_': [global('equals', [A, A], boolType, equal)],
  '_!=_': [global('not_equals', [A, A], boolType, (a: Value, b: Value) => !equal(a, b))],
  '_<_': comparison('less', (order) => order < 0),
  '_<=_': comparison('less_equals', (order) => order <= 0),
  '_>_': comparison('greater', (order) => order > 0),
  '_>=_': comparison('greater_equals', (order) => order >= 0),
};

const found = (value: Value | undefined): Value => (value === undefined ? none : new Optional(value));
const optionalList = optionalType(listA);
const optionalMap = optionalType(mapAB);

export const access: Table = {
  '_[_]': [
    global('index_list', [listA, intType], A, itemAt),
    global('index_map', [mapAB, A], B, valueAt),
    global(
      'optional_list_index_int',
      [optionalList, intType],
      optionalType(A),
      (of: Optional, index: Value) =>
        of.value === undefined ? none : found(maybeItem(of.value as CelList, index)),
    ),
    global('optional_map_index_value', [optionalMap, A], optionalType(B), (of: Optional, key: Value) =>
      of.value === undefined ? none : found((of.value as CelMap).get(key)),
    ),
  ],
  '_[?_]': [
    global('list_optindex_optional_int', [listA, intType], optionalType(A), (list: CelList, index: Value) =>
      found(maybeItem(list, index)),
    ),
    global(
      'optional_list_optindex_optional_int',
      [optionalList, intType],
      optionalType(A),
      (of: Optional, index: Value) =>
        of.value === undefined ? none : found(maybeItem(of.value as CelList, index)),
    ),
    global('map_optindex_optional_value', [mapAB, A], optionalType(B), (map: CelMap, key: Value) =>
      found(map.get(key)),
    ),
    global(
      'optional_map_optindex_optional_value',
      [optionalMap, A],
      optionalType(B),
      (of: Optional, key: Value) => (of.value === undefined ? none : found((of.value as CelMap).get(key))),
    ),
  ],
  '@in': [
    global('in_list', [A, listA], boolType, (item: Value, list: CelList) => isIn(item, list)),
    global('in_map', [A, mapAB], boolType, (key: Value, map: CelMap) => map.has(key)),
  ],
  size: [
    global('size_string', [stringType], intType, sizeInt),
    global('size_bytes', [bytesType], intType, sizeInt),
    global('size_list', [listA], intType, sizeInt),
    global('size_map', [mapAB], intType, sizeInt),
    member('string_size', [stringType], intType, sizeInt),
    member('bytes_size', [bytesType], intType, sizeInt),
    member('list_size', [listA], intType, sizeInt),
    member('map_size', [mapAB], intType, sizeInt),
  ],
};

function sizeInt(value: string | Uint8Array | CelList | CelMap): Value {
  if (typeof value === 'string') return BigInt(Array.from(value).length);
  return BigInt(value instanceof CelMap ? value.size : value.length);
}

export function isIn(item: Value, list: CelList): boolean {
  for (const one of list) if (equal(one, item)) return true;
  return false;
}

function maybeItem(list: CelList, index: Value): Value | undefined {
  const at = Number(indexOf(index));
  return at < 0 || at >= list.length ? undefined : list.at(at);
}

function indexOf(index: Value): bigint {
  if (typeof index === 'bigint') return index;
  if (index instanceof Uint) return index.value;
  if (typeof index === 'number' && Number.isInteger(index)) return BigInt(index);
  throw new CelError(`unsupported index type '${typeNameOf(index)}' in list`);
}

export function itemAt(list: CelList, index: Value): Value {
  const at = indexOf(index);
  if (at < 0n || at >= BigInt(list.length)) throw new CelError(`index out of bounds: ${at}`);
  return list.at(Number(at));
}

export function valueAt(map: CelMap, key: Value): Value {
  const value = map.get(key);
  if (value === undefined) throw new CelError(`no such key: ${shown(key)}`);
  return value;
}
