import { equalSets, union, type FieldSet } from './field-set.ts';

const setsMax = 4096;
const interned = new Map<string, FieldSet>();
const unions = new WeakMap<FieldSet, WeakMap<FieldSet, FieldSet>>();

/** Freezes a set in depth; frozen nodes are frozen in depth. */
export function freezeSet(set: FieldSet): FieldSet {
  if (Object.isFrozen(set)) return set;
  Object.freeze(set);
  for (const key in set) freezeSet(set[key]!);
  return set;
}

/**
 * The one copy of a set of this content. Writers change the same few fields over and over, so what they took and what
 * follows from it can be found again. When it is full it forgets everything and starts again.
 */
export function intern(set: FieldSet): FieldSet {
  const text = JSON.stringify(set);
  const known = interned.get(text);
  if (known !== undefined) return known;
  if (interned.size >= setsMax) interned.clear();
  interned.set(text, freezeSet(set));
  return set;
}

/** What was owned together with what is taken; the very same set where that is nothing new. */
export function unionOf(owned: FieldSet | undefined, taken: FieldSet): FieldSet {
  if (owned === undefined) return taken;
  let known = unions.get(owned);
  if (known === undefined) unions.set(owned, (known = new WeakMap()));
  const found = known.get(taken);
  if (found !== undefined) return found;
  const all = union(taken, owned)!;
  const made = equalSets(all, owned) ? owned : freezeSet(all);
  known.set(taken, made);
  return made;
}
