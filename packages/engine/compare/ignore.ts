import { equalData, isRecord } from '@plumbline/base';
import type { FieldDifference, IgnoreRule, KubeObject, ObjectKey } from '@plumbline/api';
import { matchGlob, parsePointer, pointerGet, pointerRemove } from '@plumbline/languages';
import { withoutFields } from './owned.ts';

/** What does not count for one object. */
export interface Ignored {
  readonly pointers: readonly (readonly string[])[];
  readonly sets: readonly Readonly<Record<string, unknown>>[];
}

/** The rules that concern an object, resolved against what others manage in it; undefined where none does. */
export function ignoredIn(
  key: ObjectKey,
  live: KubeObject,
  rules: readonly IgnoreRule[],
  ignoreAggregatedRoles: boolean,
): Ignored | undefined {
  const pointers: (readonly string[])[] = [];
  const sets: Readonly<Record<string, unknown>>[] = [];
  if (ignoreAggregatedRoles && key.kind === 'ClusterRole' && isRecord(live['aggregationRule']))
    pointers.push(['rules']);
  for (const rule of rules) {
    if (!concerns(rule, key)) continue;
    for (const text of rule.jsonPointers) {
      const pointer = parsePointer(text);
      if (pointer.ok && pointer.value.length > 0) pointers.push(pointer.value);
    }
    if (rule.managers.length === 0) continue;
    for (const entry of live.metadata.managedFields ?? []) {
      if (
        entry.manager !== undefined &&
        rule.managers.includes(entry.manager) &&
        entry.fieldsV1 !== undefined
      ) {
        sets.push(entry.fieldsV1);
      }
    }
  }
  return pointers.length === 0 && sets.length === 0 ? undefined : { pointers, sets };
}

function concerns(rule: IgnoreRule, key: ObjectKey): boolean {
  return (
    matches(rule.kind, key.kind) &&
    matches(rule.group, key.group) &&
    matches(rule.name, key.name) &&
    matches(rule.namespace, key.namespace)
  );
}

function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined || pattern === '*' || pattern === text) return true;
  return /[*?[{\\]/.test(pattern) && matchGlob(pattern, text);
}

/** The object without what does not count. */
export function withoutIgnored<T>(value: T, ignored: Ignored | undefined): T {
  if (ignored === undefined) return value;
  let kept: unknown = value;
  for (const pointer of ignored.pointers) kept = pointerRemove(kept, pointer);
  for (const set of ignored.sets) kept = withoutFields(kept, set);
  return kept as T;
}

/** The places where a rule hides a difference. */
export function hiddenDifferences(
  desired: unknown,
  live: unknown,
  ignored: Ignored | undefined,
): FieldDifference[] {
  const hidden: FieldDifference[] = [];
  for (const pointer of ignored?.pointers ?? []) {
    const [wanted, have] = [pointerGet(desired, pointer), pointerGet(live, pointer)];
    if (equalData(wanted, have)) continue;
    const path = pointer.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    hidden.push({ path, state: 'ignored', desired: wanted, live: have });
  }
  return hidden;
}
