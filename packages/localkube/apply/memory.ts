import type { SchemaNode } from '@plumbline/api';
import { difference, equalSets, union, type FieldSet } from './field-set.ts';

/**
 * What a server remembers about ownership. Thousands of objects are made from one template and change in the same few
 * ways, so sets are found again by the form of the values that they come from, and what follows from two sets by the
 * sets themselves. Everything in it is frozen and can be worked out again: a full part is forgotten as a whole.
 */
export interface Memory {
  /** The one copy of a set of this content. */
  intern(set: FieldSet): FieldSet;
  /** What a form of a value (or of a change) under a schema led to. */
  recall<T>(kind: string, schema: SchemaNode, form: string, make: () => T): T;
  /** What was owned together with what is taken; the very same set where that is nothing new. */
  union(owned: FieldSet | undefined, taken: FieldSet): FieldSet;
  /** What is left of a set; the very same one where nothing was taken. */
  difference(set: FieldSet | undefined, taken: FieldSet | undefined): FieldSet | undefined;
  /** Whether a set was found to have no place below one that this schema treats as a whole. */
  isSettled(schema: SchemaNode, set: FieldSet): boolean;
  settle(schema: SchemaNode, set: FieldSet): void;
}

const setsMax = 4096;
const formsMax = 4096;

type Pairs = WeakMap<FieldSet, WeakMap<FieldSet, FieldSet | null>>;

export function makeMemory(): Memory {
  const interned = new Map<string, FieldSet>();
  const forms = new WeakMap<SchemaNode, Map<string, unknown>>();
  const unions: Pairs = new WeakMap();
  const differences: Pairs = new WeakMap();
  const settled = new WeakMap<FieldSet, SchemaNode>();

  const ofPair = (
    pairs: Pairs,
    a: FieldSet,
    b: FieldSet,
    make: () => FieldSet | undefined,
  ): FieldSet | undefined => {
    let known = pairs.get(a);
    if (known === undefined) pairs.set(a, (known = new WeakMap()));
    const found = known.get(b);
    if (found !== undefined) return found ?? undefined;
    const made = make();
    known.set(b, made ?? null);
    return made;
  };

  const memory: Memory = {
    intern(set) {
      const text = JSON.stringify(set);
      const known = interned.get(text);
      if (known !== undefined) return known;
      if (interned.size >= setsMax) interned.clear();
      interned.set(text, freezeSet(set));
      return set;
    },
    recall<T>(kind: string, schema: SchemaNode, form: string, make: () => T): T {
      let known = forms.get(schema);
      if (known === undefined) forms.set(schema, (known = new Map()));
      const key = kind + form;
      const found = known.get(key);
      if (found !== undefined) return found as T;
      const made = make();
      if (known.size >= formsMax) known.clear();
      known.set(key, made);
      return made;
    },
    union(owned, taken) {
      if (owned === undefined || owned === taken) return taken;
      return ofPair(unions, owned, taken, () => {
        const all = union(taken, owned)!;
        return equalSets(all, owned) ? owned : memory.intern(all);
      })!;
    },
    difference(set, taken) {
      if (set === undefined || taken === undefined) return set;
      if (!touches(set, taken)) return set;
      return ofPair(differences, set, taken, () => {
        const left = difference(set, taken);
        return left === undefined || left === set ? left : memory.intern(left);
      });
    },
    isSettled: (schema, set) => settled.get(set) === schema,
    settle(schema, set) {
      // What may still be changed may come to have such a place.
      if (Object.isFrozen(set)) settled.set(set, schema);
    },
  };
  return memory;
}

/** Whether two sets have anything at one place of the first level, which most pairs have not. */
function touches(a: FieldSet, b: FieldSet): boolean {
  for (const key in b) if (key !== '.' && a[key] !== undefined) return true;
  return false;
}

/** Freezes a set in depth; frozen nodes are frozen in depth. */
export function freezeSet(set: FieldSet): FieldSet {
  if (Object.isFrozen(set)) return set;
  Object.freeze(set);
  for (const key in set) freezeSet(set[key]!);
  return set;
}
