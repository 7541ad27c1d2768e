import type { KubeObject, ManagedFieldsEntry } from '@plumbline/api';

/**
 * Sets of managed fields are often half of an object, and the same for all objects that were made alike. So each goes
 * through the channel once; afterwards its number stands for it, and the objects on the other side share it.
 */
type Fields = Readonly<Record<string, unknown>>;

/** When so many are known, both sides forget them and start again. */
const setsMax = 4_096;

/** The side that sends. Only frozen sets are shared: others may look different the next time. */
export interface FieldsSender {
  /** The object with numbers for its sets. */
  slim(object: KubeObject): unknown;
}

/** `define` is told of a set before its number is used for the first time; number 0 forgets all others. */
export function createFieldsSender(define: (number: number, fields: Fields) => void): FieldsSender {
  let numbers = new Map<Fields, number>();
  const numberOf = (fields: Fields): number => {
    const known = numbers.get(fields);
    if (known !== undefined) return known;
    if (numbers.size >= setsMax) numbers = new Map();
    const number = numbers.size;
    numbers.set(fields, number);
    define(number, fields);
    return number;
  };
  const numbered = (entry: ManagedFieldsEntry): unknown => {
    const { fieldsV1 } = entry;
    return fieldsV1 === undefined || !Object.isFrozen(fieldsV1)
      ? entry
      : { ...entry, fieldsV1: numberOf(fieldsV1) };
  };
  return {
    slim(object) {
      const managedFields = object.metadata?.managedFields;
      if (managedFields === undefined) return object;
      return { ...object, metadata: { ...object.metadata, managedFields: managedFields.map(numbered) } };
    },
  };
}

/** The side that receives. */
export interface FieldsReceiver {
  define(number: number, fields: Fields): void;
  /** Puts the sets in the place of their numbers, in the object itself. */
  complete(object: unknown): void;
}

export function createFieldsReceiver(): FieldsReceiver {
  let sets: Fields[] = [];
  return {
    define(number, fields) {
      if (number === 0) sets = [];
      sets[number] = fields;
    },
    complete(object) {
      const entries = (object as Partial<KubeObject> | null)?.metadata?.managedFields;
      if (entries === undefined) return;
      for (const entry of entries as { fieldsV1?: unknown }[])
        if (typeof entry.fieldsV1 === 'number') entry.fieldsV1 = sets[entry.fieldsV1];
    },
  };
}
