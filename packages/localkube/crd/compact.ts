import {
  additionalOf,
  isEmbedded,
  isIntOrString,
  preserves,
  propertyOf,
  type JsonSchema,
} from './json-schema.ts';
import { isTextFormat } from './formats.ts';

/**
 * A schema made ready for walking along values: each question that every value of every write asks is answered once.
 * Members are made when a value first has them, so that a large definition costs what is used of it.
 */
export interface Compact {
  readonly schema: JsonSchema;
  readonly items: Compact | undefined;
  /** Of what is not declared. */
  readonly other: Compact | undefined;
  /** Whether undeclared members stay. */
  readonly open: boolean;
  readonly embedded: boolean;
  /** The types that a value may have; none: any. */
  readonly types: readonly string[];
  /** The format, where it is one that goes with the type; else empty. */
  readonly format: string;
  /** Whether a list of which the items are told apart, or an embedded object, is here or anywhere below. */
  readonly keyed: boolean;
  readonly embeds: boolean;
  /** Whether a default stands among the members. */
  readonly ownDefaults: boolean;
  /** Whether a default stands anywhere below. */
  readonly defaults: boolean;
  /** Whether the type and the required members are all that is asked of a value itself. */
  readonly easy: boolean;
  readonly required: readonly string[];
  readonly members: Map<string, Compact | undefined>;
}

const compacts = new WeakMap<JsonSchema, Compact>();
const nothingRequired: readonly string[] = [];

export function compactOf(schema: JsonSchema): Compact {
  const known = compacts.get(schema);
  if (known !== undefined) return known;
  const { items } = schema;
  const other = additionalOf(schema);
  const made: Compact = {
    schema,
    items: items === undefined ? undefined : compactOf(items),
    other: other === undefined ? undefined : compactOf(other),
    open: preserves(schema) || schema.additionalProperties === true,
    embedded: isEmbedded(schema),
    types: typesOf(schema),
    format: formatOf(schema),
    keyed: anyBelow(schema, isKeyed),
    embeds: anyBelow(schema, isEmbedded),
    ownDefaults: Object.values(schema.properties ?? {}).some((property) => property.default !== undefined),
    defaults: defaultsBelow(schema),
    easy: isEasy(schema),
    required: schema.required ?? nothingRequired,
    members: new Map(),
  };
  compacts.set(schema, made);
  return made;
}

/** The schema of the value under a name, declared or not. */
export function memberOf(node: Compact, name: string): Compact | undefined {
  const known = node.members.get(name);
  if (known !== undefined) return known;
  const schema = propertyOf(node.schema, name);
  if (schema === undefined) return node.other;
  const made = compactOf(schema);
  node.members.set(name, made);
  return made;
}

/** Whether a value has the type; false says only that it has to be looked at more closely. */
export function hasType({ schema, types }: Compact, value: unknown): boolean {
  if (value === undefined) return false;
  if (types.length === 0) return true;
  if (value === null) return schema.nullable === true;
  switch (typeof value) {
    case 'number':
      return types.includes('number') || (types.includes('integer') && Number.isSafeInteger(value));
    case 'object':
      return types.includes(Array.isArray(value) ? 'array' : 'object');
    default:
      return types.includes(typeof value);
  }
}

function typesOf(schema: JsonSchema): readonly string[] {
  if (isIntOrString(schema)) return ['integer', 'string'];
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
}

/** Formats that upstream does not know, or not with the type, are as if they were not written. */
function formatOf(schema: JsonSchema): string {
  const { format = '' } = schema;
  if (format === '') return '';
  switch (isIntOrString(schema) ? '' : (schema.type ?? '')) {
    case '':
    case 'string':
      return isTextFormat(format) ? format : '';
    case 'integer':
      return format === 'int32' || format === 'int64' ? format : '';
    case 'number':
      return format === 'float' || format === 'double' ? format : '';
    default:
      return '';
  }
}

function isKeyed(schema: JsonSchema): boolean {
  const list = schema['x-kubernetes-list-type'];
  return list === 'set' || list === 'map';
}

function anyBelow(schema: JsonSchema, is: (schema: JsonSchema) => boolean): boolean {
  const { items, properties } = schema;
  const other = additionalOf(schema);
  return (
    is(schema) ||
    (items !== undefined && anyBelow(items, is)) ||
    (other !== undefined && anyBelow(other, is)) ||
    Object.values(properties ?? {}).some((each) => anyBelow(each, is))
  );
}

function defaultsBelow(schema: JsonSchema): boolean {
  const { items, properties } = schema;
  const other = additionalOf(schema);
  return (
    (items !== undefined && defaultsBelow(items)) ||
    (other !== undefined && defaultsBelow(other)) ||
    Object.values(properties ?? {}).some((each) => each.default !== undefined || defaultsBelow(each))
  );
}

function isEasy(schema: JsonSchema): boolean {
  return formatOf(schema) === '' && limits.every((limit) => schema[limit] === undefined);
}

const limits = [
  'enum',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const;
