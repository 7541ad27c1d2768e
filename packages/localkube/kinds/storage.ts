import type { KubeObject } from '@plumbline/api';
import { definitionFor } from '@plumbline/api/schema';
import { equalData } from '@plumbline/base';
import { timeText } from '../registry/time.ts';
import type { FieldError, KindHooks, WriteContext } from '../registry/types.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Fields } from './fields.ts';
import {
  child,
  duplicate,
  fill,
  fillZero,
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  oneOf,
  optionalOneOf,
  record,
  records,
  required,
  strings,
  text,
} from './fields.ts';
import { shownField } from '../schema/index.ts';
import { goValue } from './go-value.ts';
import { limitClaim } from './limits.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';
import { parseQuantity } from './quantity.ts';
import { admissionRefusal } from './pod-admission.ts';
import { claimWarnings, storageClassWarnings, volumeWarnings } from './storage-warnings.ts';
import { validateClaimSpec } from './volume-validation.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);
const status = (object: KubeObject): Fields => record(object['status']);

const SHORT_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(modes: unknown): string {
  return [...new Set(strings(modes))].map((mode) => SHORT_MODES[mode] ?? mode).join(',');
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** The class that claims without one get: the newest of those marked as default. */
function defaultClass(context: WriteContext): string | undefined {
  let best: KubeObject | undefined;
  for (const candidate of context.list('storage.k8s.io', 'StorageClass')) {
    if (candidate.metadata.annotations?.[DEFAULT_CLASS] !== 'true') continue;
    if (
      best === undefined ||
      text(candidate.metadata.creationTimestamp) > text(best.metadata.creationTimestamp)
    )
      best = candidate;
  }
  return best?.metadata.name;
}

function isClaimOrSnapshot(reference: unknown): boolean {
  const { kind, namespace } = record(reference);
  return isAbsent(namespace) && (kind === 'PersistentVolumeClaim' || kind === 'VolumeSnapshot');
}

export const claimHooks: KindHooks = {
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    fill(part, 'volumeMode', 'Filesystem');
    // The older and the newer name of the source are kept equal where only one is given.
    if (isAbsent(part['dataSourceRef']) && !isAbsent(part['dataSource']))
      fill(part, 'dataSourceRef', { ...record(part['dataSource']) });
    else if (isAbsent(part['dataSource']) && isClaimOrSnapshot(part['dataSourceRef']))
      fill(part, 'dataSource', { ...record(part['dataSourceRef']) });
    fillZero(child(draft, 'status'), 'phase', 'Pending');
  },
  prepareForCreate(draft, context) {
    const part = child(draft, 'spec');
    // Sources in other namespaces are behind a switch that is off.
    if (!isAbsent(record(part['dataSourceRef'])['namespace'])) delete part['dataSourceRef'];
    const finalizers = strings(draft.metadata['finalizers']);
    const protection = 'kubernetes.io/pvc-protection';
    if (!finalizers.includes(protection)) draft.metadata['finalizers'] = [...finalizers, protection];
    draft['status'] = { phase: 'Pending' };
    const refused = limitClaim(draft, context);
    if (refused !== undefined)
      throw admissionRefusal('', 'persistentvolumeclaims', draft.metadata.name, refused);
    const legacy = record(draft.metadata['annotations'])['volume.beta.kubernetes.io/storage-class'];
    if (!isAbsent(part['storageClassName']) || !isAbsent(legacy)) return;
    const name = defaultClass(context);
    if (name !== undefined) part['storageClassName'] = name;
  },
  prepareForUpdate(draft, previous) {
    const part = child(draft, 'spec');
    if (isAbsent(part['volumeMode'])) part['volumeMode'] = spec(previous)['volumeMode'];
  },
  validate(object, previous) {
    if (previous !== undefined) return validateClaimUpdate(object, previous);
    return validateClaimSpec(spec(object), 'spec');
  },
  warnings: (object, previous) =>
    previous !== undefined && object['spec'] === previous['spec'] ? [] : claimWarnings(object as Fields, ''),
  columns: [
    nameColumn,
    column('Status', (o) =>
      o.metadata.deletionTimestamp === undefined ? text(status(o)['phase']) : 'Terminating',
    ),
    column('Volume', (o) => text(spec(o)['volumeName'])),
    column('Capacity', (o) => text(record(status(o)['capacity'])['storage'])),
    column('Access Modes', (o) => accessModes(status(o)['accessModes'])),
    column('StorageClass', (o) => text(spec(o)['storageClassName'])),
    column('VolumeAttributesClass', (o) => text(spec(o)['volumeAttributesClassName']) || '<unset>'),
    ageColumn,
    column('VolumeMode', (o) => text(spec(o)['volumeMode']), { wide: true }),
  ],
};

