import { compare, equal } from '../equality.ts';
import { global, member, type Overload } from '../functions.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
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
  CelList,
  CelMap,
  Duration,
  EntryMap,
  Optional,
  Uint,
  none,
  type Value,
} from '../values.ts';
import { shown } from '../plain.ts';
import { arithmetic, isIn } from './operators.ts';

type Table = Record<string, readonly Overload[]>;

const T = paramType('T');
const listT = listType(T);

const comparable: readonly (readonly [string, CelType])[] = [
  ['int', intType],
  ['uint', uintType],
  ['double', doubleType],
  ['bool', boolType],
  ['duration', durationType],
  ['timestamp', timestampType],
  ['string', stringType],
  ['bytes', bytesType],
];

const summable: readonly (readonly [string, CelType, Value])[] = [
  ['int', intType, 0n],
  ['uint', uintType, new Uint(0n)],
  ['double', doubleType, 0],
  ['duration', durationType, new Duration(0n)],
];

function isSorted(list: CelList): boolean {
  for (let i = 1; i < list.length; i++) if (compare(list.at(i - 1), list.at(i)) > 0) return false;
  return true;
}

function extreme(list: CelList, name: string, better: (order: number) => boolean): Value {
  if (list.length === 0) throw new CelError(`${name} called on empty list`);
  let best = list.at(0);
  for (let i = 1; i < list.length; i++) if (better(compare(list.at(i), best))) best = list.at(i);
  return best;
}

function sum(zero: Value, id: string): (list: CelList) => Value {
  const add = arithmetic['_+_']!.find((one) => one.id === id)!.run!;
  return (list) => {
    let total = zero;
    for (const item of list) total = add(total, item);
    return total;
  };
}

const addIds: Readonly<Record<string, string>> = {
  int: 'add_int64',
  uint: 'add_uint64',
  double: 'add_double',
  duration: 'add_duration_duration',
};

function indexOf(list: CelList, item: Value): bigint {
  for (let i = 0; i < list.length; i++) if (equal(list.at(i), item)) return BigInt(i);
  return -1n;
}

function lastIndexOf(list: CelList, item: Value): bigint {
  for (let i = list.length - 1; i >= 0; i--) if (equal(list.at(i), item)) return BigInt(i);
  return -1n;
}

/** Kubernetes' own functions over lists. */
export const kubernetesLists: Table = {
  isSorted: comparable.map(([name, type]) =>
    member(`list_${name}_is_sorted_bool`, [listType(type)], boolType, isSorted),
  ),
  sum: summable.map(([name, type, zero]) =>
    member(`list_${name}_sum_${name}`, [listType(type)], type, sum(zero, addIds[name]!)),
  ),
  max: comparable.map(([name, type]) =>
    member(`list_${name}_max_${name}`, [listType(type)], type, (list: CelList) =>
      extreme(list, 'max', (order) => order > 0),
    ),
  ),
  min: comparable.map(([name, type]) =>
    member(`list_${name}_min_${name}`, [listType(type)], type, (list: CelList) =>
      extreme(list, 'min', (order) => order < 0),
    ),
  ),
  indexOf: [member('list_a_index_of_int', [listT, T], intType, indexOf)],
  lastIndexOf: [member('list_a_last_index_of_int', [listT, T], intType, lastIndexOf)],
};

function slice(list: CelList, start: bigint, end: bigint): Value {
  if (start < 0n || end < 0n)
    throw new CelError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end)
    throw new CelError(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (end > BigInt(list.length))
    throw new CelError(`cannot slice(${start}, ${end}), list is length ${list.length}`);
  return new ArrayList(Array.from(list).slice(Number(start), Number(end)));
}

function flatten(list: CelList, depth = 1n): Value {
  if (depth < 0n) throw new CelError('level must be non-negative');
  const items: Value[] = [];
  for (const item of list) {
    if (item instanceof CelList && depth > 0n) items.push(...(flatten(item, depth - 1n) as CelList));
    else items.push(item);
  }
  return new ArrayList(items);
}

