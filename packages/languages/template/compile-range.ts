import { GoInt, GoObject, printValue, sortedKeys } from '../go/index.ts';
import { assignTo } from './compile-pipe.ts';
import { fail, step } from './run.ts';
import { slotOf } from './unit.ts';
import type { Store } from './compile-pipe.ts';
import type { BranchNode } from './nodes.ts';
import type { Frame } from './model.ts';
import type { Given } from './given.ts';
import type { Execute, Unit } from './unit.ts';

/** What a range goes through: keys (or nothing, where there are none to hand out) and elements. */
export interface Rounds {
  readonly length: number;
  key(at: number): Given;
  element(at: number): Given;
}

export function compileRange(unit: Unit, node: BranchNode): Execute {
  const { length: visible } = unit.variables;
  const names = node.pipe.variables.map((variable) => variable.name);
  const evaluate = unit.compilers.pipe(unit, node.pipe, names.length > 1 ? [false, true] : [true]);
  const stores = names.map((name) => storeTo(unit, name, node.pipe.assigns));
  const [keyStore, elementStore] = stores.length > 1 ? stores : [undefined, stores[0]];
  const { dotIsElement } = unit;
  unit.dotIsElement = true;
  const body = unit.compilers.scoped(unit, node.list);
  unit.dotIsElement = dotIsElement;
  const otherwise = node.elseList === undefined ? undefined : unit.compilers.scoped(unit, node.elseList);
  unit.variables.length = visible;
  return (frame, dot) => {
    step(frame);
    const rounds = roundsOf(frame, evaluate(frame, dot), keyStore !== undefined);
    const { length } = rounds;
    if (length === 0) return otherwise === undefined ? 0 : otherwise(frame, dot);
    for (let at = 0; at < length; at++) {
      step(frame);
      const element = rounds.element(at);
      keyStore?.(frame, rounds.key(at));
      elementStore?.(frame, element);
      if (body(frame, element) === 1) break;
    }
    return 0;
  };
}

function storeTo(unit: Unit, name: string, assigns: boolean): Store {
  if (assigns) return assignTo(unit, name);
  const slot = slotOf(unit, name) ?? 0;
  return (frame, value) => {
    frame.variables[slot] = value;
  };
}

const noRounds: Rounds = { length: 0, key: () => undefined, element: () => undefined };

/** The rounds of a range over a value, or the error that it cannot be gone through. */
export function roundsOf(frame: Frame, value: Given, wantsKeys: boolean): Rounds {
  if (value === undefined || value === null) return noRounds;
  if (Array.isArray(value)) return { length: value.length, key: intAt, element: (at) => value[at] ?? null };
  if (value instanceof Map) return tableRounds(value);
  if (value instanceof GoInt) {
    if (wantsKeys)
      return fail(frame, `can't use ${printValue(value)} to iterate over more than one variable`);
    const { kind } = value;
    const length = value.n > 0n ? Number(value.n) : 0;
    return { length, key: () => undefined, element: (at) => new GoInt(kind, BigInt(at)) };
  }
  if (value instanceof Uint8Array)
    return { length: value.length, key: intAt, element: (at) => new GoInt('uint8', BigInt(value[at] ?? 0)) };
  const map = value instanceof GoObject ? value.asMap?.() : undefined;
  if (map !== undefined) return tableRounds(map);
  return fail(frame, `range can't iterate over ${printValue(value)}`);
}

function intAt(at: number): Given {
  return new GoInt('int', BigInt(at));
}

/** A table as it is now: what the rounds do to it does not count. */
function tableRounds(table: ReadonlyMap<string, Given>): Rounds {
  const keys = sortedKeys(table);
  const elements = keys.map((key) => table.get(key));
  return { length: keys.length, key: (at) => keys[at], element: (at) => elements[at] };
}
