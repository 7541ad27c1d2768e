import { equalData } from '@plumbline/base';
import type { KubeObject, ManagedFieldsEntry } from '@plumbline/api';
import type { Draft } from './types.ts';

/** Parts that did not change stay the frozen ones, so that versions of an object share memory. */
export function shareEqual(draft: Draft, live: KubeObject): void {
  for (const field of Object.keys(draft)) {
    if (field !== 'metadata' && draft[field] !== live[field] && equalData(draft[field], live[field]))
      draft[field] = live[field];
  }
  for (const field of ['labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields']) {
    const [now, then] = [draft.metadata[field], live.metadata[field]];
    if (now !== then && now !== undefined && equalData(now, then)) draft.metadata[field] = then;
  }
}

/** Times of managers do not count: a write that changes nothing else is none. What is equal is shared by now. */
export function sameObject(draft: Draft, live: KubeObject): boolean {
  for (const field in live) if (field !== 'metadata' && !equalData(draft[field], live[field])) return false;
  for (const field in draft)
    if (field !== 'metadata' && live[field] === undefined && draft[field] !== undefined) return false;
  const now: Readonly<Record<string, unknown>> = draft.metadata;
  const then: Readonly<Record<string, unknown>> = live.metadata;
  for (const field in then)
    if (field !== 'managedFields' && !equalData(now[field], then[field])) return false;
  for (const field in now)
    if (field !== 'managedFields' && then[field] === undefined && now[field] !== undefined) return false;
  return (
    now['managedFields'] === then['managedFields'] ||
    equalData(withoutTimes(now['managedFields']), withoutTimes(then['managedFields']))
  );
}

function withoutTimes(entries: unknown): unknown {
  return (entries as readonly ManagedFieldsEntry[] | undefined)?.map((entry) => ({
    ...entry,
    time: undefined,
  }));
}
