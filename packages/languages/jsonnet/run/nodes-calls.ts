import type { Trace } from '../errors.ts';
import { TailCall, callFunction, functionOf } from './calls.ts';
import type { Arguments } from './calls.ts';
import { slotFor } from './machine.ts';
import type { Machine } from './machine.ts';
import { indexObject } from './objects.ts';
import type { Code, Env, Slot, Value } from './values.ts';

interface CallCode extends Code {
  readonly target: Code;
  readonly positional: readonly Code[];
  readonly names: readonly string[];
  readonly named: readonly Code[];
  readonly tailstrict: boolean;
}

/** What a call is made of. */
export type CallParts = Omit<CallCode, keyof Code>;

/** A call; `isTail`: nothing is left to do in its function afterwards. */
export function call(trace: Trace, parts: CallParts, isTail: boolean): Code {
  const runner = isTail ? runTailCall : runCall;
  const code: CallCode = { ...trace, isCheap: false, variable: undefined, run: runner, ...parts };
  return code;
}

function runCall(code: CallCode, env: Env, machine: Machine): Value {
  const target = code.target.run(code.target, env, machine);
  machine.trace = code;
  return callFunction(machine, functionOf(machine, target), argumentsOf(code, env, machine));
}

function runTailCall(code: CallCode, env: Env, machine: Machine): Value {
  const target = code.target.run(code.target, env, machine);
  machine.trace = code;
  const callee = functionOf(machine, target);
  const args = argumentsOf(code, env, machine);
  if (!machine.isTrimmable) return callFunction(machine, callee, args);
  // Only the loop in `callFunction` made this frame trimmable, and it is who gets this.
  return new TailCall(callee, args) as unknown as Value;
}

const noSlots: readonly Slot[] = [];

function argumentsOf(code: CallCode, env: Env, machine: Machine): Arguments {
  const positional = code.positional.map((argument) => slotFor(argument, env, machine));
  const named = code.named.length === 0 ? noSlots : code.named.map((one) => slotFor(one, env, machine));
  return { positional, names: code.names, named, tailstrict: code.tailstrict };
}

interface LibraryCode extends Code {
  readonly name: string;
}

/** A function of the standard library, whatever `std` stands for in the program. */
export function libraryFunction(trace: Trace, name: string): Code {
  const code: LibraryCode = { ...trace, isCheap: false, variable: undefined, run: runLibrary, name };
  return code;
}

function runLibrary(code: LibraryCode, _env: Env, machine: Machine): Value {
  return indexObject(machine, machine.std, code.name);
}
