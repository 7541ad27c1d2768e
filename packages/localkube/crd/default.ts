import { additionalOf, isData, propertyOf, type Data, type JsonSchema } from './json-schema.ts';

const hasDefaults = new WeakMap<JsonSchema, boolean>();

/** Fills defaults, in place, and drops nulls where a null is no value: they count as absent. */
export function applyDefaults(schema: JsonSchema, value: unknown, keepNulls = false): void {
  // What is frozen was stored by this schema and has its defaults.
  if (Object.isFrozen(value)) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined)
      for (const item of value as readonly unknown[]) applyDefaults(items, item, keepNulls);
  } else if (isData(value)) {
    dropNulls(schema, value, keepNulls);
    fillProperties(schema, value);
    for (const key of Object.keys(value)) {
      const property = propertyOf(schema, key) ?? additionalOf(schema);
      if (property !== undefined) applyDefaults(property, value[key], keepNulls);
    }
  }
}

function dropNulls(schema: JsonSchema, map: Data, keepNulls: boolean): void {
  for (const key of Object.keys(map)) {
    if (map[key] !== null) continue;
    const property = propertyOf(schema, key) ?? additionalOf(schema);
    if (property === undefined || property.nullable === true) continue;
    if (!keepNulls || property.default !== undefined) delete map[key];
  }
}

function fillProperties(schema: JsonSchema, map: Data): void {
  const { properties } = schema;
  if (properties === undefined || !anyDefault(schema)) return;
  for (const key of Object.keys(properties)) {
    const fallback = properties[key]?.default;
    if (fallback !== undefined && !Object.hasOwn(map, key)) map[key] = structuredClone(fallback);
  }
}

function anyDefault(schema: JsonSchema): boolean {
  const known = hasDefaults.get(schema);
  if (known !== undefined) return known;
  const found = Object.values(schema.properties ?? {}).some((property) => property.default !== undefined);
  hasDefaults.set(schema, found);
  return found;
}
