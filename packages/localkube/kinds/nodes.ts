import type { KubeObject } from '@plumbline/api';
import type { Draft, FieldError, KindHooks } from '../registry/types.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import {
  child,
  duplicate,
  fill,
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  list,
  oneOf,
  record,
  records,
  stringMap,
  text,
} from './fields.ts';
import { cidr, hasHostBits, labelValue, qualifiedName } from './names.ts';
import { validateAmount } from './resource-names.ts';
import type { Fields } from './fields.ts';

/** Written even where nobody knows them. */
const NODE_INFO = [
  'machineID',
  'systemUUID',
  'bootID',
  'kernelVersion',
  'osImage',
  'containerRuntimeVersion',
  'kubeletVersion',
  'kubeProxyVersion',
  'operatingSystem',
  'architecture',
];

/** Where a node once had its settings from; the feature is gone. */
function dropConfigSource(draft: Draft): void {
  const spec = record(draft['spec']);
  if (!Object.isFrozen(spec)) delete spec['configSource'];
}

export const nodeHooks: KindHooks = {
  status: true,
  statusOnCreate: true,
  default(draft) {
    samePodRange(child(draft, 'spec'));
    const status = child(draft, 'status');
    if (!isAbsent(status['capacity'])) fill(status, 'allocatable', { ...record(status['capacity']) });
    fill(child(child(status, 'daemonEndpoints'), 'kubeletEndpoint'), 'Port', 0);
    const info = child(status, 'nodeInfo');
    for (const field of NODE_INFO) fill(info, field, '');
  },
  prepareForUpdate: dropConfigSource,
  warnings(object) {
    if (text(record(object['spec'])['externalID']) === '') return [];
    return ['spec.externalID: this field is deprecated, and is unused by Kubernetes'];
  },
  prepareForCreate(draft) {
    dropConfigSource(draft);
    // The admission plugin taints new nodes until somebody says that they are ready.
    const spec = child(draft, 'spec');
    const taints = records(spec['taints']);
    if (taints.some((taint) => taint['key'] === 'node.kubernetes.io/not-ready')) return;
    spec['taints'] = [...taints, { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
  },
  validate: validateNode,
  columns: [
    nameColumn,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    ageColumn,
    column('Version', (o) => text(record(record(o['status'])['nodeInfo'])['kubeletVersion'])),
    column('Internal-IP', (o) => nodeAddress(o, 'InternalIP'), { wide: true }),
    column('External-IP', (o) => nodeAddress(o, 'ExternalIP'), { wide: true }),
    column('OS-Image', (o) => text(record(record(o['status'])['nodeInfo'])['osImage']) || '<unknown>', {
      wide: true,
    }),
    column(
      'Kernel-Version',
      (o) => text(record(record(o['status'])['nodeInfo'])['kernelVersion']) || '<unknown>',
      { wide: true },
    ),
    column(
      'Container-Runtime',
      (o) => text(record(record(o['status'])['nodeInfo'])['containerRuntimeVersion']) || '<unknown>',
      { wide: true },
    ),
  ],
  selectableFields: {
    'spec.unschedulable': (object) => String(record(object['spec'])['unschedulable'] === true),
  },
};

function validateNode(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const spec = record(object['spec']);
  const taints = validateTaints(records(spec['taints']));
  const amounts = validateNodeAmounts(object);
  const errors: FieldError[] = [...taints, ...amounts];
  errors.push(...validateRanges(list(spec['podCIDRs']).map(text)));
  if (previous === undefined) return errors;
  // Upstream looks at both once more on an update.
  errors.push(...amounts);
  const before = record(previous['spec']);
  errors.push(...repeatedAddresses(object), ...movedRanges(list(spec['podCIDRs']), list(before['podCIDRs'])));
  const provider = text(before['providerID']);
  if (provider !== '' && text(spec['providerID']) !== provider)
    errors.push(
      forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'),
    );
  errors.push(...taints);
  if (text(spec['externalID']) !== text(before['externalID']))
    errors.push(forbidden('spec.externalID', 'may not be updated'));
  return errors;
}

function validateNodeAmounts(object: KubeObject): FieldError[] {
  return ['capacity', 'allocatable'].flatMap((field) =>
    Object.entries(stringMap(record(object['status'])[field])).flatMap(([name, amount]) =>
      validateAmount(name, amount, `status.${field}.${name}`),
    ),
  );
}

function validateRanges(ranges: readonly string[]): FieldError[] {
  const at = 'spec.podCIDRs';
  const errors = ranges.flatMap((range, index) => [
    ...invalidEach(`${at}[${index}]`, range, cidr(range)),
    ...(cidr(range).length === 0 && hasHostBits(range)
      ? [invalid(`${at}[${index}]`, range, 'must not have bits set beyond the prefix length')]
      : []),
  ]);
  if (ranges.length < 2 || ranges.some((range) => cidr(range).length > 0)) return errors;
  const families = new Set(ranges.map((range) => range.includes(':')));
  if (families.size === 2 && ranges.length === 2) return errors;
  return [...errors, invalid(at, ranges, 'may specify no more than one CIDR for each IP family')];
}

/** The range of a node's pods is given once. */
function movedRanges(now: readonly unknown[], then: readonly unknown[]): FieldError[] {
  const moved = forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid');
  if (then.length === 0) return [];
  if (now.length !== then.length) return [moved];
  return then.filter((range, index) => range !== now[index]).map(() => moved);
}

function repeatedAddresses(object: KubeObject): FieldError[] {
  const seen = new Set<string>();
  return records(record(object['status'])['addresses']).flatMap((address, index) => {
    const [type, value] = [text(address['type']), text(address['address'])];
    const key = JSON.stringify([type, value]);
    const again = seen.has(key);
    seen.add(key);
    return again ? [duplicate(`status.addresses[${index}]`, { Type: type, Address: value })] : [];
  });
}

function validateTaints(taints: readonly Fields[]): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, index) => {
    const at = `metadata.taints[${index}]`;
    const [key, value, effect] = [text(taint['key']), text(taint['value']), text(taint['effect'])];
    const errors = invalidEach(`${at}.key`, key, qualifiedName(key));
    const problems = labelValue(value);
    if (problems.length > 0) errors.push(invalid(`${at}.value`, value, problems.join(';')));
    errors.push(...oneOf(`${at}.effect`, effect, EFFECTS));
    if (seen.has(`${effect} ${key}`)) {
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: taint['timeAdded'] ?? null };
      errors.push({
        reason: 'FieldValueDuplicate',
        field: at,
        message: `Duplicate value: ${JSON.stringify(shown)}: taints must be unique by key and effect pair`,
      });
    }
    seen.add(`${effect} ${key}`);
    return errors;
  });
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** The older field and the list hold the same range, whichever was given. */
function samePodRange(spec: Fields): void {
  const range = text(spec['podCIDR']);
  // The first of the list and the older field are one; where they differ the older one is meant.
  if (
    range !== '' &&
    list(spec['podCIDRs']).length > 0 &&
    list(spec['podCIDRs'])[0] !== range &&
    !Object.isFrozen(spec)
  )
    delete spec['podCIDRs'];
  if (list(spec['podCIDRs']).length === 0) {
    if (text(spec['podCIDR']) !== '') fill(spec, 'podCIDRs', [spec['podCIDR']]);
  } else fill(spec, 'podCIDR', list(spec['podCIDRs'])[0]);
}

function nodeStatus(node: KubeObject): string {
  const ready = records(record(node['status'])['conditions']).find((c) => c['type'] === 'Ready');
  const shown = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return record(node['spec'])['unschedulable'] === true ? `${shown},SchedulingDisabled` : shown;
}

function nodeRoles(node: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {}).filter((key) => key.startsWith(prefix));
  return (
    roles
      .map((key) => key.slice(prefix.length))
      .toSorted()
      .join(',') || '<none>'
  );
}

function nodeAddress(node: KubeObject, type: string): string {
  const found = records(record(node['status'])['addresses']).find((address) => address['type'] === type);
  return found === undefined ? '<none>' : text(found['address']);
}
