import { callWith, functionOf } from '../run/calls.ts';
import { failure, force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { arrayOf, compare, equals } from '../run/operators.ts';
import type { Slot, Value } from '../run/values.ts';
import { arg, strict } from './define.ts';
import type { Given, Library } from './define.ts';

/** An element with what it is compared by. */
interface Keyed {
  readonly item: Slot;
  readonly key: Value;
}

function keyed(machine: Machine, list: Value, keyF: Value | undefined): Keyed[] {
  const items = arrayOf(machine, list);
  if (keyF === undefined) return items.map((item) => ({ item, key: force(machine, item) }));
  const callee = functionOf(machine, keyF);
  return items.map((item) => ({ item, key: callWith(machine, callee, [item]) }));
}

function sort(machine: Machine, list: Value, keyF: Value | undefined): Keyed[] {
  const items = keyed(machine, list, keyF);
  // A list of one is never compared by sorting; upstream does not look at its key either.
  return items.sort((a, b) => compare(machine, a.key, b.key));
}

function distinct(machine: Machine, items: readonly Keyed[]): Slot[] {
  const found: Slot[] = [];
  let last: Keyed | undefined;
  for (const one of items) {
    if (last !== undefined && equals(machine, last.key, one.key)) continue;
    found.push(one.item);
    last = one;
  }
  return found;
}

/** Walks over two sets in step and keeps what only the first, only the second, or both have. */
function merge(
  machine: Machine,
  args: readonly Value[],
  given: Given<Value>,
  keep: { readonly left: boolean; readonly right: boolean; readonly both: boolean },
): Slot[] {
  const a = keyed(machine, arg(args, 0), given[2]);
  const b = keyed(machine, arg(args, 1), given[2]);
  const found: Slot[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i];
    const right = b[j];
    if (left === undefined || right === undefined) break;
    if (equals(machine, left.key, right.key)) {
      if (keep.both) found.push(left.item);
      i++;
      j++;
    } else if (compare(machine, left.key, right.key) < 0) {
      if (keep.left) found.push(left.item);
      i++;
    } else {
      if (keep.right) found.push(right.item);
      j++;
    }
  }
  if (keep.left) for (const { item } of a.slice(i)) found.push(item);
  if (keep.right) for (const { item } of b.slice(j)) found.push(item);
  return found;
}

function extreme(machine: Machine, args: readonly Value[], given: Given<Value>, sign: number): Value {
  const items = keyed(machine, arg(args, 0), given[1]);
  let [best] = items;
  if (best === undefined) {
    if (given[2] !== undefined) return given[2];
    throw failure(machine, 'Expected at least one element in array. Got none');
  }
  for (const one of items.slice(1)) if (compare(machine, one.key, best.key) * sign > 0) best = one;
  return force(machine, best.item);
}

/** Sorting, and arrays as sets. */
export const sets: Library = {
  sort: strict('arr keyF?', (machine, args, given) =>
    sort(machine, arg(args, 0), given[1]).map(({ item }) => item),
  ),
  uniq: strict('arr keyF?', (machine, args, given) =>
    distinct(machine, keyed(machine, arg(args, 0), given[1])),
  ),
  set: strict('arr keyF?', (machine, args, given) =>
    distinct(machine, sort(machine, arg(args, 0), given[1])),
  ),
  setMember: strict(
    'x arr keyF?',
    (machine, args, given) =>
      merge(machine, [[arg(args, 0)], arg(args, 1)], given, { left: false, right: false, both: true })
        .length > 0,
  ),
  setUnion: strict('a b keyF?', (machine, args, given) =>
    merge(machine, args, given, { left: true, right: true, both: true }),
  ),
  setInter: strict('a b keyF?', (machine, args, given) =>
    merge(machine, args, given, { left: false, right: false, both: true }),
  ),
  setDiff: strict('a b keyF?', (machine, args, given) =>
    merge(machine, args, given, { left: true, right: false, both: false }),
  ),
  minArray: strict('arr keyF? onEmpty?', (machine, args, given) => extreme(machine, args, given, -1)),
  maxArray: strict('arr keyF? onEmpty?', (machine, args, given) => extreme(machine, args, given, 1)),
};
