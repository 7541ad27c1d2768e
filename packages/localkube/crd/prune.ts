import { definitionFor } from '@plumbline/api/schema';
import { compactOf, memberOf, type Compact } from './compact.ts';
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
  // Nearly always there is nothing to drop; only then do order and paths matter.
  if (!losesMember(compactOf(schema), draft, '', true)) return [];
  const dropped: string[] = [];
  const metadata: string[] = [];
  pruneMap(schema, draft, '', true, { dropped, metadata });
  // As upstream reports them: what embedded metadata loses comes last.
  return [...dropped, ...metadata];
}

function losesValue(node: Compact, value: unknown): boolean {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return false;
  if (Array.isArray(value)) {
    const { items } = node;
    return items !== undefined && value.some((item: unknown) => losesValue(items, item));
  }
  return losesMember(node, value as Data, '.', node.embedded);
}

function losesMember(node: Compact, map: Data, path: string, resource: boolean): boolean {
  for (const key in map) {
    if (resource && always.includes(key)) {
      if (key === 'metadata' && path !== '' && losesMetadata(map[key])) return true;
      continue;
    }
    const member = memberOf(node, key);
    if (member === undefined ? !node.open : losesValue(member, map[key])) return true;
  }
  return false;
}

function losesMetadata(metadata: unknown): boolean {
  const fields = metadataFields();
  if (!isData(metadata) || fields === undefined || Object.isFrozen(metadata)) return false;
  return Object.keys(metadata).some((key) => !Object.hasOwn(fields, key) || isEmpty(metadata[key]));
}

function isEmpty(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0;
}

function metadataFields(): Readonly<Record<string, unknown>> | undefined {
  return definitionFor('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')?.fields;
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
  const fields = metadataFields();
  if (!isData(metadata) || fields === undefined || Object.isFrozen(metadata)) return;
  for (const key of Object.keys(metadata).toSorted()) {
    // Metadata goes through its type, which writes no empty maps and lists.
    if (Object.hasOwn(fields, key)) {
      if (isEmpty(metadata[key])) delete metadata[key];
      continue;
    }
    delete metadata[key];
    found.metadata.push(`${path}.${key}`);
  }
}
