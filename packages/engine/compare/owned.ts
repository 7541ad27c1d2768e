import { equalData, isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';

type Fields = Readonly<Record<string, unknown>>;

/** The field set (`fieldsV1`) that a manager holds by server-side apply on the main resource. */
export function appliedFields(live: KubeObject, manager: string): Fields | undefined {
  const entry = live.metadata.managedFields?.find(
    (candidate) =>
      candidate.manager === manager &&
      candidate.operation === 'Apply' &&
      (candidate.subresource ?? '') === '',
  );
  return entry?.fieldsV1;
}

const identity = new Set(['apiVersion', 'kind']);
const identityMetadata = new Set(['name', 'namespace']);

/**
 * True if a server-side apply of `desired` certainly changes nothing: the manager owns exactly the desired fields, and
 * the live object has their values. How lists merge is read from the set itself, so that no schema is needed.
 */
export function ownsExactly(desired: KubeObject, live: KubeObject, set: Fields): boolean {
  return mapMatches(desired, live, set, identity, (key, value, there, inner) =>
    key === 'metadata' && isRecord(value) && isRecord(there)
      ? mapMatches(value, there, inner, identityMetadata, valueMatches)
      : valueMatches(key, value, there, inner),
  );
}

type Matcher = (key: string, value: unknown, live: unknown, set: Fields) => boolean;

function mapMatches(
  desired: Fields,
  live: Fields,
  set: Fields,
  skip: ReadonlySet<string>,
  match: Matcher,
): boolean {
  let named = 0;
  for (const key in desired) {
    if (skip.has(key)) continue;
    const inner = set[`f:${key}`];
    if (!isRecord(inner)) {
      // A metadata map that holds nothing but the identity is not listed in the set.
      if (key === 'metadata' && onlyIdentity(desired[key])) continue;
      return false;
    }
    named++;
    if (!match(key, desired[key], live[key], inner)) return false;
  }
  return named === countFields(set);
}

function onlyIdentity(metadata: unknown): boolean {
  return isRecord(metadata) && Object.keys(metadata).every((key) => identityMetadata.has(key));
}

function countFields(set: Fields): number {
  let count = 0;
  for (const key in set) if (key !== '.') count++;
  return count;
}

const nothing: ReadonlySet<string> = new Set();

function valueMatches(_key: string, desired: unknown, live: unknown, set: Fields): boolean {
  if (countFields(set) === 0) return equalData(desired, live);
  if (Array.isArray(desired)) return Array.isArray(live) && itemsMatch(desired, live, set);
  if (!isRecord(desired) || !isRecord(live)) return false;
  return mapMatches(desired, live, set, nothing, valueMatches);
}

function itemsMatch(desired: readonly unknown[], live: readonly unknown[], set: Fields): boolean {
  const entries = Object.entries(set).filter(([name]) => name !== '.');
  if (entries.length !== desired.length) return false;
  return entries.every(([name, inner]) => {
    const value = parse(name.slice(2));
    if (name.startsWith('v:')) return desired.includes(value) && live.includes(value);
    if (!name.startsWith('k:') || !isRecord(value) || !isRecord(inner)) return false;
    const [wanted, have] = [desired.find(hasKeys(value, true)), live.find(hasKeys(value, false))];
    return isRecord(wanted) && isRecord(have) && mapMatches(wanted, have, inner, nothing, valueMatches);
  });
}

/** A desired item may leave out a key that has a default (`protocol: TCP`); a live one never does. */
function hasKeys(keys: Fields, lenient: boolean): (item: unknown) => boolean {
  return (item) =>
    isRecord(item) &&
    Object.entries(keys).every(([key, value]) => item[key] === value || (lenient && item[key] === undefined));
}

/** `value` without what the field set names; the same value where it names nothing in it. */
export function withoutFields(value: unknown, set: Fields): unknown {
  if (Array.isArray(value)) return withoutItems(value, set);
  if (!isRecord(value)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(set)) {
    const key = name.slice(2);
    if (!name.startsWith('f:') || !(key in value) || !isRecord(inner)) continue;
    copy ??= { ...value };
    if (countFields(inner) === 0) delete copy[key];
    else copy[key] = withoutFields(copy[key], inner);
  }
  return copy ?? value;
}

function withoutItems(items: readonly unknown[], set: Fields): readonly unknown[] {
  let kept: readonly unknown[] = items;
  for (const [name, inner] of Object.entries(set)) {
    const value = parse(name.slice(2));
    if (name.startsWith('v:')) kept = kept.filter((item) => !equalData(item, value));
    if (!name.startsWith('k:') || !isRecord(value) || !isRecord(inner)) continue;
    // The keys of an item stay, or it could not be told from the others any more.
    const rest = Object.fromEntries(Object.entries(inner).filter(([field]) => !(field.slice(2) in value)));
    const matches = hasKeys(value, true);
    kept = kept.map((item) => (matches(item) ? withoutFields(item, rest) : item));
  }
  return kept;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
