import { GoInt } from '../go/index.ts';
import { allKeys } from './trace-text.ts';
import type { Value } from '../go/index.ts';
import type { Interner, KeySet, Trace } from './trace.ts';
import type { Given } from './given.ts';

/** Names the place where a value of a table or list was set; undefined: nobody knows. The same place must be the same key. */
export type OriginOf = (container: object, key: string | number) => unknown;

/** More places than these are not told apart: a value that takes in everything says nothing. */
const leavesMax = 2000;

/** What is known of the values in tables and lists: what templates put there, else what the caller says. */
export interface TracedValues {
  /** Where the value in a slot came from. */
  slot(container: object, key: string | number): Trace | undefined;
  /** The same, but nothing where only the whole container has a trace. */
  ownSlot(container: object, key: string | number): Trace | undefined;
  setSlot(container: object, key: string | number, trace: Trace | undefined): void;
  /** Where the values of a container came from that have no trace of their own. */
  setWhole(container: object, trace: Trace): void;
  /** Everything that a value is made of, all the way down. */
  deepKeys(value: Given, trace: Trace | undefined): KeySet;
}

export function createTracedValues(interner: Interner, originOf: OriginOf): TracedValues {
  const slots = new WeakMap<object, Map<string | number, Trace | undefined>>();
  const wholes = new WeakMap<object, Trace>();

  function slotsIn(container: object): Map<string | number, Trace | undefined> {
    let known = slots.get(container);
    if (known === undefined) slots.set(container, (known = new Map()));
    return known;
  }

  function slot(container: object, key: string | number): Trace | undefined {
    return ownSlot(container, key) ?? wholes.get(container);
  }

  function ownSlot(container: object, key: string | number): Trace | undefined {
    const known = slotsIn(container);
    const trace = known.get(key);
    if (trace !== undefined || known.has(key)) return trace;
    const origin = originOf(container, key);
    const found = origin === undefined ? undefined : { keys: interner.key(origin) };
    known.set(key, found);
    return found;
  }

  function deepKeys(value: Given, trace: Trace | undefined): KeySet {
    const top = trace === undefined ? interner.noKeys : allKeys(interner, trace);
    if (!isContainer(value)) return top;
    const sets = new Set([top]);
    let left = leavesMax;
    const visit = (container: Value[] | Map<string, Value>): void => {
      for (const [key, item] of container.entries()) {
        if (left <= 0) return;
        left -= 1;
        const own = slot(container, key);
        if (own !== undefined) sets.add(allKeys(interner, own));
        if (isContainer(item)) visit(item);
      }
    };
    visit(value);
    return interner.unionOf(sets);
  }

  return {
    slot,
    ownSlot,
    setSlot: (container, key, trace) => {
      slotsIn(container).set(key, trace);
    },
    setWhole: (container, trace) => {
      wholes.set(container, trace);
    },
    deepKeys,
  };
}

/** The slots of a table or list; nothing for everything else. */
export function entriesOf(value: Value): Iterable<readonly [string | number, Value]> {
  if (value instanceof Map) return value;
  return Array.isArray(value) ? value.entries() : [];
}

/** Whether a value has slots. */
export function isContainer(value: Given): value is Value[] | Map<string, Value> {
  return value instanceof Map || Array.isArray(value);
}

/** Whether two values are the same one: the same object, or equal and simple. */
export function isSame(a: Given, b: Given): boolean {
  if (a instanceof GoInt && b instanceof GoInt) return a.kind === b.kind && a.n === b.n;
  return a === b;
}