function validateClaimUpdate(object: KubeObject, previous: KubeObject): FieldError[] {
  const after = spec(object);
  const before = spec(previous);
  if (after === before || equalData(after, before)) return [];
  const errors = validateClaimSpec(after, 'spec');
  const bound = text(status(object)['phase']) === 'Bound';
  const fixed = (part: Fields): Fields => ({
    ...part,
    // Binding fills these once; a bound claim may grow.
    volumeName: text(before['volumeName']) === '' ? '' : part['volumeName'],
    storageClassName: isAbsent(before['storageClassName']) ? undefined : part['storageClassName'],
    resources: bound ? withoutRequest(part['resources']) : part['resources'],
    volumeAttributesClassName: undefined,
  });
  if (!equalData(fixed(after), fixed(before))) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbidden('spec', detail));
  }
  const capacity = record(status(object)['capacity'])['storage'];
  return [...errors, ...validateGrowth(after, before, capacity)];
}

const requestOf = (part: Fields): unknown => record(record(part['resources'])['requests'])['storage'];

function withoutRequest(resources: unknown): unknown {
  const { requests, ...rest } = record(resources);
  const { storage: _, ...others } = record(requests);
  return { ...rest, requests: others };
}

/** A claim may ask for less than before, but not for less than it has. */
function validateGrowth(after: Fields, before: Fields, capacity: unknown): FieldError[] {
  const [now, then] = [parseQuantity(requestOf(after)) ?? 0n, parseQuantity(requestOf(before)) ?? 0n];
  if (now >= then || now > (parseQuantity(capacity) ?? 0n)) return [];
  return [forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')];
}

export const volumeHooks: KindHooks = {
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    fillZero(part, 'persistentVolumeReclaimPolicy', 'Retain');
    fill(part, 'volumeMode', 'Filesystem');
    if (!isAbsent(part['hostPath'])) fill(child(part, 'hostPath'), 'type', '');
    fillZero(child(draft, 'status'), 'phase', 'Pending');
  },
  prepareForCreate(draft, context) {
    fill(child(draft, 'status'), 'lastPhaseTransitionTime', timeText(context.now));
    const finalizers = strings(draft.metadata['finalizers']);
    const protection = 'kubernetes.io/pv-protection';
    if (!finalizers.includes(protection)) draft.metadata['finalizers'] = [...finalizers, protection];
  },
  validate(object, previous) {
    const errors = validateVolumeSpec(spec(object));
    if (previous === undefined) return errors;
    // Upstream checks a changed volume twice, and its source may not change.
    return [...errors, ...errors, ...volumeChange(spec(object), spec(previous))];
  },
  prepareStatus(draft, previous, context) {
    const after = child(draft, 'status');
    const [now, then] = [after['lastPhaseTransitionTime'], status(previous)['lastPhaseTransitionTime']];
    if (after['phase'] !== status(previous)['phase'] && (isAbsent(now) || now === then))
      after['lastPhaseTransitionTime'] = timeText(context.now);
    else if (isAbsent(now) && !isAbsent(then)) after['lastPhaseTransitionTime'] = then;
  },
  warnings: volumeWarnings,
  columns: [
    nameColumn,
    column('Capacity', (o) => text(record(spec(o)['capacity'])['storage'])),
    column('Access Modes', (o) => accessModes(spec(o)['accessModes'])),
    column('Reclaim Policy', (o) => text(spec(o)['persistentVolumeReclaimPolicy'])),
    column('Status', (o) =>
      o.metadata.deletionTimestamp === undefined ? text(status(o)['phase']) : 'Terminating',
    ),
    column('Claim', (o) => {
      const claim = record(spec(o)['claimRef']);
      return text(claim['name']) === '' ? '' : `${text(claim['namespace'])}/${text(claim['name'])}`;
    }),
    column('StorageClass', (o) => text(spec(o)['storageClassName'])),
    column('VolumeAttributesClass', (o) => text(spec(o)['volumeAttributesClassName']) || '<unset>'),
    column('Reason', (o) => text(status(o)['reason'])),
    ageColumn,
    column('VolumeMode', (o) => text(spec(o)['volumeMode']), { wide: true }),
  ],
};

