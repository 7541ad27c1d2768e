import {
  additionalOf,
  isEmbedded,
  isIntOrString,
  preserves,
  propertyOf,
  type JsonSchema,
} from './json-schema.ts';

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
export function hasType({ schema }: Compact, value: unknown): boolean {
  if (value === undefined) return false;
  if (value === null) return schema.nullable === true;
  const { type } = schema;
  if (isIntOrString(schema)) return typeof value === 'string' || Number.isInteger(value);
  if (type === undefined || type === '') return true;
  switch (typeof value) {
    case 'string':
      return type === 'string';
    case 'boolean':
      return type === 'boolean';
    case 'number':
      return type === 'number' || (type === 'integer' && Number.isInteger(value));
    default:
      return type === (Array.isArray(value) ? 'array' : 'object');
  }
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
  const list = schema['x-kubernetes-list-type'];
  const formatted = schema.format !== undefined && (schema.type === undefined || schema.type === 'string');
  return (
    !formatted &&
    !isEmbedded(schema) &&
    list !== 'set' &&
    list !== 'map' &&
    limits.every((limit) => schema[limit] === undefined)
  );
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
