import { definitionFor } from '@plumbline/api/schema';
import {
  additionalOf,
  isData,
  isEmbedded,
  preserves,
  propertyOf,
  type Data,
  type JsonSchema,
} from './json-schema.ts';

const always = ['apiVersion', 'kind', 'metadata'];

/** Drops what the schema does not declare, in place, and says where that was. */
export function prune(schema: JsonSchema, draft: Data): readonly string[] {
  const dropped: string[] = [];
  const metadata: string[] = [];
  pruneMap(schema, draft, '', true, { dropped, metadata });
  // As upstream reports them: what embedded metadata loses comes last.
  return [...dropped, ...metadata];
}

interface Found {
  readonly dropped: string[];
  readonly metadata: string[];
}

function pruneValue(schema: JsonSchema, value: unknown, path: string, found: Found): void {
  // What is frozen was stored by this schema and has nothing to lose.
  if (Object.isFrozen(value)) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined)
      value.forEach((item: unknown, i) => pruneValue(items, item, `${path}[${i}]`, found));
  } else if (isData(value)) {
    pruneMap(schema, value, path, isEmbedded(schema), found);
  }
}

function pruneMap(schema: JsonSchema, map: Data, path: string, resource: boolean, found: Found): void {
  const other = additionalOf(schema);
  const open = preserves(schema) || schema.additionalProperties === true;
  for (const key of Object.keys(map).toSorted()) {
    if (resource && always.includes(key)) {
      if (key === 'metadata' && path !== '') pruneMetadata(map[key], `${path}.metadata`, found);
      continue;
    }
    const at = path === '' ? key : `${path}.${key}`;
    const property = propertyOf(schema, key) ?? other;
    if (property !== undefined) {
      pruneValue(property, map[key], at, found);
    } else if (!open) {
      delete map[key];
      found.dropped.push(at);
    }
  }
}

function pruneMetadata(metadata: unknown, path: string, found: Found): void {
  const fields = definitionFor('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')?.fields;
  if (!isData(metadata) || fields === undefined || Object.isFrozen(metadata)) return;
  for (const key of Object.keys(metadata).toSorted()) {
    if (Object.hasOwn(fields, key)) continue;
    delete metadata[key];
    found.metadata.push(`${path}.${key}`);
  }
}
