import type { KubeObject } from '@plumbline/api';
import type { FieldError, KindHooks } from '../registry/types.ts';
import { age, column } from './columns.ts';
import { integer, invalid, invalidEach, record, required, text } from './fields.ts';
import { qualifiedName } from './names.ts';

/** Events have two faces, core/v1 and events.k8s.io/v1, over one store: the core names of fields are the stored ones. */
export const eventHooks: KindHooks = {
  createOnUpdate: true,
  validate(object, previous) {
    if (!object.apiVersion.startsWith('v1')) return [];
    const errors: FieldError[] = [];
    const namespace = object.metadata.namespace ?? '';
    const involved = text(record(object['involvedObject'])['namespace']);
    if (involved === '' ? namespace !== 'default' && namespace !== 'kube-system' : involved !== namespace) {
      errors.push(invalid('involvedObject.namespace', involved, 'does not match event.namespace'));
    }
    // An event with a precise time is one of the newer kind, which has to say who reports what.
    if (previous === undefined && text(object['eventTime']) !== '') {
      const component = text(object['reportingComponent']);
      if (component === '') errors.push(required('reportingComponent'));
      errors.push(...invalidEach('reportingComponent', component, qualifiedName(component)));
      for (const field of ['reportingInstance', 'action'])
        if (text(object[field]) === '') errors.push(required(field));
    }
    return errors;
  },
  columns: [
    column('Last Seen', lastSeen),
    column('Type', (o) => text(o['type'])),
    column('Reason', (o) => text(o['reason'])),
    column('Object', (o) => `${text(subject(o)['kind']).toLowerCase()}/${text(subject(o)['name'])}`),
    column('Subobject', (o) => text(subject(o)['fieldPath']), { wide: true }),
    column('Source', source, { wide: true }),
    column('Message', (o) => (text(o['message']) || text(o['note'])).trim()),
    column(
      'First Seen',
      (o, now) => age(o['firstTimestamp'] ?? o['deprecatedFirstTimestamp'] ?? o['eventTime'], now),
      { wide: true },
    ),
    column('Count', (o) => integer(o['count'] ?? record(o['series'])['count'], 1), { wide: true }),
    { ...column('Name', (o) => o.metadata.name, { wide: true }), format: 'name' },
  ],
  selectableFields: {
    'involvedObject.kind': (o) => text(subject(o)['kind']),
    'involvedObject.namespace': (o) => text(subject(o)['namespace']),
    'involvedObject.name': (o) => text(subject(o)['name']),
    'involvedObject.uid': (o) => text(subject(o)['uid']),
    'involvedObject.apiVersion': (o) => text(subject(o)['apiVersion']),
    'involvedObject.resourceVersion': (o) => text(subject(o)['resourceVersion']),
    'involvedObject.fieldPath': (o) => text(subject(o)['fieldPath']),
    reason: (o) => text(o['reason']),
    reportingComponent: (o) => text(o['reportingComponent']) || text(o['reportingController']),
    source: (o) => text(record(o['source'])['component']) || text(o['reportingComponent']),
    type: (o) => text(o['type']),
  },
};

function subject(event: KubeObject): Record<string, unknown> {
  return record(event['involvedObject'] ?? event['regarding']);
}

function lastSeen(event: KubeObject, now: number): string {
  const series = record(event['series'])['lastObservedTime'];
  const last =
    series ??
    event['lastTimestamp'] ??
    event['deprecatedLastTimestamp'] ??
    event['eventTime'] ??
    event['firstTimestamp'];
  return age(last, now);
}

function source(event: KubeObject): string {
  const from = record(event['source'] ?? event['deprecatedSource']);
  const component =
    text(from['component']) || text(event['reportingComponent']) || text(event['reportingController']);
  const host = text(from['host']);
  return [component, host].filter((part) => part !== '').join(', ');
}
