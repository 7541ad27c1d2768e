import type { KubeObject, ManagedFieldsEntry } from '@plumbline/api';

/**
 * Shares managedFields sets of equal content. Thousands of objects made from one template own the same fields, and
 * those sets are often larger than the objects. Bounded: when full it forgets everything and starts again.
 */
export interface Interner {
  intern(object: KubeObject): KubeObject;
}

const entriesMax = 4096;

export function makeInterner(): Interner {
  let known = new Map<string, Readonly<Record<string, unknown>>>();
  const shared = (entry: ManagedFieldsEntry): ManagedFieldsEntry => {
    const fields = entry.fieldsV1;
    if (fields === undefined || Object.isFrozen(fields)) return entry;
    const text = JSON.stringify(fields);
    const found = known.get(text);
    if (found !== undefined) return { ...entry, fieldsV1: found };
    if (known.size >= entriesMax) known = new Map();
    known.set(text, fields);
    return entry;
  };
  return {
    intern(object) {
      const entries = object.metadata.managedFields;
      if (entries === undefined || entries.length === 0) return object;
      const managedFields = entries.map(shared);
      if (managedFields.every((entry, index) => entry === entries[index])) return object;
      return { ...object, metadata: { ...object.metadata, managedFields } };
    },
  };
}
