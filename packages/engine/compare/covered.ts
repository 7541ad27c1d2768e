import { equalData, isRecord } from '@plumbline/base';
import type { SchemaNode } from '@plumbline/api';
import { canonicalQuantity } from '@plumbline/languages';

type Fields = Readonly<Record<string, unknown>>;

/**
 * True if applying `desired` onto `live` certainly changes nothing: each desired member is there with the same value.
 * Lists that merge by a key may hold more items on the live side; all other lists must be equal, for they are replaced.
 * False only means that the patch has to be computed.
 */
export function covered(desired: unknown, live: unknown, schema: SchemaNode | undefined): boolean {
  if (desired === live) return true;
  if (Array.isArray(desired)) return Array.isArray(live) && listCovered(desired, live, schema);
  if (!isRecord(desired)) return schema?.type === 'quantity' && sameQuantity(desired, live);
  if (!isRecord(live) || schema?.patchStrategy?.includes('replace')) return equalData(desired, live);
  for (const key in desired) {
    if (live[key] === undefined || !covered(desired[key], live[key], fieldSchema(schema, key))) return false;
  }
  return !retains(schema) || Object.keys(live).every((key) => key in desired);
}

/** The server keeps amounts in one canonical form: `0.5` comes back as `500m`. */
function sameQuantity(desired: unknown, live: unknown): boolean {
  const [wanted, have] = [desired, live].map((amount) => canonicalQuantity(String(amount)));
  return wanted !== undefined && wanted === have;
}

/** With `retainKeys` the members that are not named are removed. */
function retains(schema: SchemaNode | undefined): boolean {
  return schema?.patchStrategy?.includes('retainKeys') === true;
}

function fieldSchema(schema: SchemaNode | undefined, key: string): SchemaNode | undefined {
  return schema?.fields?.[key] ?? (schema?.type === 'map' ? schema.items : undefined);
}

function listCovered(
  desired: readonly unknown[],
  live: readonly unknown[],
  schema: SchemaNode | undefined,
): boolean {
  const merges = schema?.patchStrategy?.includes('merge') === true;
  if (!merges) return equalData(desired, live);
  const mergeKey = schema.patchMergeKey;
  let from = 0;
  for (const item of desired) {
    const at = findFrom(live, from, item, mergeKey);
    if (at < 0 || !covered(item, live[at], schema.items)) return false;
    from = at + 1;
  }
  return true;
}

/** Items must come in the desired order, or the patch would reorder them. */
function findFrom(
  live: readonly unknown[],
  from: number,
  item: unknown,
  mergeKey: string | undefined,
): number {
  for (let i = from; i < live.length; i++) {
    const candidate = live[i];
    if (mergeKey === undefined || !isRecord(item)) {
      if (candidate === item) return i;
    } else if (
      isRecord(candidate) &&
      item[mergeKey] !== undefined &&
      candidate[mergeKey] === item[mergeKey]
    ) {
      return i;
    }
  }
  return -1;
}

/** True if everything that `before` names is still named by `after`, so that no removal can follow from it. */
export function nothingRemoved(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (isRecord(before) && isRecord(after)) {
    for (const key in before) {
      if (!(key in after) || !nothingRemoved(before[key], after[key])) return false;
    }
    return true;
  }
  // Where the values differ a list or map was replaced as a whole; only the patch knows what that removes.
  if (typeof before === 'object' && before !== null) return equalData(before, after);
  return typeof after !== 'object' || after === null;
}

/** StatefulSets answer with claim templates that the server has filled; what was declared is all that may be compared. */
export function withDeclaredClaims(desired: Fields, live: Fields, schema: SchemaNode | undefined): Fields {
  const [wanted, have] = [desired['spec'], live['spec']];
  if (!isRecord(wanted) || !isRecord(have)) return desired;
  const [templates, filled] = [wanted['volumeClaimTemplates'], have['volumeClaimTemplates']];
  if (!Array.isArray(templates) || !Array.isArray(filled) || templates.length !== filled.length)
    return desired;
  const shape = schema?.fields?.['spec']?.fields?.['volumeClaimTemplates']?.items;
  if (!templates.every((template, i) => covered(template, filled[i], shape))) return desired;
  return { ...desired, spec: { ...wanted, volumeClaimTemplates: filled } };
}
