import { compactOf, memberOf, type Compact } from './compact.ts';
import { additionalOf, isData, propertyOf, type Data, type JsonSchema } from './json-schema.ts';

/** Fills defaults, in place, and drops nulls where a null is no value: they count as absent. */
export function applyDefaults(schema: JsonSchema, value: unknown, keepNulls = false): void {
  fill(compactOf(schema), value, keepNulls, holdsNull(value));
}

function fill(node: Compact, value: unknown, keepNulls: boolean, nulls: boolean): void {
  if (!nulls && !node.defaults) return;
  // What is frozen was stored by this schema and has its defaults.
  if (Object.isFrozen(value)) return;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items === undefined) return;
    const list = value as unknown[];
    for (const [i, item] of list.entries()) {
      // A null among the items is none where the items have a default.
      const filled = item === null && items.schema.nullable !== true && items.schema.default !== undefined;
      if (filled) list[i] = structuredClone(items.schema.default);
      fill(items, list[i], keepNulls, nulls);
    }
  } else if (isData(value)) {
    if (nulls) dropNulls(node.schema, value, keepNulls);
    if (node.ownDefaults) nulls = fillProperties(node.schema, value) || nulls;
    for (const key in value) {
      const member = memberOf(node, key);
      if (member !== undefined) fill(member, value[key], keepNulls, nulls);
    }
  }
}

/** Whether a null is anywhere in what was not stored before. */
function holdsNull(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== 'object' || Object.isFrozen(value)) return false;
  if (Array.isArray(value)) return value.some(holdsNull);
  const map = value as Data;
  for (const key in map) if (holdsNull(map[key])) return true;
  return false;
}

function dropNulls(schema: JsonSchema, map: Data, keepNulls: boolean): void {
  for (const key of Object.keys(map)) {
    if (map[key] !== null) continue;
    const property = propertyOf(schema, key) ?? additionalOf(schema);
    if (property === undefined || property.nullable === true) continue;
    if (!keepNulls || property.default !== undefined) delete map[key];
  }
}

/** Whether a default has brought a null in. */
function fillProperties(schema: JsonSchema, map: Data): boolean {
  let nulls = false;
  for (const [key, { default: fallback }] of Object.entries(schema.properties ?? {})) {
    if (fallback === undefined || Object.hasOwn(map, key)) continue;
    map[key] = structuredClone(fallback);
    nulls ||= holdsNull(fallback);
  }
  return nulls;
}
