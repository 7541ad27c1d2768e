import type { KubeObject } from '@plumbline/api';
import type { Served } from './catalogue.ts';
import { tableOf, timeText } from './core.ts';
import type { Core } from './core.ts';
import { asObject } from './wire-order.ts';
import type { Draft } from './types.ts';

/**
 * The short way of the many objects that a fresh cluster begins with. `like` went the long way and has the same fields, so
 * it says in which order they stand and who owns them.
 */
export function createLike(core: Core, resource: Served, like: KubeObject, object: KubeObject): KubeObject {
  const now = timeText(core.clock.now());
  const { managedFields = [] } = like.metadata;
  const metadata = {
    ...object.metadata,
    uid: core.random.uuid(),
    // The store writes the version.
    resourceVersion: '',
    creationTimestamp: now,
    managedFields: managedFields.map((entry) => (entry.time === now ? entry : { ...entry, time: now })),
  };
  return tableOf(core, resource).put(asObject({ ...object, metadata } as Draft, like));
}
