import type { ApplicationCondition } from '@plumbline/api';
import { timeText } from './names.ts';

/** Conditions that the controller decides anew each time; others are somebody else's and stay. */
const OURS: ReadonlySet<string> = new Set([
  'InvalidSpecError',
  'ComparisonError',
  'SyncError',
  'UnknownError',
  'DeletionError',
  'SharedResourceWarning',
  'RepeatedResourceWarning',
  'ExcludedResourceWarning',
  'OrphanedResourceWarning',
]);

/** The present conditions: times stay where nothing changed. */
export function mergeConditions(
  before: readonly ApplicationCondition[] | undefined,
  now: readonly ApplicationCondition[],
  time: number,
): readonly ApplicationCondition[] | undefined {
  const kept = (before ?? []).filter((condition) => !OURS.has(condition.type));
  const stamped = now.map((condition) => {
    const old = before?.find((other) => other.type === condition.type && other.message === condition.message);
    return { ...condition, lastTransitionTime: old?.lastTransitionTime ?? timeText(time) };
  });
  const all = [...kept, ...stamped];
  return all.length === 0 ? undefined : all;
}
