import type { FieldOrigins, OriginStep } from '@plumbline/api';
import { isRecord } from '@plumbline/base';

/** The origins of an object after an act: every field that differs from before has one step more. */
export function withStep(
  origins: FieldOrigins,
  before: unknown,
  after: unknown,
  stepOf: (before: unknown) => OriginStep,
): FieldOrigins {
  const changed = [...changedFields(before, after, '')];
  if (changed.length === 0) return origins;
  const result = new Map(origins);
  for (const { pointer, held } of changed) result.set(pointer, [...nearest(origins, pointer), stepOf(held)]);
  return result;
}

interface Change {
  readonly pointer: string;
  /** What the field held before, or what it was in. */
  readonly held: unknown;
}

function* changedFields(before: unknown, after: unknown, pointer: string): Generator<Change> {
  if (Array.isArray(after)) {
    const items: unknown[] = Array.isArray(before) ? before : after.map(() => before);
    for (const [i, item] of after.entries()) yield* changedFields(items[i], item, `${pointer}/${i}`);
  } else if (isRecord(after)) {
    for (const key of Object.keys(after))
      yield* changedFields(isRecord(before) ? before[key] : before, after[key], `${pointer}/${escape(key)}`);
  } else if (before !== after) yield { pointer, held: before };
}

function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A field that is not listed has the origins of the nearest one above it. */
function nearest(origins: FieldOrigins, pointer: string): readonly OriginStep[] {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const steps = origins.get(at);
    if (steps !== undefined) return steps;
    if (at === '') return [];
  }
}
