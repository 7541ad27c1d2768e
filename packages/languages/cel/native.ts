import { CelError, CelList, CelMap, CelObject, type Value } from './values.ts';

/** Makes a value of plain data. */
export type Adapt = (raw: unknown) => Value;

type Data = Readonly<Record<string, unknown>>;

export function isData(value: unknown): value is Data {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A list of plain data whose items become values one by one. */
export class NativeList extends CelList {
  override readonly semantics: CelList['semantics'];
  private readonly raw: readonly unknown[];
  private readonly adapt: Adapt;
  constructor(raw: readonly unknown[], adapt: Adapt, semantics?: CelList['semantics']) {
    super();
    this.raw = raw;
    this.adapt = adapt;
    this.semantics = semantics;
  }
  get length(): number {
    return this.raw.length;
  }
  at(index: number): Value {
    return this.adapt(this.raw[index]);
  }
}

export class NativeMap extends CelMap {
  private readonly raw: Data;
  private readonly adapt: Adapt;
  constructor(raw: Data, adapt: Adapt) {
    super();
    this.raw = raw;
    this.adapt = adapt;
  }
  get size(): number {
    return Object.keys(this.raw).length;
  }
  get(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.raw, key)) return undefined;
    const found = this.raw[key];
    return found === undefined ? undefined : this.adapt(found);
  }
  keys(): Iterable<Value> {
    return Object.keys(this.raw);
  }
}

/** A field: its name in the data, and how its value is read. */
export interface NativeField {
  readonly name: string;
  readonly adapt: Adapt;
}

export class NativeObject extends CelObject {
  readonly typeName: string;
  readonly raw: Data;
  private readonly fields: ReadonlyMap<string, NativeField>;
  constructor(raw: Data, typeName: string, fields: ReadonlyMap<string, NativeField>) {
    super();
    this.raw = raw;
    this.typeName = typeName;
    this.fields = fields;
  }
  get(field: string): Value | undefined {
    const found = this.fields.get(field) ?? this.fields.get(`__${field}__`);
    if (found === undefined || !Object.hasOwn(this.raw, found.name)) return undefined;
    const value = this.raw[found.name];
    // A field that is null counts as not set.
    return value === undefined || value === null ? undefined : found.adapt(value);
  }
  names(): readonly string[] {
    const names: string[] = [];
    for (const [name, field] of this.fields)
      if (Object.hasOwn(this.raw, field.name) && (this.raw[field.name] ?? undefined) !== undefined)
        names.push(name);
    return names;
  }
  declares(field: string): boolean {
    return this.fields.has(field) || this.fields.has(`__${field}__`);
  }
}

/** Plain data of no declared type: whole numbers are ints, as decoding JSON makes them. */
export function adaptAny(raw: unknown): Value {
  switch (typeof raw) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return raw;
    case 'number':
      return Number.isInteger(raw) ? BigInt(raw) : raw;
    case 'object':
      if (raw === null) return null;
      if (Array.isArray(raw)) return new NativeList(raw, adaptAny);
      return new NativeMap(raw as Data, adaptAny);
    default:
      throw new CelError(`unsupported conversion to ref.Val: (${typeof raw})`);
  }
}
