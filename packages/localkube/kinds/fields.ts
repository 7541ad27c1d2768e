import { isRecord } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';

/** A part of an object whose fields are read by name; drafts are filled in place through it. */
export type Fields = Record<string, unknown>;

/** The value if it is an object, else an empty one: for reading through absent parts. */
export function record(value: unknown): Fields {
  return isRecord(value) ? (value as Fields) : {};
}

/** The objects of a list; nothing if it is absent. */
export function records(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as readonly unknown[]).map(record) : [];
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

export function strings(value: unknown): readonly string[] {
  return list(value).filter((item): item is string => typeof item === 'string');
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function integer(value: unknown, otherwise = 0): number {
  return typeof value === 'number' ? value : otherwise;
}

export function stringMap(value: unknown): Readonly<Record<string, string>> {
  return isRecord(value) ? (value as Readonly<Record<string, string>>) : {};
}

export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/**
 * Fills a field that is absent. Frozen parts are stored ones: a write to the status carries the old spec along, which
 * has its defaults.
 */
export function fill(target: Fields, field: string, value: unknown): void {
  if (isAbsent(target[field]) && !Object.isFrozen(target)) target[field] = value;
}

/** Fills a field that is no pointer upstream: its zero value counts as absent. */
export function fillZero(target: Fields, field: string, value: unknown): void {
  const present = target[field];
  if ((isAbsent(present) || present === '' || present === 0) && !Object.isFrozen(target))
    target[field] = value;
}

/** The object below `field`, made if it is absent. */
export function child(target: Fields, field: string): Fields {
  const present = target[field];
  if (isRecord(present)) return present as Fields;
  const made: Fields = {};
  if (!Object.isFrozen(target)) target[field] = made;
  return made;
}

function show(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}

export function required(field: string, detail?: string): FieldError {
  return {
    reason: 'FieldValueRequired',
    field,
    message: `Required value${detail === undefined ? '' : `: ${detail}`}`,
  };
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${show(value)}${detail === '' ? '' : `: ${detail}`}`,
  };
}

/** An enum mistake; `supported` stands in the text in the order given. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const known = supported.map((item) => JSON.stringify(item)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${show(value)}: supported values: ${known}`,
  };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${show(value)}` };
}

export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${detail}` };
}

export function notFound(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${show(value)}` };
}

export function tooMany(field: string, count: number, most: number): FieldError {
  return {
    reason: 'FieldValueTooMany',
    field,
    message: `Too many: ${count}: must have at most ${most} items`,
  };
}

export function tooLong(field: string, bytes: number): FieldError {
  return { reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${bytes} bytes` };
}

/** Each message of a check as a mistake at this field. */
export function invalidEach(field: string, value: unknown, details: readonly string[]): FieldError[] {
  return details.map((detail) => invalid(field, value, detail));
}

export function nonNegative(field: string, value: unknown): FieldError[] {
  return typeof value === 'number' && value < 0
    ? [invalid(field, value, 'must be greater than or equal to 0')]
    : [];
}

export function inRange(field: string, value: unknown, low: number, high: number): FieldError[] {
  if (typeof value !== 'number' || (value >= low && value <= high)) return [];
  return [invalid(field, value, `must be between ${low} and ${high}, inclusive`)];
}

/** A required enum: absent and unknown values are mistakes. */
export function oneOf(field: string, value: unknown, supported: readonly string[]): FieldError[] {
  if (isAbsent(value) || value === '') return [required(field)];
  return supported.includes(text(value)) ? [] : [notSupported(field, value, supported)];
}

/** An enum that may be absent. */
export function optionalOneOf(field: string, value: unknown, supported: readonly string[]): FieldError[] {
  return isAbsent(value) || supported.includes(text(value)) ? [] : [notSupported(field, value, supported)];
}
