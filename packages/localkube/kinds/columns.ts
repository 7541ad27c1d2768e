import type { KubeObject } from '@plumbline/api';
import type { Column } from '../registry/types.ts';
import { record, records, text } from './fields.ts';

/** Descriptions that every table of the real server carries for its first and last column. */
const NAME_DESCRIPTION =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';
const AGE_DESCRIPTION =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: NAME_DESCRIPTION,
  cell: (object) => object.metadata.name,
};

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: AGE_DESCRIPTION,
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};

/** A column of plain text (or, by its value, of a number). */
export function column(
  name: string,
  cell: (object: KubeObject, now: number) => unknown,
  more: { readonly type?: Column['type']; readonly wide?: boolean; readonly description?: string } = {},
): Column {
  return {
    name,
    type: more.type ?? 'string',
    ...(more.description === undefined ? {} : { description: more.description }),
    ...(more.wide === true ? { priority: 1 } : {}),
    cell,
  };
}

/** How long ago, as kubectl shows it. */
export function age(timestamp: unknown, now: number): string {
  if (typeof timestamp !== 'string') return '<unknown>';
  return duration(now - Date.parse(timestamp));
}

/** A span of time in at most two units: `5s`, `3m12s`, `2d4h`, `3y20d`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  if (days < 2920) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`;
  return `${years}y`;
}

function templateContainers(object: KubeObject): readonly Record<string, unknown>[] {
  return records(record(record(record(object['spec'])['template'])['spec'])['containers']);
}

/** The wide columns that all workloads share. */
export const containersColumn = column(
  'Containers',
  (o) =>
    templateContainers(o)
      .map((c) => text(c['name']))
      .join(','),
  {
    wide: true,
    description: 'Names of each container in the template.',
  },
);
export const imagesColumn = column(
  'Images',
  (o) =>
    templateContainers(o)
      .map((c) => text(c['image']))
      .join(','),
  {
    wide: true,
    description: 'Images referenced by each container in the template.',
  },
);

/** Text or `<none>`. */
export function orNone(value: string): string {
  return value === '' ? '<none>' : value;
}
