import { callWith, functionOf } from '../run/calls.ts';
import { failure, force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { add, arrayOf, compare, equals } from '../run/operators.ts';
import { runesOf } from '../run/text.ts';
import type { Slot, Value } from '../run/values.ts';
import { arg, strict } from './define.ts';
import type { Given, Library } from './define.ts';

/** A list whose keys are worked out when they are compared. Texts count as lists of characters, as they do upstream. */
interface Keyed {
  readonly items: readonly Slot[];
  readonly key: (at: number) => Value;
  /** What is left from a place on, as the kind of list that it is. */
  readonly rest: (from: number) => Value;
}

function keyed(machine: Machine, list: Value, keyF: Value | undefined): Keyed {
  const runes = typeof list === 'string' ? runesOf(machine, list) : undefined;
  const items = runes ?? arrayOf(machine, list);
  const keys: (Value | undefined)[] = [];
  return {
    items,
    key: (at) => {
      const known = keys[at];
      if (known !== undefined) return known;
      const item = items[at] ?? null;
      // Whether it is a function is only asked when it is needed.
      const key =
        keyF === undefined ? force(machine, item) : callWith(machine, functionOf(machine, keyF), [item]);
      keys[at] = key;
      return key;
    },
    rest: (from) => runes?.slice(from).join('') ?? items.slice(from),
  };
}

function sort(machine: Machine, list: Value, keyF: Value | undefined): Slot[] {
  const { items, key } = keyed(machine, arrayOf(machine, list), keyF);
  if (keyF !== undefined) functionOf(machine, keyF);
  const pairs = items.map((item, at) => ({ item, key: key(at) }));
  return pairs.sort((a, b) => compare(machine, a.key, b.key)).map(({ item }) => item);
}

function distinct(machine: Machine, list: Value, keyF: Value | undefined): Slot[] {
  const { items, key } = keyed(machine, list, keyF);
  return items.filter((_, at) => at === 0 || !equals(machine, key(at - 1), key(at)));
}

/** What of two sets is kept: what only the first has, what only the second has, what both have. */
interface Keep {
  readonly left: boolean;
  readonly right: boolean;
  readonly both: boolean;
}

/** Walks over two sets in step. */
function merge(machine: Machine, args: readonly Value[], keyF: Value | undefined, keep: Keep): Value {
  const a = keyed(machine, arg(args, 0), keyF);
  if (a.items.length === 0 && !keep.right) return [];
  const b = keyed(machine, arg(args, 1), keyF);
  const found: Slot[] = [];
  let i = 0;
  let j = 0;
  while (i < a.items.length && j < b.items.length) {
    if (equals(machine, a.key(i), b.key(j))) {
      if (keep.both) found.push(a.items[i] ?? null);
      i++;
      j++;
    } else if (compare(machine, a.key(i), b.key(j)) < 0) {
      if (keep.left) found.push(a.items[i] ?? null);
      i++;
    } else {
      if (keep.right) found.push(b.items[j] ?? null);
      j++;
    }
  }
  if (i >= a.items.length) return keep.right ? add(machine, found, b.rest(j)) : found;
  return keep.left ? add(machine, found, a.rest(i)) : found;
}

function extreme(machine: Machine, args: readonly Value[], given: Given<Value>, sign: number): Value {
  const { items, key } = keyed(machine, arrayOf(machine, arg(args, 0)), given[1]);
  if (items.length === 0) {
    if (given[2] !== undefined) return given[2];
    throw failure(machine, 'Expected at least one element in array. Got none');
  }
  let best = 0;
  for (let at = 1; at < items.length; at++) {
    if (compare(machine, key(best), key(at)) * sign < 0) best = at;
  }
  return force(machine, items[best] ?? null);
}

const intersection: Keep = { left: false, right: false, both: true };

/** Sorting, and arrays as sets. */
export const sets: Library = {
  sort: strict('arr keyF?', (machine, args, given) => sort(machine, arg(args, 0), given[1])),
  uniq: strict('arr keyF?', (machine, args, given) => distinct(machine, arg(args, 0), given[1])),
  set: strict('arr keyF?', (machine, args, given) =>
    distinct(machine, sort(machine, arg(args, 0), given[1]), given[1]),
  ),
  setMember: strict('x arr keyF?', (machine, args, given) => {
    const both = merge(machine, [[arg(args, 0)], arg(args, 1)], given[2], intersection);
    return Array.isArray(both) && both.length > 0;
  }),
  setUnion: strict('a b keyF?', (machine, args, given) =>
    merge(machine, args, given[2], { left: true, right: true, both: true }),
  ),
  setInter: strict('a b keyF?', (machine, args, given) => merge(machine, args, given[2], intersection)),
  setDiff: strict('a b keyF?', (machine, args, given) =>
    merge(machine, args, given[2], { left: true, right: false, both: false }),
  ),
  minArray: strict('arr keyF? onEmpty?', (machine, args, given) => extreme(machine, args, given, -1)),
  maxArray: strict('arr keyF? onEmpty?', (machine, args, given) => extreme(machine, args, given, 1)),
};
