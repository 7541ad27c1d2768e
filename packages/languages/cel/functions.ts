import type { CelType } from './types.ts';
import {
  CelList,
  CelMap,
  CelObject,
  Duration,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** One shape of a function. Of member functions the first argument is what stands before the dot. */
export interface Overload {
  readonly id: string;
  readonly member: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  /** Throws a `CelError`. Absent where the evaluator itself knows what to do. */
  readonly run?: (...args: Value[]) => Value;
}

export type Functions = ReadonlyMap<string, readonly Overload[]>;

/** Each value as its type in TypeScript: the checker and the guards have seen to it that it is. */
type Run = (...args: never[]) => Value;

/** `f(a, b)`. */
export function global(id: string, args: readonly CelType[], result: CelType, run: Run): Overload {
  return { id, member: false, args, result, run: run as unknown as (...args: Value[]) => Value };
}

/** `a.f(b)`. */
export function member(id: string, args: readonly CelType[], result: CelType, run: Run): Overload {
  return { id, member: true, args, result, run: run as unknown as (...args: Value[]) => Value };
}

/** Joins tables of functions; overloads of one name add up. */
export function join(
  ...tables: readonly Readonly<Record<string, readonly Overload[]>>[]
): Map<string, readonly Overload[]> {
  const all = new Map<string, readonly Overload[]>();
  for (const table of tables)
    for (const [name, overloads] of Object.entries(table))
      all.set(name, [...(all.get(name) ?? []), ...overloads]);
  return all;
}

/** Whether a value may be given where a type is wanted. Of lists and maps only the outside is looked at. */
export function fits(value: Value, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
    case 'error':
      return true;
    case 'null':
      return value === null;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'uint':
      return value instanceof Uint;
    case 'bytes':
      return value instanceof Uint8Array;
    case 'duration':
      return value instanceof Duration;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'list':
      return value instanceof CelList && hasItemsOf(value, type.params[0]!);
    case 'map':
      return value instanceof CelMap;
    case 'type':
      return value instanceof TypeValue;
    case 'struct':
      return value instanceof CelObject && value.typeName === type.name;
    case 'opaque':
      return type.name === 'optional_type'
        ? value instanceof Optional
        : value instanceof Opaque && value.type.name === type.name;
  }
}

/** Functions over lists differ by the type of the items, of which the first tells. */
function hasItemsOf(list: CelList, item: CelType): boolean {
  return item.kind === 'dyn' || item.kind === 'param' || list.length === 0 || fits(list.at(0), item);
}
