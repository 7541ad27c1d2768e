import type { ManagedFieldsEntry } from '@plumbline/api';
import { compare, isSame, type Comparison } from './compare.ts';
import { capUpdaters, identityOf, readEntries, writeEntries, type ManagerRecord } from './entries.ts';
import { belowRoot, difference, recursiveDifference, union, type FieldSet } from './field-set.ts';
import type { UpdateRequest } from './types.ts';
import type { Managed } from './updater.ts';
import { emptyObject, ignoredBy, neverOwned } from './versions.ts';

/**
 * Who owns what after a plain write: what it changes and adds goes to the writer, what it removes belongs to nobody.
 * Entries that stay as they are are returned as the same values.
 */
export function updateManagers(request: UpdateRequest): readonly ManagedFieldsEntry[] {
  const { before, after } = request;
  const live = (before?.metadata['managedFields'] ?? []) as readonly ManagedFieldsEntry[];
  const sent = after.metadata['managedFields'];
  const record = recordFor(request, sent, live);
  // Once an object has lost its managers, plain writes do not bring them back.
  if (before !== undefined && record.managed.size === 0) return [];
  const changes = changesOf(request);
  if (isSame(changes)) return sent === live || record.fromLive ? live : writeEntries(record, live);
  return writeEntries(capUpdaters(take(record, changes, request)), live);
}

/** A request may set the managers itself (`[{}]` removes them all), though not through a subresource. */
function recordFor(
  request: UpdateRequest,
  sent: unknown,
  live: readonly ManagedFieldsEntry[],
): ManagerRecord & { readonly fromLive: boolean } {
  if (sent !== undefined && sent !== live && request.subresource === undefined) {
    if (isReset(sent)) return { managed: new Map(), times: new Map(), fromLive: false };
    const record = readEntries(sent, 'client');
    if (record !== undefined && record.managed.size > 0) return { ...record, fromLive: false };
  }
  return { ...(readEntries(live, 'store') ?? { managed: new Map(), times: new Map() }), fromLive: true };
}

function isReset(sent: unknown): boolean {
  return Array.isArray(sent) && sent.length === 1 && Object.keys((sent[0] ?? {}) as object).length === 0;
}

function changesOf(request: UpdateRequest): Comparison {
  const { before, after, schema } = request;
  const ignored = ignoredBy(schema, request.subresource);
  const owned = (set: FieldSet | undefined): FieldSet | undefined =>
    recursiveDifference(difference(belowRoot(set), neverOwned), ignored);
  const found = compare(schema, withoutManagers(before ?? emptyObject(schema)), withoutManagers(after));
  return { added: owned(found.added), modified: owned(found.modified), removed: owned(found.removed) };
}

function withoutManagers(object: unknown): unknown {
  const { metadata } = object as { readonly metadata?: Readonly<Record<string, unknown>> };
  if (metadata?.['managedFields'] === undefined) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...(object as object), metadata: rest };
}

function take(record: ManagerRecord, changes: Comparison, request: UpdateRequest): ManagerRecord {
  const managed = new Map<string, Managed>();
  const times = new Map(record.times);
  const taken = union(changes.modified, changes.added);
  for (const [name, one] of record.managed) {
    const set = difference(difference(one.set, taken), changes.removed);
    if (set !== undefined) managed.set(name, set === one.set ? one : { ...one, set });
  }
  if (taken !== undefined) {
    const { apiVersion: version, subresource } = request;
    const identity = {
      manager: request.manager,
      operation: 'Update',
      apiVersion: version,
      ...(subresource !== undefined && { subresource }),
    } as const;
    const manager = identityOf(identity);
    managed.set(manager, { set: union(taken, managed.get(manager)?.set)!, version, applied: false });
    times.set(manager, request.time);
  }
  return { managed, times };
}
