import { isRecord } from '@plumbline/base';
import type { HealthStatus, Health } from '@plumbline/api';

type Data = Readonly<Record<string, unknown>>;

const EMPTY: Data = Object.freeze({});

/** The object at a field, or an empty one. */
export function record(value: unknown, field: string): Data {
  const member = isRecord(value) ? value[field] : undefined;
  return isRecord(member) ? member : EMPTY;
}

export function records(value: unknown, field: string): readonly Data[] {
  const member = isRecord(value) ? value[field] : undefined;
  return Array.isArray(member) ? member.filter(isRecord) : [];
}

/** A text field; '' where there is none, as Go's zero value. */
export function text(value: Data, field: string): string {
  const member = value[field];
  return typeof member === 'string' ? member : '';
}

/** A number field; 0 where there is none, as Go's zero value. */
export function number(value: Data, field: string): number {
  return optionalNumber(value, field) ?? 0;
}

export function optionalNumber(value: Data, field: string): number | undefined {
  const member = value[field];
  return typeof member === 'number' ? member : undefined;
}

export function condition(status: Data, type: string): Data | undefined {
  return records(status, 'conditions').find((c) => c['type'] === type);
}

export function health(status: Health, message = ''): HealthStatus {
  return message === '' ? { status } : { status, message };
}
