import type { KubeObject } from '@plumbline/api';
import type { Column } from '../registry/types.ts';
import { ageColumn, column, duration, nameColumn } from './columns.ts';
import type { Fields } from './fields.ts';
import { integer, isAbsent, list, record, records, stringMap, strings, text } from './fields.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);
const status = (object: KubeObject): Fields => record(object['status']);

function names(containers: unknown, field: 'name' | 'image'): string {
  return records(containers)
    .map((container) => text(container[field]))
    .join(',');
}

function pairs(map: unknown): string {
  const shown = Object.entries(stringMap(map)).map(([key, value]) => `${key}=${value}`);
  return shown.length === 0 ? '<none>' : shown.toSorted().join(',');
}

function availability(object: KubeObject): string {
  const found = records(status(object)['conditions']).find((c) => c['type'] === 'Available');
  if (found === undefined) return 'Unknown';
  return found['status'] === 'True' ? 'True' : `${text(found['status'])} (${text(found['reason'])})`;
}

function certificateState(object: KubeObject): string {
  const types = new Set(records(status(object)['conditions']).map((c) => text(c['type'])));
  let shown = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending';
  if (types.has('Failed')) shown += ',Failed';
  return text(status(object)['certificate']) === '' ? shown : `${shown},Issued`;
}

function parent(object: KubeObject): string {
  const from = record(spec(object)['parentRef']);
  if (Object.keys(from).length === 0) return '<none>';
  const group = text(from['group']);
  const resource = `${text(from['resource'])}${group === '' ? '' : `.${group}`}`.toLowerCase();
  return [resource, text(from['namespace']), text(from['name'])].filter((part) => part !== '').join('/');
}

function claimState(object: KubeObject): string {
  const states: string[] = [];
  if (object.metadata.deletionTimestamp !== undefined) states.push('deleted');
  if (isAbsent(status(object)['allocation'])) {
    if (object.metadata.deletionTimestamp === undefined) states.push('pending');
  } else {
    states.push('allocated');
    if (list(status(object)['reservedFor']).length > 0) states.push('reserved');
  }
  return states.join(',');
}

function paramKind(object: KubeObject): string {
  const kind = record(spec(object)['paramKind']);
  return text(kind['kind']) === '' ? '<unset>' : `${text(kind['apiVersion'])}/${text(kind['kind'])}`;
}

function limited(object: KubeObject, path: readonly string[]): string | number {
  let at: unknown = record(spec(object)['limited']);
  for (const field of path) at = record(at)[field];
  return typeof at === 'number' ? at : '<none>';
}

const queuing = ['limitResponse', 'queuing'];