function sourceChange(after: Fields, before: Fields): FieldError[] {
  const sourceOf = (part: Fields): Fields =>
    Object.fromEntries(Object.entries(part).filter(([field]) => !NOT_SOURCES.has(field)));
  if (equalData(sourceOf(after), sourceOf(before))) return [];
  const detail = 'spec.persistentvolumesource is immutable after creation';
  return [forbidden('spec.persistentvolumesource', detail)];
}

function volumeChange(after: Fields, before: Fields): FieldError[] {
  const errors = sourceChange(after, before);
  if (after['volumeMode'] !== before['volumeMode'])
    errors.push(invalid('volumeMode', after['volumeMode'] ?? null, 'field is immutable'));
  const affinity = after['nodeAffinity'];
  if (isAbsent(before['nodeAffinity']) || equalData(affinity ?? null, before['nodeAffinity'])) return errors;
  const node = definitionFor('io.k8s.api.core.v1.VolumeNodeAffinity');
  const shown = isAbsent(affinity) ? null : goValue(node, affinity);
  const detail = 'field is immutable, except for updating from beta label to GA';
  return [...errors, invalid('nodeAffinity', shown, detail)];
}

/** The kinds of storage behind a volume, in the order in which upstream looks for them. */
const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
];

const NOT_SOURCES = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

