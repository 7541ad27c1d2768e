import { force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { JsonnetFunction } from '../run/values.ts';
import type { FunctionParameter, Slot, Value } from '../run/values.ts';

/** Arguments in the order of the parameters; optional ones that are not given are undefined. */
export type Given<T> = readonly (T | undefined)[];

/** A part of the library by name: functions, and constants such as `pi`. */
export type Library = Readonly<Record<string, Value>>;

/** A function that gets its arguments as values, worked out from left to right. `parameters`: names, `?` behind optional ones. */
export function strict(
  parameters: string,
  body: (machine: Machine, args: readonly Value[], given: Given<Value>) => Value,
): JsonnetFunction {
  return lazy(parameters, (machine, slots) => {
    const values = slots.map((slot) => (slot === undefined ? undefined : force(machine, slot)));
    return body(machine, values as readonly Value[], values);
  });
}

/** A function that works out for itself what it needs. */
export function lazy(
  parameters: string,
  body: (machine: Machine, slots: Given<Slot>) => Value,
): JsonnetFunction {
  return new JsonnetFunction(parseParameters(parameters), undefined, [], undefined, body);
}

function parseParameters(text: string): FunctionParameter[] {
  return text
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => ({ name: name.replace('?', ''), isOptional: name.endsWith('?') }));
}

/** A value that has to be there. */
export function arg(args: readonly Value[], at: number): Value {
  return args[at] ?? null;
}
