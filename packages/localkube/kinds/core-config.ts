import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { Draft, FieldError, KindHooks } from '../registry/types.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Fields } from './fields.ts';
import {
  fill,
  fillZero,
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  stringMap,
  strings,
  text,
  tooLong,
  child,
} from './fields.ts';
import { cidr, configKey, labelValue, qualifiedName } from './names.ts';
import { parseQuantity } from './quantity.ts';
import { shownField } from '../schema/index.ts';

const MAX_BYTES = 1024 * 1024;

function entries(value: unknown): number {
  return Object.keys(record(value)).length;
}

export const configMapHooks: KindHooks = {
  validate(object, previous) {
    const errors: FieldError[] = [];
    let bytes = 0;
    const binary = stringMap(object['binaryData']);
    for (const [key, value] of Object.entries(stringMap(object['data']))) {
      errors.push(...invalidEach(`data[${key}]`, key, configKey(key)));
      if (binary[key] !== undefined)
        errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
      bytes += Buffer.byteLength(value);
    }
    for (const [key, value] of Object.entries(binary)) {
      errors.push(...invalidEach(`binaryData[${key}]`, key, configKey(key)));
      bytes += decodedLength(value);
    }
    // Upstream names no field here, which its text shows as [].
    if (bytes > MAX_BYTES) errors.push(tooLong('[]', MAX_BYTES));
    errors.push(...validateImmutable(object, previous, ['data', 'binaryData']));
    return errors;
  },
  columns: [
    nameColumn,
    column('Data', (o) => entries(o['data']) + entries(o['binaryData']), {
      description:
        "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
    }),
    ageColumn,
  ],
};

function decodedLength(base64: string): number {
  return Math.floor((base64.length * 3) / 4);
}

function validateImmutable(
  object: KubeObject,
  previous: KubeObject | undefined,
  fields: readonly string[],
): FieldError[] {
  if (previous?.['immutable'] !== true) return [];
  const errors: FieldError[] = [];
  const detail = 'field is immutable when `immutable` is set';
  if (object['immutable'] !== true) errors.push(forbidden('immutable', detail));
  for (const field of fields) {
    // To Go an empty map is another one than none.
    if (!equalData(shownField(object, field), previous[field] ?? null)) errors.push(forbidden(field, detail));
  }
  return errors;
}

/** The keys that a secret of a known type must have. */
const SECRET_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

export const secretHooks: KindHooks = {
  default(draft) {
    fillZero(draft, 'type', 'Opaque');
    if (isAbsent(draft['stringData'])) return;
    // stringData is write-only: it is folded into data and never stored.
    const data = child(draft, 'data');
    for (const [key, value] of Object.entries(stringMap(draft['stringData']))) {
      data[key] = Buffer.from(value, 'utf8').toString('base64');
    }
    delete draft['stringData'];
    if (Object.keys(data).length === 0) delete draft['data'];
  },
  validate(object, previous) {
    const errors: FieldError[] = [];
    const data = stringMap(object['data']);
    let bytes = 0;
    for (const [key, value] of Object.entries(data)) {
      errors.push(...invalidEach(`data[${key}]`, key, configKey(key)));
      bytes += decodedLength(text(value));
    }
    if (bytes > MAX_BYTES) errors.push(tooLong('data', MAX_BYTES));
    if (previous !== undefined && previous['type'] !== object['type'])
      errors.unshift(invalid('type', object['type'], 'field is immutable'));
    errors.push(...validateSecretType(object, data));
    errors.push(...validateImmutable(object, previous, ['data']));
    return errors;
  },
  columns: [
    nameColumn,
    column('Type', (o) => text(o['type']), {
      description:
        'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
    }),
    column('Data', (o) => entries(o['data']), {
      description:
        "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
    }),
    ageColumn,
  ],
  warnings: secretWarnings,
  selectableFields: { type: (object) => text(object['type']) },
};

/** Go's reader of key pairs complains first of the certificate. */
function secretWarnings(object: KubeObject): readonly string[] {
  if (object['type'] !== 'kubernetes.io/tls') return [];
  const data = stringMap(object['data']);
  const pem = (key: string): boolean =>
    Buffer.from(text(data[key]), 'base64').toString('latin1').includes('-----BEGIN ');
  if (!pem('tls.crt')) return ['tls: failed to find any PEM data in certificate input'];
  return pem('tls.key') ? [] : ['tls: failed to find any PEM data in key input'];
}

function validateSecretType(object: KubeObject, data: Readonly<Record<string, string>>): FieldError[] {
  const type = text(object['type']);
  if (type === 'kubernetes.io/service-account-token') {
    const account = text(object.metadata.annotations?.['kubernetes.io/service-account.name']);
    return account === '' ? [required('metadata.annotations[kubernetes.io/service-account.name]')] : [];
  }
  if (type === 'kubernetes.io/basic-auth') {
    if (data['username'] !== undefined || data['password'] !== undefined) return [];
    return [required('data[username]'), required('data[password]')];
  }
  // A private key has to be there, what others hold may be empty.
  const errors = (SECRET_KEYS[type] ?? [])
    .filter((key) => data[key] === undefined || (key === 'ssh-privatekey' && data[key] === ''))
    .map((key) => required(`data[${key}]`));
  if (errors.length > 0 || (type !== 'kubernetes.io/dockercfg' && type !== 'kubernetes.io/dockerconfigjson'))
    return errors;
  const key = SECRET_KEYS[type]?.[0] ?? '';
  const said = Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  try {
    JSON.parse(said);
  } catch {
    errors.push(invalid(`data[${key}]`, '<secret contents redacted>', jsonProblem(said)));
  }
  return errors;
}

