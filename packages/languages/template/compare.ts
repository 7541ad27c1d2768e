import { compareStrings, GoError, GoInt, GoObject, kindName, sprintf, typeName } from '../go/index.ts';
import type { Value } from '../go/index.ts';
import type { Given } from './given.ts';

type BasicKind = 'bool' | 'int' | 'uint' | 'float' | 'string';

const unsigned: ReadonlySet<string> = new Set(['uint', 'uint8', 'uint16', 'uint32', 'uint64']);

function basicKind(value: Value): BasicKind | undefined {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float';
  if (value instanceof GoInt) return unsigned.has(value.kind) ? 'uint' : 'int';
  return undefined;
}

/** `a == b` as `eq` sees it: values of different kinds are an error, nil is only equal to nil. */
export function equalValues(a: Given, b: Given): boolean {
  const left = a ?? null;
  const right = b ?? null;
  const leftKind = basicKind(left);
  const rightKind = basicKind(right);
  if (leftKind !== rightKind) {
    if (left instanceof GoInt && right instanceof GoInt) return left.n === right.n;
    if (left === null || right === null) return false;
    throw incompatible(left, right);
  }
  if (left instanceof GoInt && right instanceof GoInt) return left.n === right.n;
  if (leftKind !== undefined) return left === right;
  if (left === null || right === null) return left === right;
  return equalObjects(left, right);
}

function incompatible(left: Value, right: Value): GoError {
  return new GoError(`incompatible types for comparison: ${typeName(left)} and ${typeName(right)}`);
}

function equalObjects(left: Value, right: Value): boolean {
  if (kindName(left) !== kindName(right)) {
    const words = sprintf('%s: %v, %s: %v', [left, typeName(left), typeName(right), right]);
    throw new GoError(`non-comparable types ${words}`);
  }
  if (!(right instanceof GoObject) || right.asMap !== undefined)
    throw new GoError(`non-comparable type ${sprintf('%s', [right])}: ${typeName(right)}`);
  if (left === right) return true;
  // Pointers are the same only when they are one; structs when their fields are.
  return (
    left instanceof GoObject &&
    !right.typeName.startsWith('*') &&
    left.typeName === right.typeName &&
    left.print() === right.print()
  );
}

/** `a < b`. */
export function compareValues(a: Given, b: Given): boolean {
  const left = a ?? null;
  const right = b ?? null;
  const leftKind = basicKind(left);
  const rightKind = basicKind(right);
  if (leftKind === undefined || rightKind === undefined) throw new GoError('invalid type for comparison');
  if (left instanceof GoInt && right instanceof GoInt) return left.n < right.n;
  if (leftKind !== rightKind) throw incompatible(left, right);
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right) < 0;
  throw new GoError('invalid type for comparison');
}
