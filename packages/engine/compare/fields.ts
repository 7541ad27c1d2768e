import { equalData, isRecord } from '@plumbline/base';
import type { FieldDifference } from '@plumbline/api';

/** More than anybody reads; the rest is left out. */
const fieldsMax = 500;

/** Where two states of an object differ: `live` is what is there, `desired` what would be. */
export function fieldDifferences(desired: unknown, live: unknown): FieldDifference[] {
  const found: FieldDifference[] = [];
  collect(desired, live, '', found);
  return found;
}

function collect(desired: unknown, live: unknown, path: string, found: FieldDifference[]): void {
  if (desired === live || found.length >= fieldsMax) return;
  if (isRecord(desired) && isRecord(live)) {
    for (const key of unionOfKeys(desired, live)) {
      collect(desired[key], live[key], `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, found);
    }
    return;
  }
  if (Array.isArray(desired) && Array.isArray(live)) {
    const length = Math.max(desired.length, live.length);
    for (let i = 0; i < length; i++) collect(desired[i], live[i], `${path}/${i}`, found);
    return;
  }
  if (equalData(desired, live)) return;
  const state = live === undefined ? 'missing' : desired === undefined ? 'extra' : 'changed';
  found.push({
    path,
    state,
    ...(desired === undefined ? {} : { desired }),
    ...(live === undefined ? {} : { live }),
  });
}

function unionOfKeys(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): readonly string[] {
  const keys = Object.keys(b);
  for (const key of Object.keys(a)) if (!(key in b)) keys.push(key);
  return keys.toSorted();
}

/** The same without the values that a Secret holds: what is equal looks equal, and nothing else can be read off. */
export function maskedFields(fields: readonly FieldDifference[]): FieldDifference[] {
  return fields.map((field) => {
    if (!/^\/(?:data|stringData)(?:\/|$)/.test(field.path)) return field;
    return {
      path: field.path,
      state: field.state,
      ...(field.desired === undefined ? {} : { desired: '++++++++' }),
      ...(field.live === undefined
        ? {}
        : { live: field.desired === undefined ? '++++++++' : '++++++++++++' }),
    };
  });
}
