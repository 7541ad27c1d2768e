import { canonicalJson } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import { compactOf, memberOf, type Compact } from './compact.ts';
import { isData, propertyOf, type Data, type JsonSchema } from './json-schema.ts';

/**
 * The items of sets, and the keys of the items of lists that are maps, come once. Lists that were wrong already stay as
 * they are, and others with them.
 */
export function checkLists(schema: JsonSchema, value: unknown, previous?: unknown): readonly FieldError[] {
  const node = compactOf(schema);
  if (!node.keyed) return [];
  const errors: FieldError[] = [];
  walk(node, value, '', errors);
  if (errors.length === 0 || previous === undefined) return errors;
  const before: FieldError[] = [];
  walk(node, previous, '', before);
  return before.length > 0 ? [] : errors;
}

function walk(node: Compact, value: unknown, path: string, errors: FieldError[]): void {
  if (!node.keyed || value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    checkList(node.schema, value as readonly unknown[], path, errors);
    const { items } = node;
    if (items?.keyed === true)
      value.forEach((item: unknown, i) => walk(items, item, `${path}[${i}]`, errors));
    return;
  }
  const map = value as Data;
  for (const key in map) {
    const member = memberOf(node, key);
    if (member?.keyed === true) walk(member, map[key], memberPath(node.schema, path, key), errors);
  }
}

/** Undeclared members stand in brackets. */
export function memberPath(schema: JsonSchema, path: string, key: string): string {
  if (propertyOf(schema, key) === undefined) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function checkList(schema: JsonSchema, list: readonly unknown[], path: string, errors: FieldError[]): void {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return;
  const odd = type === 'map' ? list.findIndex((item) => item !== null && !isData(item)) : -1;
  if (odd >= 0) {
    const message = `Invalid value: ${JSON.stringify(list[odd])}: must be an object for an array of list-type map`;
    errors.push({ reason: 'FieldValueInvalid', field: `${path}[${odd}]`, message });
    return;
  }
  if (list.length < 2) return;
  const seen = new Map<string, number>();
  for (const [i, item] of list.entries()) {
    const key = type === 'set' ? canonicalJson(item) : keyText(schema, item);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    // Each is reported once, however often it comes.
    if (count === 2)
      errors.push({
        reason: 'FieldValueDuplicate',
        field: `${path}[${i}]`,
        message: `Duplicate value: ${key}`,
      });
  }
}

function keyText(schema: JsonSchema, item: unknown): string {
  const keys: Data = {};
  if (isData(item))
    for (const key of schema['x-kubernetes-list-map-keys'] ?? [])
      if (item[key] !== undefined) keys[key] = item[key];
  return canonicalJson(keys);
}

/** Finds the former state of an item, which only lists that are maps allow, and only items with all of their keys. */
export function keyedItems(schema: JsonSchema, list: unknown): ((item: unknown) => unknown) | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(list)) return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const textOf = (item: unknown): string | undefined => {
    if (!isData(item)) return undefined;
    const values = keys.map((key) => item[key]);
    const scalar = values.every(
      (value) => value !== undefined && value !== null && typeof value !== 'object',
    );
    return scalar ? JSON.stringify(values) : undefined;
  };
  const known = new Map<string | undefined, unknown>();
  // The first of several counts.
  for (const item of list as readonly unknown[]) {
    const text = textOf(item);
    if (!known.has(text)) known.set(text, item);
  }
  known.delete(undefined);
  return (item) => known.get(textOf(item));
}
