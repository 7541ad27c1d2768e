import type { SchemaNode } from '@plumbline/api';
import { definitionFor } from '@plumbline/api/schema';
import { isEmbedded, isIntOrString, preserves, type JsonSchema } from './json-schema.ts';

const text: SchemaNode = { type: 'string' };
const anything: SchemaNode = { type: 'any', preserveUnknown: true, mapType: 'granular' };

/** The shape of a custom kind. Every object has type and metadata, whether the schema says so or not. */
export function rootNode(schema: JsonSchema): SchemaNode {
  return lazily(schema, { type: 'object', ...openness(schema) }, true);
}

function nodeOf(schema: JsonSchema): SchemaNode {
  const common = {
    ...(schema.nullable === true && { nullable: true }),
    ...(schema.default !== undefined && { default: schema.default }),
  };
  // Upstream publishes no type for these, so to those who ask who owns what they may be anything.
  if (isIntOrString(schema)) return { ...anything, ...common };
  // A text of which the format says more may be any scalar to those who ask who owns what.
  const { format = '' } = schema;
  if (schema.type === 'string' && format !== '' && format !== 'byte')
    return { type: 'int-or-string', ...common };
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'integer':
    case 'number':
      return { type: schema.type, ...common };
    case 'array':
      return listNode(schema, common);
    case 'object':
      return objectNode(schema, common);
    default:
      return { ...anything, ...common };
  }
}

function listNode(schema: JsonSchema, common: Partial<SchemaNode>): SchemaNode {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  const node: SchemaNode = {
    ...common,
    type: 'list',
    listType: type === 'set' || type === 'map' ? type : 'atomic',
    ...(keys !== undefined && { listMapKeys: keys }),
  };
  return memo(node, 'items', () => (schema.items === undefined ? anything : nodeOf(schema.items)));
}

function objectNode(schema: JsonSchema, common: Partial<SchemaNode>): SchemaNode {
  const mapType = schema['x-kubernetes-map-type'] === 'atomic' ? ({ mapType: 'atomic' } as const) : {};
  const other = schema.additionalProperties;
  if (schema.properties === undefined && other !== undefined && other !== false) {
    const node = { type: 'map' as const, ...mapType, ...common };
    return memo(node, 'items', () => (typeof other === 'object' ? nodeOf(other) : anything));
  }
  if (schema.properties === undefined && preserves(schema) && !isEmbedded(schema))
    return { ...anything, ...mapType, ...common };
  return lazily(schema, { type: 'object', ...openness(schema), ...mapType, ...common }, isEmbedded(schema));
}

function openness(schema: JsonSchema): Partial<SchemaNode> {
  return {
    ...(preserves(schema) && { preserveUnknown: true }),
    ...(isEmbedded(schema) && { embeddedResource: true }),
    ...(schema.required !== undefined && { required: schema.required }),
  };
}

function lazily(schema: JsonSchema, node: SchemaNode, resource: boolean): SchemaNode {
  return memo(node, 'fields', () => {
    const fields: Record<string, SchemaNode> = {};
    for (const [name, property] of Object.entries(schema.properties ?? {})) fields[name] = nodeOf(property);
    if (!resource) return fields;
    const metadata = definitionFor('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') ?? anything;
    return { ...fields, apiVersion: text, kind: text, metadata };
  });
}

/** Schemas are large and mostly unused, so a level is made when it is first asked for. */
function memo(node: SchemaNode, member: 'fields' | 'items', make: () => unknown): SchemaNode {
  Object.defineProperty(node, member, {
    enumerable: true,
    configurable: true,
    get() {
      const value = make();
      Object.defineProperty(this, member, { value, enumerable: true, configurable: true });
      return value;
    },
  });
  return node;
}
