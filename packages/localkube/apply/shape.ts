import type { SchemaNode } from '@plumbline/api';

export type Members = Readonly<Record<string, unknown>>;
export type Items = readonly unknown[];
/** How a value is walked: a map with members, a list with items, or a whole. */
export type Shape = 'map' | 'list' | 'whole';

/** A value without a schema: maps are walked, lists are wholes. */
const deduced: SchemaNode = { type: 'any', preserveUnknown: true, mapType: 'granular' };

export function isMap(value: unknown): value is Members {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * How the value is walked. A null takes the shape that its schema has. A value that does not fit its schema is a whole:
 * live objects are checked elsewhere.
 */
export function shapeOf(node: SchemaNode, value: unknown): Shape {
  switch (node.type) {
    case 'object':
    case 'map':
      if (node.mapType === 'atomic') return 'whole';
      return isMap(value) || value === null ? 'map' : 'whole';
    case 'list':
      if (node.listType === undefined || node.listType === 'atomic') return 'whole';
      return Array.isArray(value) || value === null ? 'list' : 'whole';
    case 'any':
      return isDeduced(node) && (isMap(value) || value === null) ? 'map' : 'whole';
    default:
      return 'whole';
  }
}

/** What is anything in a built-in kind (RawExtension and the like) is a whole; custom kinds say `granular`. */
function isDeduced(node: SchemaNode): boolean {
  return node.mapType === 'granular';
}

/** The schema of a member of a map; `declared` where the schema names it, undefined where it allows no such member. */
export function memberOf(
  node: SchemaNode,
  key: string,
): { readonly node: SchemaNode; readonly declared: boolean } | undefined {
  const field = fieldOf(node, key);
  if (field !== undefined) return { node: field, declared: true };
  const other = otherOf(node);
  return other === undefined ? undefined : { node: other, declared: false };
}

/** As `memberOf` for values that are known to fit. */
export function memberNode(node: SchemaNode, key: string): SchemaNode {
  return fieldOf(node, key) ?? otherOf(node) ?? deduced;
}

export function isDeclared(node: SchemaNode, key: string): boolean {
  return fieldOf(node, key) !== undefined;
}

/** The schema of a member that the schema names. */
export function fieldOf(node: SchemaNode, key: string): SchemaNode | undefined {
  const found = node.fields?.[key];
  // What every object inherits are functions and their prototype: no schemas.
  return typeof found === 'object' && found !== Object.prototype ? found : undefined;
}

/** The schema of the members that the schema does not name; undefined where it allows none. */
export function otherOf(node: SchemaNode): SchemaNode | undefined {
  if (node.type === 'map') return node.items ?? deduced;
  if (node.type === 'any' || node.preserveUnknown === true) return deduced;
  return undefined;
}

export function itemNode(node: SchemaNode): SchemaNode {
  return node.items ?? deduced;
}

export function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value === null || typeof value !== 'object') return true;
  for (const _ in value) return false;
  return true;
}