function validateVolumeSpec(part: Fields): FieldError[] {
  const errors: FieldError[] = [];
  if (list(part['accessModes']).length === 0) errors.push(required('spec.accessModes'));
  const capacity = part['capacity'];
  if (Object.keys(record(capacity)).length === 0) errors.push(required('spec.capacity'));
  const known = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
  for (const mode of strings(part['accessModes']))
    if (!known.includes(mode)) errors.push(notSupported('spec.accessModes', mode, known));
  if (list(part['accessModes']).length > 1 && list(part['accessModes']).includes('ReadWriteOncePod'))
    errors.push(forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes'));
  const size = record(capacity)['storage'];
  if (isAbsent(size) || Object.keys(record(capacity)).length > 1)
    errors.push(notSupported('spec.capacity', shownField(part, 'capacity'), ['storage']));
  const amount = parseQuantity(size);
  if (amount !== undefined && amount < 0n)
    errors.push(invalid('spec.capacity[storage]', Number(size), 'must be a valid resource quantity'));
  if (amount !== undefined && amount <= 0n)
    errors.push(invalid('spec.capacity[storage]', size, 'must be greater than zero'));
  errors.push(
    ...oneOf('spec.persistentVolumeReclaimPolicy', part['persistentVolumeReclaimPolicy'], [
      'Delete',
      'Recycle',
      'Retain',
    ]),
  );
  const sources = SOURCES.filter((field) => !isAbsent(part[field]));
  const [first] = sources;
  if (first !== undefined) errors.push(...validateVolumeSource(first, record(part[first])));
  for (const kind of sources.slice(1))
    errors.push(forbidden(`spec.${kind}`, 'may not specify more than 1 volume type'));
  if (sources.length === 0) errors.push(required('spec', 'must specify a volume type'));
  if (!isAbsent(part['local']) && isAbsent(part['nodeAffinity']))
    errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  const terms = record(record(part['nodeAffinity'])['required'])['nodeSelectorTerms'];
  if (!isAbsent(part['nodeAffinity']) && isAbsent(record(part['nodeAffinity'])['required']))
    errors.push(required('spec.nodeAffinity.required', 'must specify required node constraints'));
  else if (!isAbsent(part['nodeAffinity']) && list(terms).length === 0)
    errors.push(
      required('spec.nodeAffinity.required.nodeSelectorTerms', 'must have at least one node selector term'),
    );
  if (part['persistentVolumeReclaimPolicy'] === 'Recycle' && record(part['hostPath'])['path'] === '/')
    errors.push(
      forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"),
    );
  const className = text(part['storageClassName']);
  if (className !== '')
    errors.push(...invalidEach('spec.storageClassName', className, dnsSubdomain(className, false)));
  errors.push(...optionalOneOf('spec.volumeMode', part['volumeMode'], ['Block', 'Filesystem']));
  return errors;
}

function validateVolumeSource(kind: string, source: Fields): FieldError[] {
  const at = `spec.${kind}`;
  const needed = (field: string): FieldError[] =>
    text(source[field]) === '' ? [required(`${at}.${field}`)] : [];
  if (kind === 'csi') return [...needed('driver'), ...needed('volumeHandle')];
  if (kind === 'nfs') {
    const path = text(source['path']);
    const relative = path.startsWith('/') ? [] : [invalid(`${at}.path`, path, 'must be an absolute path')];
    return [...needed('server'), ...needed('path'), ...relative];
  }
  if (kind !== 'hostPath' && kind !== 'local') return [];
  const path = text(source['path']);
  if (path === '') return [required(`${at}.path`)];
  return path.split('/').includes('..') ? [invalid(`${at}.path`, path, "must not contain '..'")] : [];
}

/** Upstream compares each term with as many empty ones as there are terms, and with those before it. */
function repeatedTopologies(terms: readonly Fields[]): FieldError[] {
  const seen: string[] = terms.map(() => '[]');
  return terms.flatMap((term, index) => {
    const shape = records(term['matchLabelExpressions']).map((one) => [
      text(one['key']),
      [...new Set(strings(one['values']))].toSorted(),
    ]);
    const key = JSON.stringify(shape.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
    const repeats = seen.filter((other) => other === key);
    seen.push(key);
    return repeats.map(() => duplicate(`allowedTopologies[${index}].matchLabelExpressions`, ''));
  });
}

const FIXED_OF_CLASS = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'];

export const storageClassHooks: KindHooks = {
  warnings: storageClassWarnings,
  default(draft) {
    fill(draft, 'reclaimPolicy', 'Delete');
    fill(draft, 'volumeBindingMode', 'Immediate');
  },
  validate(object, previous) {
    const errors: FieldError[] = [];
    const provisioner = text(object['provisioner']);
    if (provisioner === '') errors.push(required('provisioner'));
    else
      errors.push(
        ...invalidEach('provisioner', provisioner.toLowerCase(), qualifiedName(provisioner.toLowerCase())),
      );
    for (const key of Object.keys(record(object['parameters'])))
      if (key === '') errors.push(invalid('parameters', key, 'field can not be empty.'));
    for (const [index, term] of records(object['allowedTopologies']).entries()) {
      for (const [n, expression] of records(term['matchLabelExpressions']).entries()) {
        const at = `allowedTopologies[${index}].matchLabelExpressions[${n}]`;
        if (list(expression['values']).length === 0) errors.push(required(`${at}.values`));
        const key = text(expression['key']);
        errors.push(...invalidEach(`${at}.key`, key, qualifiedName(key)));
      }
    }
    errors.push(...repeatedTopologies(records(object['allowedTopologies'])));
    if (object['reclaimPolicy'] !== '')
      errors.push(...optionalOneOf('reclaimPolicy', object['reclaimPolicy'], ['Delete', 'Retain']));
    errors.push(
      ...optionalOneOf('volumeBindingMode', object['volumeBindingMode'], [
        'Immediate',
        'WaitForFirstConsumer',
      ]),
    );
    for (const field of previous === undefined ? [] : FIXED_OF_CLASS)
      if (!equalData(object[field] ?? null, previous?.[field] ?? null))
        errors.push(invalid(field, object[field] ?? null, 'field is immutable'));
    return errors;
  },
  columns: [
    {
      ...nameColumn,
      cell: (o) =>
        o.metadata.annotations?.[DEFAULT_CLASS] === 'true' ? `${o.metadata.name} (default)` : o.metadata.name,
    },
    column('Provisioner', (o) => text(o['provisioner'])),
    column('ReclaimPolicy', (o) => text(o['reclaimPolicy'])),
    column('VolumeBindingMode', (o) => text(o['volumeBindingMode'])),
    column('AllowVolumeExpansion', (o) => o['allowVolumeExpansion'] === true),
    ageColumn,
  ],
};