/** What Go's reader says of a text that is no JSON, as far as its beginning tells. */
function jsonProblem(said: string): string {
  const start = said.trimStart();
  if (start === '') return 'unexpected end of JSON input';
  const first = start.charAt(0);
  if (!/[{["\-0-9tfn]/.test(first)) return `invalid character '${first}' looking for beginning of value`;
  return 'invalid character in the JSON document';
}

export const serviceAccountHooks: KindHooks = {
  warnings(object) {
    const old = 'kubernetes.io/enforce-mountable-secrets';
    if (object.metadata.annotations?.[old] === undefined) return [];
    return [
      `metadata.annotations[${old}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
    ];
  },
  columns: [nameColumn, ageColumn],
};

export const namespaceHooks: KindHooks = {
  status: true,
  default(draft) {
    if (draft.metadata.name !== '') nameLabel(draft);
    fillZero(child(draft, 'status'), 'phase', 'Active');
  },
  prepareForCreate(draft) {
    // A generated name is known only now.
    nameLabel(draft);
    const spec = child(draft, 'spec');
    const finalizers = list(spec['finalizers']);
    if (!finalizers.includes('kubernetes')) spec['finalizers'] = [...finalizers, 'kubernetes'];
    draft['status'] = { phase: 'Active' };
  },
  validate(object, previous) {
    if (previous === undefined) return [];
    const phase = text(record(object['status'])['phase']);
    const going = object.metadata.deletionTimestamp !== undefined;
    if (phase === (going ? 'Terminating' : 'Active')) return [];
    const detail = going
      ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
      : "may only be 'Active' if `deletionTimestamp` is empty";
    return [invalid('status.Phase', phase, detail)];
  },
  prepareForUpdate(draft, previous) {
    // spec.finalizers changes only through the finalize subresource, which does not come this way.
    draft['spec'] = previous['spec'];
  },
  columns: [nameColumn, column('Status', (o) => text(record(o['status'])['phase'])), ageColumn],
  selectableFields: { 'status.phase': (object) => text(record(object['status'])['phase']) },
};

function nameLabel(draft: Draft): void {
  const labels = child(draft.metadata, 'labels');
  const own = 'kubernetes.io/metadata.name';
  if (labels[own] !== draft.metadata.name) labels[own] = draft.metadata.name;
}

/** Coordinated elections are behind a switch that is off. */
function dropElection(draft: Draft): void {
  const spec = record(draft['spec']);
  for (const field of ['strategy', 'preferredHolder']) if (!Object.isFrozen(spec)) delete spec[field];
}

export const leaseHooks: KindHooks = {
  createOnUpdate: true,
  unconditionalUpdate: false,
  prepareForCreate: dropElection,
  prepareForUpdate: dropElection,
  validate(object) {
    const spec = record(object['spec']);
    const errors: FieldError[] = [];
    const duration = spec['leaseDurationSeconds'];
    if (typeof duration === 'number' && duration <= 0) {
      errors.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
    }
    const transitions = spec['leaseTransitions'];
    if (typeof transitions === 'number' && transitions < 0) {
      errors.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
    }
    return errors;
  },
  columns: [nameColumn, column('Holder', (o) => text(record(o['spec'])['holderIdentity'])), ageColumn],
};

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
  prepareForCreate(draft) {
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
  const taints = records(spec['taints']).flatMap((taint, index) =>
    validateTaint(taint, `metadata.taints[${index}]`),
  );
  const amounts = validateNodeAmounts(object);
  const errors: FieldError[] = [...taints, ...amounts];
  for (const [index, range] of strings(spec['podCIDRs']).entries())
    errors.push(...invalidEach(`spec.podCIDRs[${index}]`, range, cidr(range)));
  if (previous === undefined) return errors;
  // Upstream looks at both once more on an update.
  errors.push(...amounts);
  const before = record(previous['spec']);
  const once = (field: string, what: string, had: boolean): void => {
    if (had && !equalData(spec[field], before[field]))
      errors.push(forbidden(`spec.${field}`, `node updates may not change ${what} except from "" to valid`));
  };
  once('podCIDRs', 'podCIDR', list(before['podCIDRs']).length > 0);
  once('providerID', 'providerID', text(before['providerID']) !== '');
  errors.push(...taints);
  if (text(spec['externalID']) !== text(before['externalID']))
    errors.push(forbidden('spec.externalID', 'may not be updated'));
  return errors;
}

function validateNodeAmounts(object: KubeObject): FieldError[] {
  return ['capacity', 'allocatable'].flatMap((field) =>
    Object.entries(stringMap(record(object['status'])[field])).flatMap(([name, amount]) =>
      (parseQuantity(amount) ?? 0n) < 0n
        ? [invalid(`status.${field}.${name}`, amount, 'must be greater than or equal to 0')]
        : [],
    ),
  );
}

function validateTaint(taint: Fields, at: string): FieldError[] {
  const key = text(taint['key']);
  const effect = text(taint['effect']);
  const errors = invalidEach(`${at}.key`, key, qualifiedName(key));
  const value = text(taint['value']);
  errors.push(...invalidEach(`${at}.value`, value, labelValue(value)));
  if (effect === '') errors.push(required(`${at}.effect`));
  else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS));
  return errors;
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
