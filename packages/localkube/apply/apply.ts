import { equalData } from '@plumbline/base';
import type { ManagedFieldsEntry } from '@plumbline/api';
import type { Draft } from '../registry/types.ts';
import { conflictMessage, conflictsOf } from './conflict.ts';
import {
  entryOf,
  identityOf,
  readEntries,
  writeEntries,
  type Identity,
  type ManagerRecord,
} from './entries.ts';
import { toFieldSet } from './compare.ts';
import { belowRoot, difference, recursiveDifference, type FieldSet } from './field-set.ts';
import { appliedForm } from './forms.ts';
import { annotationsOf, lastAppliedAnnotation, lastAppliedSet, withLastApplied } from './last-applied.ts';
import type { Memory } from './memory.ts';
import type { ApplyRequest, ApplyResult } from './types.ts';
import { applyManaged, updateManaged, type Managed, type ManagedConflict, type Versions } from './updater.ts';
import { checkTyped } from './validate.ts';
import { emptyObject, ignoredByApply, neverOwned, objectText, oneShape } from './versions.ts';

/** Brings the applied object over the live one, and says who owns what then. Nothing that goes in is changed. */
export function applyServerSide(memory: Memory, request: ApplyRequest): ApplyResult {
  const { schema, live, applied, apiVersion } = request;
  const form = appliedForm(schema, applied);
  if (form === undefined) {
    const object = objectText(apiVersion, String(applied.kind), applied.metadata ?? {});
    const mistake = checkTyped(schema, applied) ?? '';
    return { type: 'invalid', message: `failed to create typed patch object (${object}): ${mistake}` };
  }
  const ignored = ignoredByApply(schema, request.subresource);
  const { set: wanted, kept } = placesOf(memory, request, form, ignored);
  if (live === undefined) return createdBy(request, kept);
  const versions = oneShape(schema, ignored);
  const before = managersBefore(request, versions);
  const manager = identityOf({ ...identityIn(request), manager: request.manager, operation: 'Apply' });
  const run = (force: boolean): ReturnType<typeof applyManaged> =>
    applyManaged(versions, live, applied, apiVersion, before.managed, manager, force, {
      memory,
      set: wanted,
    });
  let result = run(request.force);
  if (!result.ok && request.manager === 'kubectl') {
    const conflicts = withoutLastApplied(request, result.conflicts);
    result = conflicts.length === 0 ? run(true) : { ok: false, conflicts };
  }
  if (!result.ok) {
    const conflicts = conflictsOf(result.conflicts, before.managed);
    return { type: 'conflict', conflicts, message: conflictMessage(conflicts) };
  }
  const last = before.managed.get(manager);
  const textFollows =
    request.manager === 'kubectl' && annotationsOf(live)[lastAppliedAnnotation] !== undefined;
  // Who says the same again changes nothing, not even a time.
  if (!result.changed && last?.set === kept && last?.version === apiVersion && !textFollows)
    return { type: 'applied', object: live as Draft, unchanged: true };
  const managed = new Map<string, Managed>(result.managers);
  const own = managed.get(manager);
  if (own !== undefined && kept === undefined) managed.delete(manager);
  else if (own !== undefined && kept !== undefined) managed.set(manager, { ...own, set: kept });
  const times = new Map(before.times);
  if (result.changed) times.set(manager, request.time);
  let object = result.object as Draft;
  if (request.manager === 'kubectl') object = withLastApplied(object, applied);
  return finish(object, { managed, times }, live);
}

/** What was not there has nobody to argue with: it becomes what is applied, and that is owned. */
function createdBy(request: ApplyRequest, kept: FieldSet | undefined): ApplyResult {
  const { applied, manager, time } = request;
  const object = manager === 'kubectl' ? withLastApplied(applied, applied) : applied;
  const { managedFields: _, ...metadata } = object.metadata;
  const identity = { ...identityIn(request), manager, operation: 'Apply' } as const;
  const managedFields = kept === undefined ? undefined : [entryOf(identity, time, kept)];
  const next: Draft = {
    ...object,
    metadata: { ...metadata, ...(managedFields !== undefined && { managedFields }) } as Draft['metadata'],
  };
  return { type: 'applied', object: next, unchanged: false };
}

/** What is set by the applied value, and what of it is written down as owned. */
function placesOf(
  memory: Memory,
  { schema, applied, subresource }: ApplyRequest,
  form: string,
  ignored: FieldSet | undefined,
): { readonly set: FieldSet | undefined; readonly kept: FieldSet | undefined } {
  return memory.recall(`applied ${subresource ?? ''} `, schema, form, () => {
    const set = recursiveDifference(belowRoot(toFieldSet(schema, applied)), ignored);
    const kept = difference(set, neverOwned);
    return {
      set: set === undefined ? undefined : memory.intern(set),
      kept: kept === undefined ? undefined : memory.intern(kept),
    };
  });
}

function finish(object: Draft, record: ManagerRecord, live: Readonly<Draft>): ApplyResult {
  const old = (live.metadata['managedFields'] ?? []) as readonly ManagedFieldsEntry[];
  const entries = writeEntries(record, old);
  const { managedFields: _, ...metadata } = object.metadata;
  const next: Draft = {
    ...object,
    metadata: { ...metadata, ...(entries.length > 0 && { managedFields: entries }) } as Draft['metadata'],
  };
  return { type: 'applied', object: next, unchanged: equalData(live, next) };
}

/** An object that nobody managed so far counts as written in one piece before the first apply. */
function managersBefore(request: ApplyRequest, versions: Versions): ManagerRecord {
  const { live, apiVersion } = request;
  const record = readEntries(live?.metadata['managedFields'], 'store') ?? {
    managed: new Map(),
    times: new Map(),
  };
  if (live === undefined || record.managed.size > 0) return record;
  const manager = identityOf({ ...identityIn(request), manager: 'before-first-apply', operation: 'Update' });
  const all = updateManaged(versions, emptyObject(request.schema), live, apiVersion, new Map(), manager).get(
    manager,
  );
  const set = difference(all?.set, neverOwned);
  if (all === undefined || set === undefined) return record;
  return { managed: new Map([[manager, { ...all, set }]]), times: new Map([[manager, request.time]]) };
}

function withoutLastApplied(
  request: ApplyRequest,
  conflicts: readonly ManagedConflict[],
): readonly ManagedConflict[] {
  const allowed = lastAppliedSet(request.schema, request.live, request.apiVersion);
  return conflicts.flatMap((conflict) => {
    const set = difference(conflict.set, allowed);
    return set === undefined ? [] : [{ ...conflict, set }];
  });
}

function identityIn(request: ApplyRequest): Omit<Identity, 'manager' | 'operation'> {
  return {
    apiVersion: request.apiVersion,
    ...(request.subresource !== undefined && { subresource: request.subresource }),
  };
}
