import { GoInt } from '../go/index.ts';
import { keySetOf, noKeys, noTrace, traceWhole, unionOf } from './trace.ts';
import { allKeys } from './trace-text.ts';
import type { Value } from '../go/index.ts';
import type { KeySet, Trace } from './trace.ts';
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

export function createTracedValues(originOf: OriginOf): TracedValues {
  // `noTrace` stands for what has been asked for in vain.
  const slots = new Map<object, Map<string | number, Trace>>();
  const wholes = new Map<object, Trace>();

  function slotsIn(container: object): Map<string | number, Trace> {
    let known = slots.get(container);
    if (known === undefined) slots.set(container, (known = new Map()));
    return known;
  }

  function slot(container: object, key: string | number): Trace | undefined {
    const own = ownSlot(container, key);
    return own === undefined && wholes.size > 0 ? wholes.get(container) : own;
  }

  function ownSlot(container: object, key: string | number): Trace | undefined {
    const known = slotsIn(container);
    const trace = known.get(key);
    if (trace !== undefined) return trace === noTrace ? undefined : trace;
    const origin = originOf(container, key);
    const found = origin === undefined ? undefined : traceWhole(keySetOf(origin));
    known.set(key, found ?? noTrace);
    return found;
  }

  function deepKeys(value: Given, trace: Trace | undefined): KeySet {
    const top = trace === undefined ? noKeys : allKeys(trace);
    if (!isContainer(value)) return top;
    const sets = [top];
    let left = leavesMax;
    const visit = (container: Value[] | Map<string, Value>): void => {
      for (const [key, item] of container.entries()) {
        if (left <= 0) return;
        left -= 1;
        const own = slot(container, key);
        if (own !== undefined) sets.push(allKeys(own));
        if (isContainer(item)) visit(item);
      }
    };
    visit(value);
    return unionOf(sets);
  }

  return {
    slot,
    ownSlot,
    setSlot: (container, key, trace) => {
      slotsIn(container).set(key, trace ?? noTrace);
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
