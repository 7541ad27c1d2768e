import type { KubeObject } from '@plumbline/api';
import { equalData, isRecord } from '@plumbline/base';
import type { Draft, FieldError, KindHooks } from '../registry/types.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import {
  fillZero,
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  list,
  record,
  required,
  stringMap,
  text,
  tooLong,
  child,
} from './fields.ts';
import { configKey, qualifiedName, dnsLabel } from './names.ts';
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
    return [...validateImmutable(object, previous, ['data', 'binaryData']), ...errors];
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
    const moved = previous !== undefined && previous['type'] !== object['type'];
    return [
      ...(moved ? [invalid('type', object['type'], 'field is immutable')] : []),
      ...validateImmutable(object, previous, ['data']),
      ...errors,
      ...validateSecretType(object, data),
    ];
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
  const hidden = '<secret contents redacted>';
  try {
    const read: unknown = JSON.parse(said);
    if (read === null || isRecord(read)) return errors;
    const what = Array.isArray(read) ? 'array' : typeof read === 'boolean' ? 'bool' : typeof read;
    const detail = `json: cannot unmarshal ${what} into Go value of type map[string]interface {}`;
    errors.push(invalid(`data[${key}]`, hidden, detail));
  } catch {
    errors.push(invalid(`data[${key}]`, hidden, jsonProblem(said)));
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

/** Of the secrets of an account only their names are kept. */
function dropReferences(draft: Draft): void {
  const secrets = draft['secrets'];
  if (!Array.isArray(secrets)) return;
  const whole = secrets as readonly unknown[];
  if (whole.every((one) => Object.keys(record(one)).every((field) => field === 'name'))) return;
  draft['secrets'] = whole.map((one) => {
    const name = text(record(one)['name']);
    return name === '' ? {} : { name };
  });
}

export const serviceAccountHooks: KindHooks = {
  prepareForCreate: dropReferences,
  prepareForUpdate: dropReferences,
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
    // A generated name is known only now; one that is wrong is refused for itself, not for its label.
    if (dnsLabel(draft.metadata.name, false).length === 0) nameLabel(draft);
    const spec = child(draft, 'spec');
    const finalizers = list(spec['finalizers']);
    if (!finalizers.includes('kubernetes')) spec['finalizers'] = [...finalizers, 'kubernetes'];
    draft['status'] = { phase: 'Active' };
  },
  validate(object, previous) {
    if (previous === undefined) return validateFinalizers(list(record(object['spec'])['finalizers']));
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

function validateFinalizers(finalizers: readonly unknown[]): FieldError[] {
  const at = 'spec.finalizers';
  return finalizers.map(text).flatMap((name) => {
    const errors = invalidEach(at, name, qualifiedName(name));
    if (name.includes('/') || ['orphan', 'foregroundDeletion', 'kubernetes'].includes(name)) return errors;
    const detail = 'name is neither a standard finalizer name nor is it fully qualified';
    return [...errors, invalid(at, name, detail)];
  });
}

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
