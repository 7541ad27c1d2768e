import {
  adaptAny,
  isData,
  NativeList,
  NativeMap,
  NativeObject,
  type Adapt,
  type NativeField,
} from './native.ts';
import { fromBase64 } from './plain.ts';
import { isDay, parseDuration, parseTimestamp } from './time.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  stringType,
  structType,
  timestampType,
  type CelType,
} from './types.ts';
import { CelError, Duration, Timestamp, type Value } from './values.ts';

/** The part of an OpenAPI schema that types depend on. */
export interface DeclaredSchema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly items?: DeclaredSchema;
  readonly properties?: Readonly<Record<string, DeclaredSchema>>;
  readonly additionalProperties?: DeclaredSchema | boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** A schema as expressions see it: types, values, and how large values can become. */
export interface DeclaredType {
  readonly type: CelType;
  readonly adapt: Adapt;
  /** Bytes that the smallest value takes in JSON. */
  readonly minSize: number;
  /** Characters of texts, items of lists, entries of maps. */
  readonly maxElements: number;
  readonly item?: DeclaredType;
  readonly key?: DeclaredType;
  /** By their names in CEL. */
  readonly fields?: ReadonlyMap<string, DeclaredType>;
}

const requestMax = 3 * 1024 * 1024;
const durationMax = 32;
const dateTimeMax = 32;
const dateSize = 12;

const plainText: DeclaredType = {
  type: stringType,
  adapt: (raw) => raw as string,
  minSize: 2,
  maxElements: requestMax - 2,
};

/** Upstream knows no length of keys and counts them as nothing. */
const mapKey: DeclaredType = { ...plainText, maxElements: 0 };

const resourceSchema: DeclaredSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};

/**
 * Declares the type of a schema, or nothing where expressions cannot see such values. The root of a resource has
 * apiVersion, kind and the name in metadata, whatever it says.
 */
export function declareSchema(schema: DeclaredSchema, isResource: boolean): DeclaredType | undefined {
  const found = declare(schema, isResource, 'object');
  return found === undefined || schema.nullable !== true ? found : nullable(found);
}

function declare(schema: DeclaredSchema, isResource: boolean, name: string): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    const maxElements = schema.maxLength === undefined ? requestMax - 2 : textMax(schema.maxLength);
    return { type: dynType, adapt: adaptAny, minSize: 1, maxElements };
  }
  switch (isResource ? 'object' : schema.type) {
    case 'array':
      return declareList(schema, name);
    case 'object':
      return declareObject(schema, isResource, name);
    case 'string':
      return declareText(schema);
    case 'boolean':
      return { type: boolType, adapt: (raw) => raw as boolean, minSize: 4, maxElements: 0 };
    case 'number':
      return { type: doubleType, adapt: (raw) => Number(raw), minSize: 1, maxElements: 0 };
    case 'integer':
      return { type: intType, adapt: (raw) => BigInt(raw as number), minSize: 1, maxElements: 0 };
    default:
      return undefined;
  }
}

/** Values may be null where the schema says so. */
function nullable(declared: DeclaredType): DeclaredType {
  const { adapt } = declared;
  return { ...declared, adapt: (raw) => (raw === null ? null : adapt(raw)) };
}

function child(schema: DeclaredSchema, name: string): DeclaredType | undefined {
  const found = declare(schema, schema['x-kubernetes-embedded-resource'] === true, name);
  return found === undefined || schema.nullable !== true ? found : nullable(found);
}

const textMax = (maxLength: number): number => Math.max(0, maxLength) * 4;

function declareList(schema: DeclaredSchema, name: string): DeclaredType | undefined {
  const item = schema.items === undefined ? undefined : child(schema.items, `${name}.@idx`);
  if (item === undefined) return undefined;
  const kind = schema['x-kubernetes-list-type'];
  const semantics =
    kind === 'set' || kind === 'map'
      ? ({ type: kind, keys: schema['x-kubernetes-list-map-keys'] ?? [] } as const)
      : undefined;
  return {
    type: listType(item.type),
    adapt: (raw) => {
      if (!Array.isArray(raw))
        throw new CelError('invalid data, expected an array for the provided schema with type=array');
      return new NativeList(raw as readonly unknown[], item.adapt, semantics);
    },
    minSize: 2,
    maxElements:
      schema.maxItems === undefined
        ? Math.floor((requestMax - 2) / (item.minSize + 1))
        : Math.max(0, schema.maxItems),
    item,
  };
}

