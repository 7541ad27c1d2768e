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
  validate(object, previous, context) {
    const modern = context.through === 'events.k8s.io';
    const errors = validateAny(object, modern ? 'reportingController' : 'reportingComponent');
    // The newer form of events has stricter rules.
    if (!modern) return errors;
    return [...errors, ...(previous === undefined ? validateNew(object) : validateChange(object, previous))];
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

/** An event belongs to the namespace of what it is about; one with a precise time has to say who reports what. */
function validateAny(object: KubeObject, reporter: string): FieldError[] {
  const namespace = object.metadata.namespace ?? '';
  const involved = text(record(object['involvedObject'])['namespace']);
  const misplaced = invalid('involvedObject.namespace', involved, 'does not match event.namespace');
  if (text(object['eventTime']) === '') {
    const fits = involved === '' ? namespace === 'default' : involved === namespace;
    return fits ? [] : [misplaced];
  }
  const errors: FieldError[] = [];
  if (involved === '' && namespace !== 'default' && namespace !== 'kube-system') errors.push(misplaced);
  const component = text(object['reportingComponent']);
  if (component === '') errors.push(required(reporter));
  errors.push(...invalidEach(reporter, component, qualifiedName(component)));
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const said = text(object[field]);
    if (said === '') errors.push(required(field));
    if (said.length > wordMax) errors.push(invalid(field, '', `can have at most ${wordMax} characters`));
  }
  if (text(object['message']).length > noteMax)
    errors.push(invalid('message', '', `can have at most ${noteMax} characters`));
  return errors;
}

const wordMax = 128;
const noteMax = 1024;

function validateSeries(object: KubeObject): FieldError[] {
  if (isAbsent(object['series'])) return [];
  const series = record(object['series']);
  const errors: FieldError[] = [];
  if (integer(series['count']) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (isAbsent(series['lastObservedTime'])) errors.push(required('series.lastObservedTime'));
  return errors;
}

function validateNew(object: KubeObject): FieldError[] {
  const errors = validateSeries(object);
  if (isAbsent(object['eventTime'])) errors.push(required('eventTime'));
  const type = text(object['type']);
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalid('type', '', `has invalid value: ${type}`));
  const unwanted = (field: string): void => void errors.push(invalid(field, '', 'needs to be unset'));
  if (!isAbsent(object['firstTimestamp'])) unwanted('firstTimestamp');
  if (!isAbsent(object['lastTimestamp'])) unwanted('lastTimestamp');
  if (integer(object['count']) !== 0) unwanted('count');
  const from = record(object['source']);
  if (text(from['component']) !== '' || text(from['host']) !== '') unwanted('source');
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
  // Upstream asks for the reason twice.
  ['reason', 'reason'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
];

function validateChange(object: KubeObject, previous: KubeObject): FieldError[] {
  const errors = equalData(object['series'] ?? '', previous['series'] ?? '') ? [] : validateSeries(object);
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
