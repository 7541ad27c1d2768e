import { recordsAt } from '@plumbline/base';
import type { Fields } from '@plumbline/base';
import type { HealthStatus, Health } from '@plumbline/api';

/** The condition of a type in a status. */
export function condition(status: Fields, type: string): Fields | undefined {
  return recordsAt(status, 'conditions').find((c) => c['type'] === type);
}

/** A health as seams carry it: a message that is empty is left out. */
export function health(status: Health, message = ''): HealthStatus {
  return message === '' ? { status } : { status, message };
}