/** Columns of kinds that need nothing else. */
export const rareColumns: Readonly<Record<string, readonly Column[]>> = {
  '/PodTemplate': [
    nameColumn,
    column('Containers', (o) => names(record(record(o['template'])['spec'])['containers'], 'name')),
    column('Images', (o) => names(record(record(o['template'])['spec'])['containers'], 'image')),
    column('Pod Labels', (o) => pairs(record(record(o['template'])['metadata'])['labels'])),
  ],
  'apiregistration.k8s.io/APIService': [
    nameColumn,
    column('Service', (o) => {
      const service = record(spec(o)['service']);
      return text(service['name']) === ''
        ? 'Local'
        : `${text(service['namespace'])}/${text(service['name'])}`;
    }),
    column('Available', availability),
    ageColumn,
  ],
  'certificates.k8s.io/CertificateSigningRequest': [
    nameColumn,
    ageColumn,
    column('SignerName', (o) => text(spec(o)['signerName']) || '<none>'),
    column('Requestor', (o) => text(spec(o)['username'])),
    column('RequestedDuration', (o) => {
      const seconds = spec(o)['expirationSeconds'];
      return typeof seconds === 'number' ? duration(seconds * 1000) : '<none>';
    }),
    column('Condition', certificateState),
  ],
  'networking.k8s.io/IPAddress': [nameColumn, column('ParentRef', parent)],
  'networking.k8s.io/ServiceCIDR': [
    nameColumn,
    column('CIDRs', (o) => strings(spec(o)['cidrs']).join(',')),
    ageColumn,
  ],
  'storage.k8s.io/CSIDriver': [
    nameColumn,
    column('AttachRequired', (o) => spec(o)['attachRequired'] !== false, { type: 'boolean' }),
    column('PodInfoOnMount', (o) => spec(o)['podInfoOnMount'] === true, { type: 'boolean' }),
    column('StorageCapacity', (o) => spec(o)['storageCapacity'] === true, { type: 'boolean' }),
    column('TokenRequests', (o) => {
      const audiences = records(spec(o)['tokenRequests']).map((request) => text(request['audience']));
      return audiences.length === 0 ? '<unset>' : audiences.join(',');
    }),
    column('RequiresRepublish', (o) => spec(o)['requiresRepublish'] === true, { type: 'boolean' }),
    column('Modes', (o) => strings(spec(o)['volumeLifecycleModes']).join(',') || '<none>'),
    ageColumn,
  ],
  'storage.k8s.io/CSINode': [
    nameColumn,
    column('Drivers', (o) => list(spec(o)['drivers']).length, { type: 'integer' }),
    ageColumn,
  ],
  'storage.k8s.io/VolumeAttachment': [
    nameColumn,
    { ...column('Attacher', (o) => text(spec(o)['attacher'])), format: 'name' },
    column('PV', (o) => text(record(spec(o)['source'])['persistentVolumeName'])),
    column('Node', (o) => text(spec(o)['nodeName'])),
    column('Attached', (o) => status(o)['attached'] === true, { type: 'boolean' }),
    ageColumn,
  ],
  'storage.k8s.io/VolumeAttributesClass': [
    nameColumn,
    column('DriverName', (o) => text(o['driverName'])),
    ageColumn,
  ],
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': [
    nameColumn,
    column('Mutations', (o) => list(spec(o)['mutations']).length, { type: 'integer' }),
    column('ParamKind', paramKind),
    ageColumn,
  ],
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': [
    nameColumn,
    column('PolicyName', (o) => text(spec(o)['policyName'])),
    column('ParamRef', (o) => text(record(spec(o)['paramRef'])['name']) || '<unset>'),
    ageColumn,
  ],
  'resource.k8s.io/DeviceClass': [nameColumn, ageColumn],
  'resource.k8s.io/ResourceClaim': [nameColumn, column('State', claimState), ageColumn],
  'resource.k8s.io/ResourceClaimTemplate': [nameColumn, ageColumn],
  'resource.k8s.io/ResourceSlice': [
    nameColumn,
    column('Node', (o) => text(spec(o)['nodeName'])),
    column('Driver', (o) => text(spec(o)['driver'])),
    column('Pool', (o) => text(record(spec(o)['pool'])['name'])),
    ageColumn,
  ],
  'flowcontrol.apiserver.k8s.io/FlowSchema': [
    nameColumn,
    column('PriorityLevel', (o) => text(record(spec(o)['priorityLevelConfiguration'])['name'])),
    column('MatchingPrecedence', (o) => integer(spec(o)['matchingPrecedence'])),
    column('DistinguisherMethod', (o) => text(record(spec(o)['distinguisherMethod'])['type']) || '<none>'),
    ageColumn,
    column('MissingPL', (o) => {
      const found = records(status(o)['conditions']).find((c) => c['type'] === 'Dangling');
      return found === undefined ? '?' : text(found['status']);
    }),
  ],
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': [
    nameColumn,
    column('Type', (o) => text(spec(o)['type'])),
    column('NominalConcurrencyShares', (o) => limited(o, ['nominalConcurrencyShares'])),
    column('Queues', (o) => limited(o, [...queuing, 'queues'])),
    column('HandSize', (o) => limited(o, [...queuing, 'handSize'])),
    column('QueueLengthLimit', (o) => limited(o, [...queuing, 'queueLengthLimit'])),
    ageColumn,
  ],
};
