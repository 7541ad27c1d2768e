import { isRecord } from '@plumbline/base';
import type { Result } from '@plumbline/base';

/** Brings a file on the web, and what tells it from an earlier or later one. */
export type WebPort = (
  url: string,
) => Promise<Result<{ readonly bytes: Uint8Array; readonly revision: string }>>;

/** Schemas outside of a chart by their addresses: what they say, or why they cannot be had. */
export type OutsideSchemas = ReadonlyMap<string, { readonly value: unknown } | { readonly failure: string }>;

/** Keywords whose value is a schema, a list of schemas, or a table of schemas. */
const single = new Set(
  'additionalItems additionalProperties contains contentSchema else if items not propertyNames then unevaluatedItems unevaluatedProperties'.split(
    ' ',
  ),
);
const lists = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']);
const tables = new Set(
  '$defs definitions dependencies dependentSchemas patternProperties properties'.split(' '),
);

/** The schemas right below one. */
export function* subschemas(node: Readonly<Record<string, unknown>>): Iterable<unknown> {
  for (const [key, value] of Object.entries(node)) {
    if (Array.isArray(value)) {
      if (lists.has(key)) yield* value;
    } else if (single.has(key)) yield value;
    else if (tables.has(key) && isRecord(value)) yield* Object.values(value);
  }
}
