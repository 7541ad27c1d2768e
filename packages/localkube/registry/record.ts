import type { KubeObject } from '@plumbline/api';
import { internalWrite, tableOf, timeText, writeContext } from './core.ts';
import type { Core } from './core.ts';
import { checkNamespace, create } from './write.ts';
import type { EventFacts } from './types.ts';

/** Writes Events of the server's own components. */
export type RecordEvent = (facts: EventFacts, component: string) => string;

/**
 * The short way of an Event of the server's own components, of which every started pod brings a handful. They are whole
 * and right by construction, so nothing is decoded, defaulted or checked but the namespace; who owns what depends only
 * on which optional fields are there, and is worked out once for each form.
 */
export function makeRecorder(core: Core): RecordEvent {
  const sets = new Map<string, Readonly<Record<string, unknown>>>();
  const quotas = core.store.table('', 'ResourceQuota');
  const resource = core.catalogue.byKind('', 'Event')!;
  let sequence = 0;
  return (facts, component) => {
    const { about, host = '', fieldPath } = facts;
    const namespace = about.metadata.namespace ?? 'default';
    const millis = core.clock.now();
    const now = timeText(millis);
    const name = `${about.metadata.name}.${(millis * 4096 + (sequence++ % 4096)).toString(16).padStart(16, '0')}`;
    const metadata: Record<string, unknown> = { name, namespace };
    const event: Record<string, unknown> = { apiVersion: 'v1', kind: 'Event', metadata };
    event['involvedObject'] = involved(about, fieldPath);
    event['reason'] = facts.reason;
    event['message'] = facts.message;
    event['source'] = host === '' ? { component } : { component, host };
    event['firstTimestamp'] = now;
    event['lastTimestamp'] = now;
    event['count'] = 1;
    event['type'] = facts.type;
    event['eventTime'] = null;
    event['reportingComponent'] = component;
    event['reportingInstance'] = host;
    // Names that are too long and quotas are matters for the long way.
    if (name.length > 253 || hasQuota(quotas.size, quotas.list(namespace))) {
      const object = event as unknown as KubeObject;
      return create(core, resource, namespace, object, { ...internalWrite, manager: component }).object
        .metadata.name;
    }
    checkNamespace(core, resource, namespace, name);
    const form = `${host === '' ? '-' : 'h'}${fieldPath === undefined ? '-' : 'p'}${about.metadata.namespace === undefined ? '-' : 'n'}`;
    let fieldsV1 = sets.get(form);
    if (fieldsV1 === undefined) sets.set(form, (fieldsV1 = ownedBy(core, event, component)));
    metadata['uid'] = core.random.uuid();
    metadata['resourceVersion'] = '';
    metadata['creationTimestamp'] = now;
    metadata['managedFields'] = [
      {
        manager: component,
        operation: 'Update',
        apiVersion: 'v1',
        time: now,
        fieldsType: 'FieldsV1',
        fieldsV1,
      },
    ];
    tableOf(core, resource).put(event as unknown as KubeObject);
    return name;
  };
}

function hasQuota(size: number, inNamespace: Iterable<KubeObject>): boolean {
  if (size === 0) return false;
  for (const _ of inNamespace) return true;
  return false;
}

function involved(about: KubeObject, fieldPath: string | undefined): unknown {
  const { namespace, name, uid, resourceVersion } = about.metadata;
  return {
    kind: about.kind,
    ...(namespace !== undefined && { namespace }),
    name,
    uid,
    apiVersion: about.apiVersion,
    resourceVersion,
    ...(fieldPath !== undefined && { fieldPath }),
  };
}

function ownedBy(
  core: Core,
  event: Readonly<Record<string, unknown>>,
  manager: string,
): Readonly<Record<string, unknown>> {
  const [entry] = core.doors.updateManagers({
    before: undefined,
    after: event as never,
    manager,
    schema: core.catalogue.byKind('', 'Event')!.schema,
    apiVersion: 'v1',
    time: timeText(writeContext(core, false).now),
  });
  return entry?.fieldsV1 ?? {};
}