/** Sorts items by keys of one type that has an order. */
function sortByKeys(list: CelList, keys: CelList): Value {
  if (list.length !== keys.length) {
    throw new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.length} and ${keys.length} elements respectively`,
    );
  }
  const pairs = Array.from(list, (item, i) => [item, keys.at(i)] as const);
  return new ArrayList(pairs.toSorted((a, b) => compare(a[1], b[1])).map(([item]) => item));
}

function distinct(list: CelList): Value {
  const items: Value[] = [];
  for (const item of list) if (!items.some((one) => equal(one, item))) items.push(item);
  return new ArrayList(items);
}

/** What `lists.range` may make at most. */
const rangeMax = 1_000_000n;

function range(count: bigint): Value {
  if (count > rangeMax) throw new CelError(`lists.range: size ${count} exceeds the maximum of ${rangeMax}`);
  return new ArrayList(Array.from({ length: Math.max(0, Number(count)) }, (_, i) => BigInt(i)));
}

/** cel-go's list extension in its version 3. */
export const extendedLists: Table = {
  slice: [member('list_slice', [listT, intType, intType], listT, slice)],
  flatten: [
    member('list_flatten', [listType(listT)], listT, flatten),
    member('list_flatten_int', [listType(dynType), intType], listType(dynType), flatten),
  ],
  sort: comparable.map(([name, type]) =>
    member(`list_${name}_sort`, [listType(type)], listType(type), (list: CelList) => sortByKeys(list, list)),
  ),
  '@sortByAssociatedKeys': comparable.map(([name, type]) =>
    member(`list_${name}_sortByAssociatedKeys`, [listT, listType(type)], listT, sortByKeys),
  ),
  'lists.range': [global('lists_range', [intType], listType(intType), range)],
  reverse: [
    member('list_reverse', [listT], listT, (list: CelList) => new ArrayList(Array.from(list).toReversed())),
  ],
  distinct: [member('list_distinct', [listT], listT, distinct)],
  first: [
    member('list_first', [listT], optionalType(T), (list: CelList) =>
      list.length === 0 ? none : new Optional(list.at(0)),
    ),
  ],
  last: [
    member('list_last', [listT], optionalType(T), (list: CelList) =>
      list.length === 0 ? none : new Optional(list.at(list.length - 1)),
    ),
  ],
};

const contains = (list: CelList, other: CelList): boolean =>
  Array.from(other).every((item) => isIn(item, list));

export const sets: Table = {
  'sets.contains': [global('list_sets_contains_list', [listT, listT], boolType, contains)],
  'sets.equivalent': [
    global(
      'list_sets_equivalent_list',
      [listT, listT],
      boolType,
      (a: CelList, b: CelList) => contains(a, b) && contains(b, a),
    ),
  ],
  'sets.intersects': [
    global('list_sets_intersects_list', [listT, listT], boolType, (a: CelList, b: CelList) =>
      Array.from(b).some((item) => isIn(item, a)),
    ),
  ],
};

const V = paramType('V');
const optionalV = optionalType(V);
const K = paramType('K');
const mapKV = mapType(K, V);

function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (typeof value !== 'object') return false;
  if (value instanceof CelList || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof CelMap) return value.size === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Optional) return value.value === undefined;
  return false;
}

function valueOf(of: Optional): Value {
  if (of.value === undefined) throw new CelError('optional.none() dereference');
  return of.value;
}

export const optionals: Table = {
  'optional.of': [global('optional_of', [V], optionalV, (value: Value) => new Optional(value))],
  'optional.none': [global('optional_none', [], optionalV, () => none)],
  'optional.ofNonZeroValue': [
    global('optional_ofNonZeroValue', [V], optionalV, (value: Value) =>
      isZero(value) ? none : new Optional(value),
    ),
  ],
  hasValue: [member('optional_hasValue', [optionalV], boolType, (of: Optional) => of.value !== undefined)],
  value: [member('optional_value', [optionalV], V, valueOf)],
  or: [
    member('optional_or_optional', [optionalV, optionalV], optionalV, (of: Optional, other: Optional) =>
      of.value === undefined ? other : of,
    ),
  ],
  orValue: [
    member('optional_orValue_value', [optionalV, V], V, (of: Optional, other: Value) =>
      of.value === undefined ? other : of.value,
    ),
  ],
  'optional.unwrap': [
    global('optional_unwrap', [listType(optionalV)], listType(V), (list: CelList) => unwrap(list)),
  ],
  unwrapOpt: [
    member('optional_unwrapOpt', [listType(optionalV)], listType(V), (list: CelList) => unwrap(list)),
  ],
};

function unwrap(list: CelList): Value {
  const items: Value[] = [];
  for (const item of list) if (item instanceof Optional && item.value !== undefined) items.push(item.value);
  return new ArrayList(items);
}

/** What the macros that make maps call for each entry. */
export const mapInsert: Table = {
  'cel.@mapInsert': [
    global('@mapInsert_map_key_value', [mapKV, K, V], mapKV, (map: CelMap, key: Value, value: Value) =>
      withEntry(map, key, value),
    ),
    global('@mapInsert_map_map', [mapKV, mapKV], mapKV, (map: CelMap, entries: CelMap) => {
      let result: CelMap = map;
      for (const key of entries.keys()) result = withEntry(result, key, entries.get(key)!);
      return result;
    }),
  ],
};

function withEntry(map: CelMap, key: Value, value: Value): CelMap {
  const result = map instanceof EntryMap ? map : copyOf(map);
  if (!result.add(key, value)) throw new CelError(`insert failed: key ${shown(key)} already exists`);
  return result;
}

function copyOf(map: CelMap): EntryMap {
  const copy = new EntryMap();
  for (const key of map.keys()) copy.add(key, map.get(key)!);
  return copy;
}
