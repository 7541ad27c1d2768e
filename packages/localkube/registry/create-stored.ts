import type { KubeObject } from '@plumbline/api';
import { formatApiVersion } from '@plumbline/api';
import type { Served } from './catalogue.ts';
import { tableOf, timeText } from './core.ts';
import type { Core } from './core.ts';
import { asObject } from './wire-order.ts';
import type { Draft } from './types.ts';

/**
 * The short way of the objects that a fresh cluster begins with: `object` is what the long way would store, but for its UID,
 * times and version; `fields`: the set (FieldsV1) that `manager` owns of it.
 */
export function createStored(
  core: Core,
  resource: Served,
  object: KubeObject,
  manager: string,
  fields: Readonly<Record<string, unknown>>,
): KubeObject {
  const now = timeText(core.clock.now());
  const entry = {
    manager,
    operation: 'Update' as const,
    apiVersion: formatApiVersion(resource.group, resource.version),
    time: now,
    fieldsType: 'FieldsV1' as const,
    fieldsV1: fields,
  };
  const metadata = {
    ...object.metadata,
    uid: core.random.uuid(),
    // The store writes the version.
    resourceVersion: '',
    creationTimestamp: now,
    managedFields: [entry],
  };
  return tableOf(core, resource).put(asObject({ ...object, metadata } as Draft, undefined));
}
