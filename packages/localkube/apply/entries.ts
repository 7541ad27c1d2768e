import type { ManagedFieldsEntry } from '@plumbline/api';
import { readFieldSet, union, type FieldSet } from './field-set.ts';
import type { Managed } from './updater.ts';

/** The managers of an object by their identity, with the times of their last change. */
export interface ManagerRecord {
  readonly managed: ReadonlyMap<string, Managed>;
  readonly times: ReadonlyMap<string, string>;
}

export interface Identity {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
}

/** Upstream keeps this many managers of plain writes; the oldest are put together. */
export const updateManagersMax = 10;
const oldUpdates = 'ancient-changes';
/** Who does not say a name. */
export const unknownManager = 'unknown';

/** One text per manager. An applier is the same in every version, a writer is another one in each. */
export function identityOf(identity: Identity): string {
  const version = identity.operation === 'Apply' ? '' : identity.apiVersion;
  return JSON.stringify([
    identity.operation,
    identity.manager === '' ? unknownManager : identity.manager,
    version,
    identity.subresource ?? '',
  ]);
}

export function readIdentity(text: string): Identity {
  const [operation, manager, apiVersion, subresource] = JSON.parse(text) as [
    Identity['operation'],
    string,
    string,
    string,
  ];
  return { manager, operation, apiVersion, ...(subresource !== '' && { subresource }) };
}

/**
 * Reads `metadata.managedFields`; undefined where it is malformed. The sets of stored entries are in canonical form
 * and taken as they are, those of a client are read.
 */
export function readEntries(entries: unknown, from: 'store' | 'client'): ManagerRecord | undefined {
  const managed = new Map<string, Managed>();
  const times = new Map<string, string>();
  if (entries === undefined || entries === null) return { managed, times };
  if (!Array.isArray(entries)) return undefined;
  for (const entry of entries as readonly ManagedFieldsEntry[]) {
    const { operation } = entry;
    if (operation !== 'Apply' && operation !== 'Update') return undefined;
    const version = entry.apiVersion ?? '';
    const identity = identityOf({
      manager: entry.manager ?? '',
      operation,
      apiVersion: version,
      ...(entry.subresource !== undefined && { subresource: entry.subresource }),
    });
    const set = from === 'store' ? stored(entry.fieldsV1) : readFieldSet(entry.fieldsV1);
    if (set === undefined) continue;
    managed.set(identity, { set, version, applied: operation === 'Apply' });
    if (entry.time !== undefined) times.set(identity, entry.time);
  }
  return { managed, times };
}

function stored(fields: ManagedFieldsEntry['fieldsV1']): FieldSet | undefined {
  for (const _ in fields) return fields as FieldSet;
  return undefined;
}

/** What a manager owns, as it is stored. */
export function entryOf(
  { manager, operation, apiVersion, subresource }: Identity,
  time: string | undefined,
  set: FieldSet,
): ManagedFieldsEntry {
  return {
    manager: manager === '' ? unknownManager : manager,
    operation,
    apiVersion,
    ...(time !== undefined && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: set,
    ...(subresource !== undefined && { subresource }),
  };
}

/** In the order that upstream stores: appliers first, then by time and by name. Entries that did not change are reused. */
export function writeEntries(
  record: ManagerRecord,
  before: readonly ManagedFieldsEntry[],
): readonly ManagedFieldsEntry[] {
  const known = new Map(before.map((entry) => [entry.fieldsV1 as unknown, entry]));
  const entries = [...record.managed].map(([text, managed]) => {
    const identity = { ...readIdentity(text), apiVersion: managed.version };
    const entry = entryOf(identity, record.times.get(text), managed.set);
    const old = known.get(managed.set);
    return old !== undefined && sameEntry(old, entry) ? old : entry;
  });
  return entries.sort(compareEntries);
}

function sameEntry(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.apiVersion === b.apiVersion &&
    a.time === b.time &&
    a.subresource === b.subresource
  );
}

export function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareTexts(a.operation, b.operation) ||
    compareTimes(a.time, b.time) ||
    compareTexts(a.manager, b.manager) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource, b.subresource)
  );
}

function compareTexts(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  const left = a ?? '';
  const right = b ?? '';
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Times that the server writes itself are ordered as texts. */
function compareTimes(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a?.length === 20 && b?.length === 20 && a.endsWith('Z') && b.endsWith('Z')) return a < b ? -1 : 1;
  return seconds(a) - seconds(b);
}

function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000) || 0;
}

/** Puts the oldest writers of one version together until not more than the limit are left. */
export function capUpdaters(record: ManagerRecord): ManagerRecord {
  const updaters = [...record.managed].filter(([, managed]) => !managed.applied).map(([text]) => text);
  if (updaters.length <= updateManagersMax) return record;
  const managed = new Map(record.managed);
  const times = new Map(record.times);
  updaters.sort((a, b) => seconds(times.get(a)) - seconds(times.get(b)) || compareTexts(a, b));
  const firstOf = new Map<string, string>();
  let count = updaters.length;
  for (const text of updaters) {
    if (count <= updateManagersMax) break;
    const one = managed.get(text)!;
    const bucket = identityOf({ manager: oldUpdates, operation: 'Update', apiVersion: one.version });
    const first = firstOf.get(one.version);
    if (first === undefined) {
      firstOf.set(one.version, text);
      continue;
    }
    if (!managed.has(bucket)) {
      managed.set(bucket, managed.get(first)!);
      managed.delete(first);
    }
    const set = union(one.set, managed.get(bucket)!.set)!;
    if (text !== bucket) managed.delete(text);
    managed.set(bucket, { ...one, set });
    count--;
    const time = times.get(text);
    if (time !== undefined) times.set(bucket, time);
  }
  return { managed, times };
}
