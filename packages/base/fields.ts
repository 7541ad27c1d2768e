import { isRecord } from './json.ts';

/** A JSON object that is read, not changed. */
export type Fields = Readonly<Record<string, unknown>>;

const EMPTY: Fields = Object.freeze({});

/** The object at a field, or an empty one. */
export function recordAt(value: unknown, field: string): Fields {
  const member = isRecord(value) ? value[field] : undefined;
  return isRecord(member) ? member : EMPTY;
}

/** The objects in the list at a field; whatever else is in the list is left out. */
export function recordsAt(value: unknown, field: string): readonly Fields[] {
  const member = isRecord(value) ? value[field] : undefined;
  return Array.isArray(member) ? member.filter(isRecord) : [];
}

/** The text at a field; '' where there is none, as Go's zero value. */
export function textAt(value: Fields, field: string): string {
  const member = value[field];
  return typeof member === 'string' ? member : '';
}

/** The texts in the list at a field; whatever else is in the list is left out. */
export function textsAt(value: Fields, field: string): readonly string[] {
  const member = value[field];
  return Array.isArray(member) ? member.filter((item) => typeof item === 'string') : [];
}

/** The number at a field; 0 where there is none, as Go's zero value. */
export function numberAt(value: Fields, field: string): number {
  return optionalNumberAt(value, field) ?? 0;
}

/** The number at a field, or undefined. */
export function optionalNumberAt(value: Fields, field: string): number | undefined {
  const member = value[field];
  return typeof member === 'number' ? member : undefined;
}
