import type { KubeObject, ManagedFieldsEntry } from '@plumbline/api';
import { equalData, isRecord } from '@plumbline/base';

/**
 * The patch that makes what a manager has written by updates its own by apply, so that an apply that leaves a field out
 * takes it away. Undefined where there is nothing to change.
 */
export function adoptUpdatedFields(live: KubeObject, manager: string): readonly unknown[] | undefined {
  const before = live.metadata.managedFields ?? [];
  const isUpdate = (entry: ManagedFieldsEntry): boolean =>
    entry.manager === manager && entry.operation === 'Update' && (entry.subresource ?? '') === '';
  const isApply = (entry: ManagedFieldsEntry): boolean =>
    entry.manager === manager && entry.operation === 'Apply' && (entry.subresource ?? '') === '';
  const update = before.find(isUpdate);
  if (update === undefined) return undefined;
  const applied = before.find(isApply);
  const after =
    applied === undefined
      ? before.map((entry) => (entry === update ? { ...entry, operation: 'Apply' as const } : entry))
      : before
          .filter((entry) => entry !== update)
          .map((entry) =>
            entry === applied ? { ...entry, fieldsV1: union(entry.fieldsV1, update.fieldsV1) } : entry,
          );
  // Entries of the same manager in other versions are those of former updates.
  const kept = after.filter((entry) => !isUpdate(entry));
  if (equalData(before, kept)) return undefined;
  return [
    { op: 'replace', path: '/metadata/managedFields', value: kept },
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
  ];
}

type FieldSet = Readonly<Record<string, unknown>>;

function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet {
  const merged: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b ?? {})) {
    const present = merged[key];
    merged[key] = isRecord(present) && isRecord(value) ? union(present, value) : value;
  }
  return merged;
}
