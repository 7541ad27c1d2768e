import { failure, force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { booleanOf, checkNumber, compare, modulo, numberOf } from '../run/operators.ts';
import { frexp, power } from '../run/numbers.ts';
import { typeName } from '../run/values.ts';
import type { JsonnetFunction, Value } from '../run/values.ts';
import { arg, lazy, strict } from './define.ts';
import type { Library } from './define.ts';

function numeric(parameter: string, body: (x: number) => number): JsonnetFunction {
  return strict(parameter, (machine, args) => checkNumber(machine, body(numberOf(machine, arg(args, 0)))));
}

function numeric2(parameters: string, body: (x: number, y: number) => number): JsonnetFunction {
  return strict(parameters, (machine, args) => {
    const x = numberOf(machine, arg(args, 0));
    return checkNumber(machine, body(x, numberOf(machine, arg(args, 1))));
  });
}

function test(body: (x: number) => boolean): JsonnetFunction {
  return strict('x', (machine, args) => body(numberOf(machine, arg(args, 0))));
}

/** `std.max` and its like name themselves in errors. */
function expectNumber(machine: Machine, value: Value, what: string): number {
  if (typeof value === 'number') return value;
  throw failure(machine, `std.${what} expected number, got ${typeName(value)}`);
}

/** Halves go away from zero. */
function round(x: number): number {
  return x < 0 ? -round(-x) : x - Math.floor(x) >= 0.5 ? Math.ceil(x) : Math.floor(x);
}

/** Numbers. */
export const math: Library = {
  pi: Math.PI,
  abs: strict('n', (machine, args) => {
    const n = expectNumber(machine, arg(args, 0), 'abs');
    return n > 0 ? n : -n;
  }),
  sign: strict('n', (machine, args) => {
    const n = expectNumber(machine, arg(args, 0), 'sign');
    return n > 0 ? 1 : n < 0 ? -1 : 0;
  }),
  max: strict('a b', (machine, args) => {
    const a = expectNumber(machine, arg(args, 0), 'max first param');
    const b = expectNumber(machine, arg(args, 1), 'max second param');
    return a > b ? a : b;
  }),
  min: strict('a b', (machine, args) => {
    const a = expectNumber(machine, arg(args, 0), 'min first param');
    const b = expectNumber(machine, arg(args, 1), 'min second param');
    return a < b ? a : b;
  }),
  // Where the lower bound decides nobody asks for the upper one.
  clamp: lazy('x minVal maxVal', (machine, slots) => {
    const at = (i: number): Value => force(machine, slots[i] ?? null);
    if (compare(machine, at(0), at(1)) < 0) return at(1);
    return compare(machine, at(0), at(2)) > 0 ? at(2) : at(0);
  }),
  floor: numeric('x', Math.floor),
  ceil: numeric('x', Math.ceil),
  round: numeric('x', round),
  sqrt: numeric('x', Math.sqrt),
  hypot: numeric2('x y', Math.hypot),
  sin: numeric('x', Math.sin),
  cos: numeric('x', Math.cos),
  tan: numeric('x', Math.tan),
  asin: numeric('x', Math.asin),
  acos: numeric('x', Math.acos),
  atan: numeric('x', Math.atan),
  atan2: numeric2('y x', Math.atan2),
  log: numeric('x', Math.log),
  log2: numeric('x', (x) => Math.log(x) / Math.log(2)),
  log10: numeric('x', (x) => Math.log(x) / Math.log(10)),
  exp: numeric('x', (x) => {
    const result = Math.exp(x);
    return result === 0 && x > 0 ? Number.POSITIVE_INFINITY : result;
  }),
  mantissa: numeric('x', (x) => frexp(x).mantissa),
  exponent: numeric('x', (x) => frexp(x).exponent),
  pow: numeric2('x n', power),
  deg2rad: numeric('x', (x) => (x * Math.PI) / 180),
  rad2deg: numeric('x', (x) => (x * 180) / Math.PI),
  isEven: test((x) => Math.trunc(x) % 2 === 0),
  isOdd: test((x) => Math.trunc(x) % 2 !== 0),
  isInteger: test((x) => Number.isInteger(x)),
  isDecimal: test((x) => !Number.isInteger(x)),
  mod: strict('a b', (machine, args) => modulo(machine, arg(args, 0), arg(args, 1))),
  modulo: strict('x y', (machine, args) =>
    modulo(machine, numberOf(machine, arg(args, 0)), numberOf(machine, arg(args, 1))),
  ),
  xor: strict('x y', (machine, args) => {
    const x = booleanOf(machine, arg(args, 0));
    return x !== booleanOf(machine, arg(args, 1));
  }),
  xnor: strict('x y', (machine, args) => {
    const x = booleanOf(machine, arg(args, 0));
    return x === booleanOf(machine, arg(args, 1));
  }),
  __compare: strict('v1 v2', (machine, args) => {
    const [a = null, b = null] = args;
    const types = [typeName(a), typeName(b)] as const;
    if (types[0] !== types[1]) {
      const message = `Comparison requires matching types. Got ${types[0]} and ${types[1]}`;
      throw failure(machine, message);
    }
    if (['function', 'object', 'boolean'].includes(types[0]))
      throw failure(machine, `Values of type ${types[0]} are not comparable.`);
    return a === null ? 0 : compare(machine, a, b);
  }),
  __compare_array: strict('arr1 arr2', (machine, args) => compare(machine, arg(args, 0), arg(args, 1))),
  __array_less: strict('arr1 arr2', (machine, args) => compare(machine, arg(args, 0), arg(args, 1)) < 0),
  __array_greater: strict('arr1 arr2', (machine, args) => compare(machine, arg(args, 0), arg(args, 1)) > 0),
  __array_less_or_equal: strict(
    'arr1 arr2',
    (machine, args) => compare(machine, arg(args, 0), arg(args, 1)) <= 0,
  ),
  __array_greater_or_equal: strict(
    'arr1 arr2',
    (machine, args) => compare(machine, arg(args, 0), arg(args, 1)) >= 0,
  ),
};

/** Adds numbers up, without looking whether the sum overflows. */
export function sum(machine: Machine, values: readonly Value[]): number {
  return values.reduce<number>((total, value) => total + numberOf(machine, value), 0);
}
