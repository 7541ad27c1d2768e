import type { KubeObject } from '@plumbline/api';
import { definitionFor } from '@plumbline/api/schema';
import { equalData } from '@plumbline/base';
import type { FieldError, KindHooks } from '../registry/types.ts';
import { age, column } from './columns.ts';
import { integer, invalid, invalidEach, isAbsent, record, required, text } from './fields.ts';
import { goValue } from './go-value.ts';
import { qualifiedName } from './names.ts';

/** Events have two faces, core/v1 and events.k8s.io/v1, over one store: the core names of fields are the stored ones. */
export const eventHooks: KindHooks = {
  createOnUpdate: true,
  // The newer form of events has stricter rules.
  validate: (object, previous, context) =>
    context.through === 'events.k8s.io' ? validateModern(object, previous) : validateCore(object, previous),
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

function misplaced(object: KubeObject): FieldError[] {
  const namespace = object.metadata.namespace ?? '';
  const involved = text(record(object['involvedObject'])['namespace']);
  const fits =
    involved === '' ? namespace === 'default' || namespace === 'kube-system' : involved === namespace;
  return fits ? [] : [invalid('involvedObject.namespace', involved, 'does not match event.namespace')];
}

function validateCore(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  if (!object.apiVersion.startsWith('v1')) return [];
  const errors = misplaced(object);
  // An event with a precise time is one of the newer kind, which has to say who reports what.
  if (previous === undefined && text(object['eventTime']) !== '')
    errors.push(...validateReporter(object, 'reportingComponent'));
  return errors;
}

function validateReporter(object: KubeObject, shown: string): FieldError[] {
  const component = text(object['reportingComponent']);
  const errors: FieldError[] = component === '' ? [required(shown)] : [];
  errors.push(...invalidEach(shown, component, qualifiedName(component)));
  for (const field of ['reportingInstance', 'action'])
    if (text(object[field]) === '') errors.push(required(field));
  return errors;
}

const FIXED: readonly (readonly [string, string])[] = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
];

function validateModern(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const errors = misplaced(object);
  if (previous === undefined) {
    if (isAbsent(object['eventTime'])) errors.push(required('eventTime'));
    errors.push(...validateReporter(object, 'reportingController'));
    if (text(object['reason']) === '') errors.push(required('reason'));
    const type = text(object['type']);
    if (type !== 'Normal' && type !== 'Warning')
      errors.push(invalid('type', type, `has invalid value: ${type}`));
    return errors;
  }
  errors.push(...validateReporter(object, 'reportingController'));
  for (const [field, shown] of FIXED) {
    const [now, then] = [object[field], previous[field]];
    if (equalData(now ?? '', then ?? '')) continue;
    errors.push(invalid(shown, shownOf(field, now), 'field is immutable'));
  }
  return errors;
}

function shownOf(field: string, value: unknown): unknown {
  if (field === 'involvedObject') return goValue(definitionFor('io.k8s.api.core.v1.ObjectReference'), value);
  return value ?? (field === 'eventTime' ? null : '');
}

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
