import type { ManagedFieldsEntry } from '@plumbline/api';
import { compare, compareObjects, isSame, type Comparison } from './compare.ts';
import { objectChangeForm } from './forms.ts';
import { createdSet } from './created.ts';
import {
  capUpdaters,
  compareEntries,
  entryOf,
  identityOf,
  readEntries,
  unknownManager,
  updateManagersMax,
  writeEntries,
  type Identity,
  type ManagerRecord,
} from './entries.ts';
import { belowRoot, difference, recursiveDifference, union, type FieldSet } from './field-set.ts';
import { freezeSet, type Memory } from './memory.ts';
import { newcomersOf } from './newcomers.ts';
import type { UpdateRequest } from './types.ts';
import type { Managed } from './updater.ts';
import { emptyObject, ignoredBy, neverOwned, specIsOfServer } from './versions.ts';

/**
 * Who owns what after a plain write: what it changes and adds goes to the writer, what it removes belongs to nobody.
 * Entries that stay as they are are returned as the same values.
 */
export function updateManagers(memory: Memory, given: UpdateRequest): readonly ManagedFieldsEntry[] {
  const request = withoutServersPart(given);
  const { before, after } = request;
  const live = (before?.metadata['managedFields'] ?? []) as readonly ManagedFieldsEntry[];
  const sent = after.metadata['managedFields'];
  if (before === undefined && sent === undefined) return createdBy(memory, request);
  if (before !== undefined && (sent === live || sent === undefined)) {
    const entries = live.length === 0 ? [] : changedBy(memory, request, before, live);
    if (entries !== undefined) return entries;
  }
  const record = recordFor(request, sent, live);
  // Once an object has lost its managers, plain writes do not bring them back.
  if (before !== undefined && record.managed.size === 0) return [];
  const changes = changesOf(request);
  if (isSame(changes)) return sent === live || record.fromLive ? live : writeEntries(record, live);
  return writeEntries(capUpdaters(take(record, changes, request)), live);
}

/** What nobody but the server decides has not been changed by who tried. */
function withoutServersPart(request: UpdateRequest): UpdateRequest {
  const { before, after, schema } = request;
  if (before === undefined || !specIsOfServer(schema)) return request;
  return { ...request, after: { ...after, spec: before['spec'] } };
}

/** A create by one manager, who owns all of it. */
function createdBy(memory: Memory, request: UpdateRequest): readonly ManagedFieldsEntry[] {
  const { schema, after } = request;
  const apart = ignoredBy(schema, request.subresource) !== undefined;
  const set = createdSet(
    memory,
    schema,
    emptyObject(schema) as Readonly<Record<string, unknown>>,
    after,
    apart,
  );
  return set === undefined ? [] : [entryOf(writerOf(request), request.time, set)];
}

/**
 * An ordinary update: the entries that it leaves alone are not read at all. Undefined where there are too many writers,
 * which is worked out at leisure.
 */
function changedBy(
  memory: Memory,
  request: UpdateRequest,
  before: Readonly<Record<string, unknown>>,
  live: readonly ManagedFieldsEntry[],
): readonly ManagedFieldsEntry[] | undefined {
  const { schema, after, subresource } = request;
  const ignored = ignoredBy(schema, subresource) !== undefined;
  const apart = ignored ? (subresource === 'status' ? 'spec' : 'status') : undefined;
  const newcomers = newcomersOf(schema, before, after, apart);
  const common = newcomers?.rest ?? after;
  const form = objectChangeForm(schema, before, common, apart);
  if (form === '' && newcomers === undefined) return live;
  const { taken, removed } = memory.recall(`changed ${apart ?? ''} `, schema, form, () => {
    const changes = compareObjects(schema, before, common, apart);
    const found = union(changes.modified, changes.added);
    return {
      taken: found === undefined ? undefined : memory.intern(found),
      removed: changes.removed === undefined ? undefined : memory.intern(changes.removed),
    };
  });
  if (taken === undefined && removed === undefined && newcomers === undefined) return live;
  const entries: ManagedFieldsEntry[] = [];
  let own: ManagedFieldsEntry | undefined;
  let updaters = 0;
  for (const entry of live) {
    if (entry.operation === 'Update' && ++updaters >= updateManagersMax) return undefined;
    if (isOf(entry, request)) {
      own = entry;
      continue;
    }
    const set = entry.fieldsV1 as FieldSet | undefined;
    const left = difference(memory.difference(memory.difference(set, taken), removed), newcomers?.set);
    if (left === set) entries.push(entry);
    else if (left !== undefined) entries.push({ ...entry, fieldsV1: freezeSet(left) });
  }
  let set = memory.difference(own?.fieldsV1 as FieldSet | undefined, removed);
  if (set !== undefined) set = freezeSet(set);
  if (taken !== undefined) set = memory.union(set, taken);
  if (newcomers !== undefined) set = freezeSet(union(newcomers.set, set)!);
  if (set !== undefined)
    entries.push(ownEntry(request, own, set, taken !== undefined || newcomers !== undefined));
  return entries.sort(compareEntries);
}

/** The writer's own entry, the very same where nothing of it is new. */
function ownEntry(
  request: UpdateRequest,
  own: ManagedFieldsEntry | undefined,
  set: FieldSet,
  written: boolean,
): ManagedFieldsEntry {
  if (own === undefined) return entryOf(writerOf(request), request.time, set);
  if (own.fieldsV1 === set && (!written || own.time === request.time)) return own;
  return written ? entryOf(writerOf(request), request.time, set) : { ...own, fieldsV1: set };
}

function isOf(entry: ManagedFieldsEntry, request: UpdateRequest): boolean {
  return (
    entry.operation === 'Update' &&
    entry.manager === (request.manager === '' ? unknownManager : request.manager) &&
    entry.apiVersion === request.apiVersion &&
    (entry.subresource ?? '') === (request.subresource ?? '')
  );
}

function writerOf({ manager, apiVersion, subresource }: UpdateRequest): Identity {
  return { manager, operation: 'Update', apiVersion, ...(subresource !== undefined && { subresource }) };
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
    const manager = identityOf(writerOf(request));
    const set = union(taken, managed.get(manager)?.set)!;
    managed.set(manager, { set, version: request.apiVersion, applied: false });
    times.set(manager, request.time);
  }
  return { managed, times };
}
