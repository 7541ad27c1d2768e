import type { GroupVersionKind } from '../object.ts';
import type { SchemaNode } from '../schema-node.ts';
import { readDefinition } from './notation.ts';
import type { DefinitionNotation, FieldNotation, TypeNotation } from './notation.ts';
import * as table from './table.gen.ts';

/** A node of a built-in kind: besides the shape, what Go's and protobuf's encodings need. */
export interface TypedNode extends SchemaNode {
  readonly fields?: Readonly<Record<string, TypedNode>>;
  readonly items?: TypedNode;
  /** The definition's name in OpenAPI, for objects. */
  readonly definition?: string;
  /** Bits of an integer. */
  readonly bits?: 32 | 64;
  /** A time with microseconds. */
  readonly micro?: boolean;
  /** A pointer in Go: absent differs from zero. */
  readonly pointer?: boolean;
  /** Written even when zero. */
  readonly keepZero?: boolean;
  /** Protobuf numbers from the outside in. */
  readonly numbers?: readonly number[];
}

const scalars: Readonly<Record<string, TypedNode>> = {
  s: { type: 'string' },
  i: { type: 'integer', bits: 32 },
  l: { type: 'integer', bits: 64 },
  b: { type: 'boolean' },
  n: { type: 'number' },
  y: { type: 'bytes' },
  t: { type: 'time' },
  u: { type: 'time', micro: true },
  q: { type: 'quantity' },
  x: { type: 'int-or-string' },
  '*': { type: 'any', preserveUnknown: true },
};

// The table is constant, so what is read from it may be kept for the life of the process.
const definitions: (DefinitionNotation | undefined)[] = [];
const fieldMaps: (Readonly<Record<string, TypedNode>> | undefined)[] = [];
const roots: (TypedNode | undefined)[] = [];

function definitionAt(index: number): DefinitionNotation {
  return (definitions[index] ??= readDefinition(table.types[index] ?? ''));
}

/** Fields are expanded when first asked for, so that types that contain themselves end. */
function fieldsAt(index: number): Readonly<Record<string, TypedNode>> {
  const known = fieldMaps[index];
  if (known !== undefined) return known;
  const made: Record<string, TypedNode> = {};
  fieldMaps[index] = made;
  for (const field of definitionAt(index).fields) made[field.name] = fieldNode(index, field);
  return made;
}

function nodeOf(notation: TypeNotation): TypedNode {
  if (notation.type === 'scalar') return scalars[notation.code] ?? scalars['*']!;
  if (notation.type === 'map') return { type: 'map', items: nodeOf(notation.items) };
  if (notation.type === 'definition') return rootAt(notation.index);
  return {
    type: 'list',
    items: nodeOf(notation.items),
    listType: notation.listType,
    ...(notation.keys.length > 0 && { listMapKeys: notation.keys }),
  };
}

function rootAt(index: number): TypedNode {
  return (roots[index] ??= objectNode(index, {}));
}

function objectNode(index: number, extra: Partial<TypedNode>): TypedNode {
  const definition = definitionAt(index);
  if (definition.anything) return { ...scalars['*']!, ...extra };
  const required = definition.fields.filter((field) => field.required).map((field) => field.name);
  const node = {
    type: 'object' as const,
    definition: table.names[index] ?? '',
    ...(definition.atomic && { mapType: 'atomic' as const }),
    ...(required.length > 0 && { required }),
    ...extra,
  };
  Object.defineProperty(node, 'fields', { enumerable: true, get: () => fieldsAt(index) });
  return node;
}

/** What the table leaves out: a field whose type is atomic elsewhere and granular here, and a pointer. */
const corrections: Readonly<Record<string, Partial<TypedNode>>> = {
  'io.k8s.api.core.v1.PersistentVolumeSpec.claimRef': { mapType: 'granular' },
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec.service': {
    mapType: 'granular',
    pointer: true,
  },
};

function fieldNode(owner: number, field: FieldNotation): TypedNode {
  const key = `${owner}.${field.name}`;
  const extra = {
    ...(field.patchStrategy.length > 0 && { patchStrategy: field.patchStrategy }),
    ...(field.patchMergeKey !== '' && { patchMergeKey: field.patchMergeKey }),
    ...(field.atomic && { mapType: 'atomic' as const }),
    ...corrections[`${table.names[owner] ?? ''}.${field.name}`],
    ...(field.pointer && { pointer: true }),
    ...(field.keepZero && { keepZero: true }),
    ...(field.numbers.length > 0 && { numbers: field.numbers }),
    ...(key in table.defaults && { default: table.defaults[key] }),
  };
  if (field.type.type === 'definition') {
    return Object.keys(extra).length === 0 ? rootAt(field.type.index) : objectNode(field.type.index, extra);
  }
  return { ...nodeOf(field.type), ...extra };
}

/** The shape of a built-in kind; undefined for kinds that are not built in. */
export function schemaFor(gvk: GroupVersionKind): TypedNode | undefined {
  const index = table.kinds[`${gvk.group}/${gvk.version}/${gvk.kind}`];
  return index === undefined ? undefined : rootAt(index);
}

/** The shape of a definition by its OpenAPI name: `io.k8s.api.core.v1.PodSpec`. */
export function definitionFor(name: string): TypedNode | undefined {
  const index = table.names.indexOf(name);
  return index < 0 ? undefined : rootAt(index);
}

/** Every kind of the table. */
export function builtInKinds(): readonly GroupVersionKind[] {
  return Object.keys(table.kinds).map((key) => {
    const [group = '', version = '', kind = ''] = key.split('/');
    return { group, version, kind };
  });
}
