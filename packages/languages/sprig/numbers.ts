import { GoInt, printValue, typedList } from '../go/index.ts';
import type { GoFunction, Value } from '../go/index.ts';
import { atoi, parseOctal, toFloat64, toInt64 } from './cast.ts';
import {
  addDecimals,
  decimalOf,
  divideDecimals,
  floatOf,
  multiplyDecimals,
  subtractDecimals,
} from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { fn, int, int64, listLengthMax, panic, variadic } from './define.ts';

/** Arithmetic: whole numbers are int64 that wrap, `*f` functions count in decimals. */
export const numberFunctions: Readonly<Record<string, GoFunction>> = {
  atoi: fn(['string'], 'int', (text) => int(atoi(text))),
  int64: fn(['any'], 'int64', (value) => int64(toInt64(value))),
  int: fn(['any'], 'int', (value) => int(toInt64(value))),
  float64: fn(['any'], 'float64', toFloat64),
  toDecimal: fn(['any'], 'int64', (value) => int64(parseOctal(printValue(value)))),
  seq: variadic([], 'int', 'string', (params) => seq(params.map((param) => param.n))),
  until: fn(['int'], 'any', ({ n }) => ints(steps(0n, n, n < 0n ? -1n : 1n))),
  untilStep: fn(['int', 'int', 'int'], 'any', (start, stop, step) => ints(steps(start.n, stop.n, step.n))),
  add1: fn(['any'], 'int64', (value) => int64(toInt64(value) + 1n)),
  add: variadic([], 'any', 'int64', (values) =>
    int64(values.reduce((sum: bigint, v) => sum + toInt64(v), 0n)),
  ),
  sub: fn(['any', 'any'], 'int64', (a, b) => int64(toInt64(a) - toInt64(b))),
  div: fn(['any', 'any'], 'int64', (a, b) => int64(toInt64(a) / divisor(b))),
  mod: fn(['any', 'any'], 'int64', (a, b) => int64(toInt64(a) % divisor(b))),
  mul: variadic(['any'], 'any', 'int64', (rest, first) =>
    int64(rest.reduce((product: bigint, v) => BigInt.asIntN(64, product * toInt64(v)), toInt64(first))),
  ),
  biggest: variadic(['any'], 'any', 'int64', largest),
  max: variadic(['any'], 'any', 'int64', largest),
  min: variadic(['any'], 'any', 'int64', (rest, first) =>
    int64(rest.map(toInt64).reduce((a, b) => (b < a ? b : a), toInt64(first))),
  ),
  maxf: variadic(['any'], 'any', 'float64', (rest, first) =>
    rest.reduce((a: number, b) => Math.max(a, toFloat64(b)), toFloat64(first)),
  ),
  minf: variadic(['any'], 'any', 'float64', (rest, first) =>
    rest.reduce((a: number, b) => Math.min(a, toFloat64(b)), toFloat64(first)),
  ),
  ceil: fn(['any'], 'float64', (value) => Math.ceil(toFloat64(value))),
  floor: fn(['any'], 'float64', (value) => Math.floor(toFloat64(value))),
  round: variadic(['any', 'int'], 'float64', 'float64', (rest, value, places) =>
    round(toFloat64(value), Number(places.n), rest[0] ?? 0.5),
  ),
  add1f: fn(['any'], 'float64', (value) => decimals(addDecimals, value, [new GoInt('int', 1n)])),
  addf: variadic([], 'any', 'float64', (rest) => decimals(addDecimals, 0, rest)),
  subf: variadic(['any'], 'any', 'float64', (rest, first) => decimals(subtractDecimals, first, rest)),
  divf: variadic(['any'], 'any', 'float64', (rest, first) => decimals(divideDecimals, first, rest)),
  mulf: variadic(['any'], 'any', 'float64', (rest, first) => decimals(multiplyDecimals, first, rest)),
};

function largest(rest: readonly Value[], first: Value): GoInt {
  return int64(rest.map(toInt64).reduce((a, b) => (b > a ? b : a), toInt64(first)));
}

function divisor(value: Value): bigint {
  const n = toInt64(value);
  return n === 0n ? panic('runtime error: integer divide by zero') : n;
}

function decimals(
  combine: (a: Decimal, b: Decimal) => Decimal,
  first: Value,
  rest: readonly Value[],
): number {
  let result = decimalOf(toFloat64(first));
  for (const value of rest) result = combine(result, decimalOf(toFloat64(value)));
  return floatOf(result);
}

/** Half is rounded up, by default; a negative fraction always down, as upstream does. */
function round(value: number, places: number, roundOn: number): number {
  const power = 10 ** places;
  const digits = power * value;
  const fraction = Number.isFinite(digits) ? digits - Math.trunc(digits) : Number.NaN;
  return (fraction >= roundOn ? Math.ceil(digits) : Math.floor(digits)) / power;
}

function ints(numbers: readonly bigint[]): Value[] {
  return typedList(
    '[]int',
    numbers.map((n) => new GoInt('int', n)),
  );
}

function steps(start: bigint, stop: bigint, step: bigint): bigint[] {
  const result: bigint[] = [];
  if (stop < start ? step >= 0n : step <= 0n) return result;
  const count = (stop - start) / step;
  if (count > BigInt(listLengthMax)) return panic(`runtime error: makeslice: len out of range`);
  if (stop < start) for (let i = start; i > stop; i += step) result.push(i);
  else for (let i = start; i < stop; i += step) result.push(i);
  return result;
}

/** `seq` of coreutils: last; first and last; first, step and last. */
function seq(params: readonly bigint[]): string {
  const [first = 0n, second = 0n, third = 0n] = params;
  const unit = (start: bigint, end: bigint): bigint => (end < start ? -1n : 1n);
  const spell = (start: bigint, end: bigint, step: bigint): string =>
    steps(start, end + unit(start, end), step).join(' ');
  if (params.length === 1) return spell(1n, first, unit(1n, first));
  if (params.length === 2) return spell(first, second, unit(first, second));
  if (params.length !== 3 || (third < first && second > 0n)) return '';
  return spell(first, third, second);
}
