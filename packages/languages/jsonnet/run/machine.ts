import { JsonnetError } from '../errors.ts';
import type { Trace } from '../errors.ts';
import { Thunk } from './values.ts';
import type { Address, Code, Env, JsonnetLimits, Machine, Slot, Value } from './values.ts';

export type { JsonnetLimits, Machine } from './values.ts';

/** What is used where nothing else is asked for. */
export const jsonnetLimits: JsonnetLimits = {
  stackMax: 500,
  stepsMax: 50_000_000,
  sizeMax: 100_000_000,
};

/** No trace at all. */
export const noTrace: Trace = { span: '', context: '' };
/** The trace of what is written nowhere; it makes an empty line. */
export const blankTrace: Trace = { span: '', context: '' };

/** An error at the present place. */
export function failure(machine: Machine, message: string): JsonnetError {
  const frames = machine.stack.slice(0, machine.depth);
  if (machine.trace !== noTrace) frames.push(machine.trace);
  return new JsonnetError('runtime', message, undefined, frames);
}

/** An evaluation that takes more than it may. */
function exceeded(machine: Machine, message: string): JsonnetError {
  return new JsonnetError('limit', message, undefined, failure(machine, message).frames);
}

/** Enters a frame: a call, an element, a field. */
export function enter(machine: Machine): void {
  if (machine.depth >= machine.limits.stackMax) throw failure(machine, 'max stack frames exceeded.');
  if (++machine.steps > machine.limits.stepsMax)
    throw exceeded(machine, `the program takes more than ${machine.limits.stepsMax} steps`);
  machine.stack[machine.depth++] = machine.trace;
}

/** Leaves the frame on top. Errors need not leave: nothing goes on after them. */
export function leave(machine: Machine): void {
  machine.depth--;
  machine.trace = machine.stack[machine.depth] ?? noTrace;
}

/** Runs a piece of program in a frame of its own. */
export function runFrame(code: Code, env: Env, machine: Machine): Value {
  enter(machine);
  const { isTrimmable } = machine;
  machine.isTrimmable = false;
  const value = code.run(code, env, machine);
  machine.isTrimmable = isTrimmable;
  leave(machine);
  return value;
}

/** The value of a slot. */
export function force(machine: Machine, slot: Slot): Value {
  if (!(slot instanceof Thunk)) return slot;
  return slot.isDone ? slot.value : work(machine, slot);
}

function work(machine: Machine, thunk: Thunk): Value {
  const { code, env, make } = thunk;
  let value: Value = null;
  if (code !== undefined && env !== undefined) value = runFrame(code, env, machine);
  else if (make !== undefined) {
    enter(machine);
    const { isTrimmable } = machine;
    machine.isTrimmable = false;
    value = make(machine);
    machine.isTrimmable = isTrimmable;
    leave(machine);
  }
  thunk.value = value;
  thunk.isDone = true;
  // Nothing is needed any more to work it out.
  thunk.code = undefined;
  thunk.env = undefined;
  thunk.make = undefined;
  return value;
}

/** A slot for what a piece of program will come to: at once where that is free of charge. */
export function slotFor(code: Code, env: Env, machine: Machine): Slot {
  if (code.isCheap) return code.run(code, env, machine);
  if (code.variable === undefined) return new Thunk(code, env);
  const slot = lookUp(env, code.variable);
  // A thunk of its own for what is not known yet keeps traces complete.
  if (slot === undefined || (slot instanceof Thunk && !slot.isDone)) return new Thunk(code, env);
  return slot instanceof Thunk ? slot.value : slot;
}

/** What a variable holds; undefined while its environment is being built. */
export function lookUp(env: Env, { hops, slot }: Address): Slot | undefined {
  let at: Env | undefined = env;
  for (let i = hops; i > 0 && at !== undefined; i--) at = at.parent;
  return at?.slots[slot];
}

/** A slot whose value a function of the library makes when it is needed. */
export function lazily(make: (machine: Machine) => Value): Thunk {
  return new Thunk(undefined, undefined, make);
}

/** Refuses what has grown beyond the limit. */
export function checkSize(machine: Machine, size: number, what: string): void {
  if (size > machine.limits.sizeMax)
    throw exceeded(machine, `${what} of more than ${machine.limits.sizeMax} is too large`);
}