function declareObject(schema: DeclaredSchema, isResource: boolean, name: string): DeclaredType | undefined {
  const other = schema.additionalProperties;
  if (typeof other === 'object' && !isResource) return declareMap(schema, other, name);
  const properties = isResource
    ? {
        ...schema.properties,
        kind: { type: 'string' },
        apiVersion: { type: 'string' },
        metadata: resourceSchema,
      }
    : (schema.properties ?? {});
  const fields = new Map<string, DeclaredType>();
  const natives = new Map<string, NativeField>();
  let minSize = 2;
  for (const [property, inner] of Object.entries(properties)) {
    const declared = child(inner, `${name}.${property}`);
    if (declared === undefined) continue;
    const escaped = escapeName(property);
    if (escaped !== undefined) {
      fields.set(escaped, declared);
      // A word that is reserved for variables may be written as it is after a dot.
      if (reserved.has(property)) fields.set(property, declared);
      natives.set(escaped, { name: property, adapt: declared.adapt });
    }
    if (schema.required?.includes(property) === true && inner.default === undefined)
      minSize += property.length + declared.minSize + 4;
  }
  const type = structType(name, new Map(Array.from(fields, ([key, field]) => [key, field.type])));
  return {
    type,
    adapt: (raw) => {
      if (!isData(raw))
        throw new CelError('invalid data, expected a map for the provided schema with type=object');
      return new NativeObject(raw, name, natives);
    },
    minSize,
    maxElements: 0,
    fields,
  };
}

function declareMap(schema: DeclaredSchema, other: DeclaredSchema, name: string): DeclaredType | undefined {
  const value = child(other, `${name}.@elem`);
  if (value === undefined) return undefined;
  return {
    type: mapType(stringType, value.type),
    adapt: (raw) => {
      if (!isData(raw))
        throw new CelError('invalid data, expected a map for the provided schema with type=object');
      return new NativeMap(raw, value.adapt);
    },
    minSize: 2,
    maxElements:
      schema.maxProperties === undefined
        ? Math.floor((requestMax - 2) / (value.minSize + 6))
        : Math.max(0, schema.maxProperties),
    key: mapKey,
    item: value,
  };
}

function declareText(schema: DeclaredSchema): DeclaredType {
  const { maxLength } = schema;
  switch (schema.format) {
    case 'byte': {
      const maxElements = maxLength === undefined ? requestMax - 2 : Math.max(0, maxLength);
      return { type: bytesType, adapt: readBytes, minSize: 2, maxElements };
    }
    case 'duration':
      return { type: durationType, adapt: readDuration, minSize: 3, maxElements: durationMax };
    case 'date':
      return { type: timestampType, adapt: readDate, minSize: dateSize, maxElements: dateSize };
    case 'date-time':
      return { type: timestampType, adapt: readTime, minSize: 21, maxElements: dateTimeMax };
    default: {
      if (maxLength !== undefined) return { ...plainText, maxElements: textMax(maxLength) };
      if (schema.enum === undefined || schema.enum.length === 0) return plainText;
      const lengths = schema.enum.map((one) =>
        typeof one === 'string' ? new TextEncoder().encode(one).length : 0,
      );
      return { ...plainText, maxElements: Math.max(...lengths) };
    }
  }
}

function readBytes(raw: unknown): Value {
  const bytes = typeof raw === 'string' ? fromBase64(raw) : undefined;
  if (bytes === undefined) throw new CelError('byte formatted string is not valid base64');
  return bytes;
}

function readDuration(raw: unknown): Value {
  const parsed = typeof raw === 'string' ? (parseDuration(raw) ?? parseWords(raw)) : undefined;
  if (parsed === undefined) throw new CelError(`Invalid duration ${String(raw)}`);
  return parsed;
}

const dayNanos = 86_400_000_000_000n;
const words: Readonly<Record<string, bigint>> = {
  d: dayNanos,
  day: dayNanos,
  days: dayNanos,
  w: 7n * dayNanos,
};

/** OpenAPI's durations also know days and weeks. */
function parseWords(text: string): Duration | undefined {
  const match = /^(\d+)\s*([a-z]+)$/.exec(text);
  const unit = match === null ? undefined : words[match[2]!];
  return match === null || unit === undefined ? undefined : new Duration(BigInt(match[1]!) * unit);
}

function readDate(raw: unknown): Value {
  if (typeof raw !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(raw) || !isDay(raw))
    throw new CelError(`Invalid date formatted string ${String(raw)}`);
  return new Timestamp(BigInt(Date.parse(`${raw}T00:00:00Z`)) * 1_000_000n);
}

function readTime(raw: unknown): Value {
  const parsed = typeof raw === 'string' ? parseTimestamp(raw) : undefined;
  if (parsed === undefined) throw new CelError(`Invalid date-time formatted string ${String(raw)}`);
  return parsed;
}

const reserved = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return ' +
    'var void while'
  ).split(' '),
);
const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** The name that a property has in expressions; undefined for names that cannot be written there. */
export function escapeName(name: string): string | undefined {
  if (!/^[A-Za-z_./-][\w./-]*$/.test(name)) return undefined;
  if (reserved.has(name)) return `__${name}__`;
  return name.replaceAll(/__|[./-]/g, (part) => escapes[part] ?? part);
}

/** The size of what lies at a path below a declared type, whose own name is the first step. */
export function sizeAt(root: DeclaredType, path: readonly string[]): number | undefined {
  let at: DeclaredType | undefined = root;
  for (const step of path.slice(1)) {
    if (step === '@items' || step === '@values') at = at.item;
    else if (step === '@keys') at = at.key;
    else at = at.fields?.get(step);
    if (at === undefined) return undefined;
  }
  return at.maxElements;
}
