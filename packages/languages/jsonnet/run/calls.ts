import { enter, failure, force, leave } from './machine.ts';
import type { Machine } from './machine.ts';
import { JsonnetFunction, Thunk, makeEnv, typeName } from './values.ts';
import type { Env, Slot, Value } from './values.ts';

/** What a call hands over. */
export interface Arguments {
  readonly positional: readonly Slot[];
  readonly names: readonly string[];
  readonly named: readonly Slot[];
  readonly tailstrict: boolean;
}

/** A call in the last place of a frame that gives up its room: returned to the loop in `callFunction`, seen by nobody else. */
export class TailCall {
  readonly callee: JsonnetFunction;
  readonly args: Arguments;

  constructor(callee: JsonnetFunction, args: Arguments) {
    this.callee = callee;
    this.args = args;
  }
}

/** The function that a value is. */
export function functionOf(machine: Machine, value: Value): JsonnetFunction {
  if (value instanceof JsonnetFunction) return value;
  throw failure(machine, `Unexpected type ${typeName(value)}, expected function`);
}

/** Calls a function. Tail calls of `tailstrict` frames go round a loop, so they may be as many as they like. */
export function callFunction(machine: Machine, callee: JsonnetFunction, args: Arguments): Value {
  let target = callee;
  let given = args;
  for (;;) {
    const slots = bind(machine, target, given);
    const { body } = target;
    if (body === undefined) return callBuiltin(machine, target, slots, given.tailstrict);
    const env = makeEnv(slots as Slot[], target.env);
    fillFallbacks(target, slots, env);
    if (given.tailstrict) for (const slot of env.slots) force(machine, slot);
    enter(machine);
    const { isTrimmable } = machine;
    machine.isTrimmable = given.tailstrict;
    const value: unknown = body.run(body, env, machine);
    machine.isTrimmable = isTrimmable;
    if (value instanceof TailCall) {
      // The frame goes, but what it was working on stays the place that the next call comes from.
      machine.depth--;
      target = value.callee;
      given = value.args;
      continue;
    }
    leave(machine);
    return value as Value;
  }
}

function callBuiltin(
  machine: Machine,
  target: JsonnetFunction,
  slots: readonly (Slot | undefined)[],
  tailstrict: boolean,
): Value {
  if (tailstrict) for (const slot of slots) if (slot !== undefined) force(machine, slot);
  return target.call === undefined ? null : target.call(machine, slots);
}

/** Calls a function of the program with values or thunks. */
export function callWith(machine: Machine, callee: JsonnetFunction, positional: readonly Slot[]): Value {
  return callFunction(machine, callee, { positional, names: [], named: [], tailstrict: false });
}

/** The slot of each parameter; those that are left out are undefined. */
function bind(machine: Machine, callee: JsonnetFunction, args: Arguments): (Slot | undefined)[] {
  const { parameters } = callee;
  const { positional } = args;
  if (positional.length > parameters.length) {
    const message = `function expected ${parameters.length} positional argument(s), but got ${positional.length}`;
    throw failure(machine, message);
  }
  const slots: (Slot | undefined)[] = positional.slice();
  if (args.names.length > 0) bindNamed(machine, callee, args, slots);
  for (let i = positional.length; i < parameters.length; i++) {
    const parameter = parameters[i];
    if (slots[i] === undefined) {
      if (parameter?.isOptional !== true) throw failure(machine, `Missing argument: ${parameter?.name}`);
      slots[i] = undefined;
    }
  }
  return slots;
}

function bindNamed(
  machine: Machine,
  { parameters }: JsonnetFunction,
  { positional, names, named }: Arguments,
  slots: (Slot | undefined)[],
): void {
  const received = new Set<string>();
  for (let i = 0; i < positional.length; i++) received.add(parameters[i]?.name ?? '');
  for (const [i, name] of names.entries()) {
    if (received.has(name)) throw failure(machine, `Argument ${name} already provided`);
    const at = parameters.findIndex((parameter) => parameter.name === name);
    if (at < 0) throw failure(machine, `function has no parameter ${name}`);
    received.add(name);
    slots[at] = named[i];
  }
}

/** What a parameter falls back to sees all the others. */
function fillFallbacks(callee: JsonnetFunction, slots: (Slot | undefined)[], env: Env): void {
  for (let i = 0; i < slots.length; i++) {
    if (slots[i] === undefined) slots[i] = new Thunk(callee.fallbacks[i], env);
  }
}
