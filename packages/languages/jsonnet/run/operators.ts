import { callWith } from './calls.ts';
import { checkSize, failure, force } from './machine.ts';
import type { Machine } from './machine.ts';
import { valueText } from './manifest.ts';
import { goText } from './numbers.ts';
import { extendObject, fieldNames, indexObject } from './objects.ts';
import { compareText } from './text.ts';
import { JsonnetFunction, JsonnetObject, isArray, typeName } from './values.ts';
import type { JsonnetArray, Value } from './values.ts';

/** `a + b`: if either side is a text, the other becomes one. */
export function add(machine: Machine, left: Value, right: Value): Value {
  if (typeof right === 'string') {
    return concat(machine, typeof left === 'string' ? left : valueText(machine, left), right);
  }
  if (typeof left === 'number') return checkNumber(machine, left + numberOf(machine, right));
  if (typeof left === 'string') return concat(machine, left, valueText(machine, right));
  if (left instanceof JsonnetObject) return extendObject(left, objectOf(machine, right));
  if (isArray(left)) {
    const other = arrayOf(machine, right);
    checkSize(machine, left.length + other.length, 'an array');
    return left.concat(other);
  }
  throw failure(machine, `Unexpected type ${typeName(left)}`);
}

function concat(machine: Machine, left: string, right: string): string {
  checkSize(machine, left.length + right.length, 'a text');
  return left + right;
}

/** A result that is a number indeed. */
export function checkNumber(machine: Machine, value: number): number {
  if (Number.isNaN(value)) throw failure(machine, 'Not a number');
  if (!Number.isFinite(value)) throw failure(machine, 'Overflow');
  return value;
}

function mismatch(machine: Machine, value: Value, expected: string): Error {
  return failure(machine, `Unexpected type ${typeName(value)}, expected ${expected}`);
}

/** The number that a value is. */
export function numberOf(machine: Machine, value: Value): number {
  if (typeof value === 'number') return value;
  throw mismatch(machine, value, 'number');
}

/** The text that a value is. */
export function textOf(machine: Machine, value: Value): string {
  if (typeof value === 'string') return value;
  throw mismatch(machine, value, 'string');
}

/** The truth that a value is. */
export function booleanOf(machine: Machine, value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw mismatch(machine, value, 'boolean');
}

/** The array that a value is. */
export function arrayOf(machine: Machine, value: Value): JsonnetArray {
  if (isArray(value)) return value;
  throw mismatch(machine, value, 'array');
}

/** The object that a value is. */
export function objectOf(machine: Machine, value: Value): JsonnetObject {
  if (value instanceof JsonnetObject) return value;
  throw mismatch(machine, value, 'object');
}

/** A whole number of 32 bits. */
export function integerOf(machine: Machine, value: Value): number {
  const number = numberOf(machine, value);
  if ((number | 0) === number) return number | 0;
  throw failure(machine, `Expected an integer, but got ${goText(number)}`);
}

/** -1, 0 or 1 for numbers, texts and arrays of them. */
export function compare(machine: Machine, left: Value, right: Value): number {
  if (typeof left === 'number') {
    const other = numberOf(machine, right);
    return left < other ? -1 : left > other ? 1 : 0;
  }
  if (typeof left === 'string') return compareText(left, textOf(machine, right));
  if (!isArray(left)) throw failure(machine, `Unexpected type ${typeName(left)}`);
  const other = arrayOf(machine, right);
  const length = Math.min(left.length, other.length);
  for (let i = 0; i < length; i++) {
    const order = compare(machine, force(machine, left[i] ?? null), force(machine, other[i] ?? null));
    if (order !== 0) return order;
  }
  return Math.sign(left.length - other.length);
}

/** `a == b`; hidden fields do not count. */
export function equals(machine: Machine, left: Value, right: Value): boolean {
  if (left === right && !(left instanceof JsonnetFunction) && (left === null || typeof left !== 'object'))
    return true;
  const type = typeName(left);
  if (type !== typeName(right)) return false;
  if (isArray(left) && isArray(right)) {
    if (left.length !== right.length) return false;
    for (let i = 0; i < left.length; i++) {
      if (!equals(machine, force(machine, left[i] ?? null), force(machine, right[i] ?? null))) return false;
    }
    return true;
  }
  if (left instanceof JsonnetObject && right instanceof JsonnetObject) {
    const names = fieldNames(left, false);
    const others = fieldNames(right, false);
    if (names.length !== others.length || names.some((name, i) => name !== others[i])) return false;
    return names.every((name) =>
      equals(machine, indexObject(machine, left, name), indexObject(machine, right, name)),
    );
  }
  if (type === 'function') throw failure(machine, 'Cannot test equality of functions');
  return left === right;
}

/** `a % b`: the rest of a division, or a text that is filled in. */
export function modulo(machine: Machine, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    if (right === 0) throw failure(machine, 'Division by zero.');
    return checkNumber(machine, left % right);
  }
  if (typeof left !== 'string') {
    const types = `${typeName(left)} and ${typeName(right)}`;
    throw failure(machine, `Operator % cannot be used on types ${types}.`);
  }
  const format = indexObject(machine, machine.std, 'format');
  return format instanceof JsonnetFunction ? callWith(machine, format, [left, right]) : null;
}

const safe = Number.MAX_SAFE_INTEGER;

/** `& | ^ << >>` on whole numbers that a double holds exactly; the arithmetic is that of 64 bits. */
export function bitwise(machine: Machine, operator: string, left: Value, right: Value): number {
  const a = numberOf(machine, left);
  const b = numberOf(machine, right);
  for (const side of [a, b]) {
    if (side < -safe || side > safe) {
      const message = `Bitwise operator argument ${goText(side)} outside of range [${-safe}, ${safe}]`;
      throw failure(machine, message);
    }
  }
  if ((operator === '<<' || operator === '>>') && b < 0)
    throw failure(machine, 'Shift by negative exponent.');
  const x = BigInt(Math.trunc(a));
  const y = BigInt(Math.trunc(b));
  return Number(BigInt.asIntN(64, bitwiseOf(operator, x, y)));
}

function bitwiseOf(operator: string, x: bigint, y: bigint): bigint {
  switch (operator) {
    case '&':
      return x & y;
    case '|':
      return x | y;
    case '^':
      return x ^ y;
    case '<<':
      return x << (y % 64n);
    default:
      return x >> (y % 64n);
  }
}
