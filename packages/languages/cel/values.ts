import type { CelType } from './types.ts';

/**
 * A value while an expression runs. `bigint` is CEL's int, `number` its double. Lists, maps and objects may wrap plain
 * data and convert a member when it is asked for, so that looking at one field of a large object costs little.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Duration
  | Timestamp
  | TypeValue
  | CelList
  | CelMap
  | CelObject
  | Optional
  | Opaque;

/** What went wrong while an expression ran. Logical operators and conditions may catch it. */
export class CelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CelError';
  }
}

export const noOverload = (): CelError => new CelError('no such overload');

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** Nanoseconds since 1970, UTC. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class TypeValue {
  readonly typeName: string;
  constructor(typeName: string) {
    this.typeName = typeName;
  }
}

export class Optional {
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export const none = new Optional(undefined);

/** Values of libraries: addresses, quantities and the like. */
export abstract class Opaque {
  abstract readonly type: CelType;
  abstract equals(other: Opaque): boolean;
  /** What `size` costs are counted by, where the kind has one. */
  get size(): number {
    return 1;
  }
  toString(): string {
    return this.type.name;
  }
}

export abstract class CelList {
  abstract readonly length: number;
  abstract at(index: number): Value;
  /** Lists that stand for sets or keyed lists are compared as such. */
  readonly semantics: { readonly type: 'set' | 'map'; readonly keys: readonly string[] } | undefined =
    undefined;
  *[Symbol.iterator](): Generator<Value> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

export class ArrayList extends CelList {
  readonly items: Value[];
  constructor(items: Value[]) {
    super();
    this.items = items;
  }
  get length(): number {
    return this.items.length;
  }
  at(index: number): Value {
    return this.items[index]!;
  }
}

export abstract class CelMap {
  abstract readonly size: number;
  abstract get(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;
  has(key: Value): boolean {
    return this.get(key) !== undefined;
  }
}

export class EntryMap extends CelMap {
  readonly entries = new Map<string, readonly [Value, Value]>();
  get size(): number {
    return this.entries.size;
  }
  get(key: Value): Value | undefined {
    const text = keyText(key);
    return text === undefined ? undefined : this.entries.get(text)?.[1];
  }
  *keys(): Generator<Value> {
    for (const [key] of this.entries.values()) yield key;
  }
  /** False: the key is there already. */
  add(key: Value, value: Value): boolean {
    const text = keyText(key);
    if (text === undefined) throw new CelError('unsupported key type');
    if (this.entries.has(text)) return false;
    this.entries.set(text, [key, value]);
    return true;
  }
}

/** Keys of all number types that are equal are the same key. */
function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === 'number' && Number.isInteger(key)) return `n${BigInt(key)}`;
  return undefined;
}

/** A value with declared fields. */
export abstract class CelObject {
  abstract readonly typeName: string;
  /** The value of a field, or undefined where it is not set. */
  abstract get(field: string): Value | undefined;
  abstract names(): readonly string[];
  /** Whether the type has such a field at all. */
  abstract declares(field: string): boolean;
}

/** How messages and `type()` name the type of a value. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return objectTypeName(value);
  }
}

function objectTypeName(value: Exclude<Value, null | boolean | bigint | number | string>): string {
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof CelList) return 'list';
  if (value instanceof CelMap) return 'map';
  // Upstream shows objects as maps.
  if (value instanceof CelObject) return 'map';
  if (value instanceof Optional) return 'optional_type';
  return value.type.name;
}
