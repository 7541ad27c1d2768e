import { GoInt, GoObject } from '../go/index.ts';
import type { Given } from './given.ts';

/** Whether a value counts as true: not false, zero, empty or nil. Structs always do. */
export function isTrue(value: Given): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'boolean') return value;
  // NaN is not zero.
  if (typeof value === 'number') return value !== 0;
  if (value instanceof Map) return value.size > 0;
  if (value instanceof GoInt) return value.n !== 0n;
  if (value instanceof GoObject) return value.asMap === undefined || value.asMap().size > 0;
  return value.length > 0;
}
