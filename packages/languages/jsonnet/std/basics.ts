import { failure, force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { quote, valueText } from '../run/manifest.ts';
import { fieldNames } from '../run/objects.ts';
import { equals, textOf } from '../run/operators.ts';
import { runeCount } from '../run/text.ts';
import { JsonnetFunction, JsonnetObject, isArray, typeName } from '../run/values.ts';
import type { Value } from '../run/values.ts';
import { arg, strict } from './define.ts';
import type { Library } from './define.ts';

/** Refuses with a message. */
export function fail(machine: Machine, message: string): never {
  throw failure(machine, message);
}

/** `std.length`. */
export function lengthOf(machine: Machine, value: Value): number {
  if (typeof value === 'string') return runeCount(machine, value);
  if (isArray(value)) return value.length;
  if (value instanceof JsonnetObject) return fieldNames(value, false).length;
  if (value instanceof JsonnetFunction)
    return value.parameters.filter((parameter) => !parameter.isOptional).length;
  return fail(machine, `Unexpected type ${typeName(value)}`);
}

function isType(type: string): JsonnetFunction {
  return strict('v', (_, args) => typeName(arg(args, 0)) === type);
}

function primitiveEquals(machine: Machine, args: readonly Value[]): Value {
  const [a = null, b = null] = args;
  const type = typeName(a);
  if (type !== typeName(b)) return false;
  if (type === 'array' || type === 'object')
    return fail(machine, `primitiveEquals operates on primitive types, got ${type}`);
  return equals(machine, a, b);
}

/** Types, equality, and what talks to the outside. */
export const basics: Library = {
  id: strict('x', (_, args) => arg(args, 0)),
  type: strict('x', (_, args) => typeName(arg(args, 0))),
  length: strict('x', (machine, args) => lengthOf(machine, arg(args, 0))),
  isString: isType('string'),
  isNumber: isType('number'),
  isBoolean: isType('boolean'),
  isObject: isType('object'),
  isArray: isType('array'),
  isFunction: isType('function'),
  isNull: strict('x', (_, args) => arg(args, 0) === null),
  equals: strict('x y', (machine, args) => equals(machine, arg(args, 0), arg(args, 1))),
  primitiveEquals: strict('x y', primitiveEquals),
  assertEqual: strict('a b', (machine, args) => {
    const [a = null, b = null] = args;
    if (equals(machine, a, b)) return true;
    const show = (value: Value): string =>
      typeof value === 'string' ? quote(value) : valueText(machine, value);
    return fail(machine, `Assertion failed. ${show(a)} != ${show(b)}`);
  }),
  trace: strict('str rest', (machine, args) => {
    const text = textOf(machine, arg(args, 0));
    machine.print(text);
    return arg(args, 1);
  }),
  extVar: strict('x', (machine, args) => {
    const name = textOf(machine, arg(args, 0));
    const slot = machine.extVars.get(name);
    if (slot === undefined) return fail(machine, `Undefined external variable: ${name}`);
    return force(machine, slot);
  }),
  native: strict('x', (machine, args) => machine.natives.get(textOf(machine, arg(args, 0))) ?? null),
};
