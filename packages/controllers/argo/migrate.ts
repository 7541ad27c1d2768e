import { isRecord } from '@plumbline/base';
import type { KubeObject, ManagedFieldsEntry } from '@plumbline/api';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What client-side applies of ours owned becomes owned by our server-side apply, so that the next one removes what left
 * Git in between and the record that client-side apply needs. Undefined where there is nothing to do.
 */
export function migratedFields(
  live: KubeObject,
  managers: readonly string[],
  to: string,
): readonly ManagedFieldsEntry[] | undefined {
  const entries = live.metadata.managedFields ?? [];
  const old = entries.filter((entry) => isOld(entry, managers));
  const [first] = old;
  if (first === undefined) return undefined;
  const applied = entries.find(
    (entry) => entry.manager === to && entry.operation === 'Apply' && !entry.subresource,
  );
  const fieldsV1 = [...(applied === undefined ? [] : [applied]), ...old]
    .map((entry) => entry.fieldsV1 ?? {})
    .reduce(union);
  const merged: ManagedFieldsEntry = { ...(applied ?? first), manager: to, operation: 'Apply', fieldsV1 };
  return [...entries.filter((entry) => entry !== applied && !old.includes(entry)), merged];
}

function isOld(entry: ManagedFieldsEntry, managers: readonly string[]): boolean {
  return entry.operation === 'Update' && !entry.subresource && managers.includes(entry.manager ?? '');
}

function union(a: Fields, b: Fields): Fields {
  const all: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const other = all[name];
    all[name] = isRecord(other) && isRecord(value) ? union(other, value) : value;
  }
  return all;
}
