import type { KubeObject } from '@plumbline/api';
import { definitionFor } from '@plumbline/api/schema';
import { equalData } from '@plumbline/base';
import { timeText } from '../registry/time.ts';
import type { FieldError, KindHooks, WriteContext } from '../registry/types.ts';
import { shownField, VOLUME_FIELDS } from '../schema/index.ts';
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
  optionalOneOf,
  record,
  records,
  required,
  strings,
  text,
} from './fields.ts';
import { goValue } from './go-value.ts';
import { limitClaim } from './limits.ts';
import { qualifiedName } from './names.ts';
import { parseQuantity } from './quantity.ts';
import { admissionRefusal } from './pod-admission.ts';
import { defaultRareVolumes } from './pod-defaults.ts';
import { claimWarnings, storageClassWarnings, volumeWarnings } from './storage-warnings.ts';
import { validateClaimSpec } from './claim-validation.ts';
import { validateVolumeSpec } from './volume-spec-validation.ts';

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

/** Only these can be said by the older of the two names. */
function isClaimOrSnapshot(reference: unknown): boolean {
  const { kind, apiGroup: group } = record(reference);
  if (kind === 'VolumeSnapshot') return group === 'snapshot.storage.k8s.io';
  return kind === 'PersistentVolumeClaim' && text(group) === '';
}

/** The older and the newer name of the source are kept equal where only one is given. */
function alignSources(part: Fields, before: Fields | undefined): void {
  // Sources in other namespaces are behind a switch that is off.
  const elsewhere = text(record(part['dataSourceRef'])['namespace']) !== '';
  if (elsewhere && isAbsent(before?.['dataSourceRef'])) delete part['dataSourceRef'];
  const [older, newer] = [part['dataSource'], part['dataSourceRef']];
  const had = !isAbsent(before?.['dataSource']) || !isAbsent(before?.['dataSourceRef']);
  if (!had && isAbsent(newer) && !isAbsent(older) && !isClaimOrSnapshot(older)) delete part['dataSource'];
  const copy = (given: unknown): Fields => {
    const { apiGroup, kind, name } = record(given);
    return { ...(!isAbsent(apiGroup) && { apiGroup }), kind: text(kind), name: text(name) };
  };
  if (isAbsent(newer) && !isAbsent(part['dataSource'])) part['dataSourceRef'] = copy(part['dataSource']);
  else if (!isAbsent(newer) && isAbsent(older) && text(record(newer)['namespace']) === '')
    part['dataSource'] = copy(newer);
}

export const claimHooks: KindHooks = {
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    fill(part, 'volumeMode', 'Filesystem');
    fillZero(child(draft, 'status'), 'phase', 'Pending');
  },
  prepareForCreate(draft, context) {
    const part = child(draft, 'spec');
    alignSources(part, undefined);
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
    if (!Object.isFrozen(part)) alignSources(part, spec(previous));
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

const OLD_CLASS = 'volume.beta.kubernetes.io/storage-class';

function validateClaimUpdate(object: KubeObject, previous: KubeObject): FieldError[] {
  const after = spec(object);
  const before = spec(previous);
  const [now, then] = [object, previous].map((one) => one.metadata.annotations?.[OLD_CLASS]);
  if ((after === before || equalData(after, before)) && now === then) return [];
  const errors = validateClaimSpec(after, 'spec', before);
  // The class said by an annotation may move into the field, once.
  const moved =
    then !== undefined &&
    isAbsent(before['storageClassName']) &&
    after['storageClassName'] === then &&
    (now === undefined || now === then);
  if (!moved && (now ?? '') !== (then ?? ''))
    errors.push(invalid(`metadata.annotations[${OLD_CLASS}]`, now ?? '', 'field is immutable'));
  const first =
    isAbsent(before['storageClassName']) && (then === undefined || after['storageClassName'] === then);
  const bound = text(status(object)['phase']) === 'Bound';
  const fixed = (part: Fields): Fields => ({
    ...part,
    // Binding fills these once; a bound claim may grow.
    volumeName: text(before['volumeName']) === '' ? '' : part['volumeName'],
    storageClassName: moved || first ? undefined : part['storageClassName'],
    resources: bound ? withoutRequest(part['resources']) : part['resources'],
    volumeAttributesClassName: bound ? undefined : part['volumeAttributesClassName'],
  });
  if (!equalData(fixed(after), fixed(before))) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbidden('spec', detail));
  }
  const capacity = record(status(object)['capacity'])['storage'];
  errors.push(...validateGrowth(after, before, capacity));
  if (after['volumeMode'] !== before['volumeMode'])
    errors.push(invalid('volumeMode', after['volumeMode'] ?? null, 'field is immutable'));
  return [...errors, ...validateAttributes(after, before, status(previous))];
}

/** What was applied to a volume cannot be taken back to nothing. */
function validateAttributes(after: Fields, before: Fields, had: Fields): FieldError[] {
  const field = 'volumeAttributesClassName';
  const [now, then] = [after[field], before[field]];
  if (equalData(now ?? null, then ?? null) || isAbsent(had['currentVolumeAttributesClassName'])) return [];
  const when = 'is forbidden when status.currentVolumeAttributesClassName is not nil';
  if (isAbsent(now)) return [forbidden(`spec.${field}`, `update to nil ${when}`)];
  return now === '' ? [forbidden(`spec.${field}`, `update to empty string ${when}`)] : [];
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
    if (!Object.isFrozen(part)) defaultRareVolumes(part);
    fillZero(child(draft, 'status'), 'phase', 'Pending');
  },
  prepareForCreate(draft, context) {
    fill(child(draft, 'status'), 'lastPhaseTransitionTime', timeText(context.now));
    const finalizers = strings(draft.metadata['finalizers']);
    const protection = 'kubernetes.io/pv-protection';
    if (!finalizers.includes(protection)) draft.metadata['finalizers'] = [...finalizers, protection];
  },
  validate(object, previous) {
    const errors = validateVolumeSpec(spec(object), object.metadata.name);
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
    Object.fromEntries(Object.entries(part).filter(([field]) => !VOLUME_FIELDS.has(field)));
  const [now, then] = [sourceOf(after), sourceOf(before)];
  const driver = record(now['csi']);
  // The secret for growing may come later.
  if (!isAbsent(then['csi']) && isAbsent(record(then['csi'])['controllerExpandSecretRef'])) {
    const { controllerExpandSecretRef: _, ...rest } = driver;
    if (!isAbsent(now['csi'])) now['csi'] = rest;
  }
  if (equalData(now, then)) return [];
  const detail = 'spec.persistentvolumesource is immutable after creation';
  return [forbidden('spec.persistentvolumesource', detail)];
}

function volumeChange(after: Fields, before: Fields): FieldError[] {
  const errors = sourceChange(after, before);
  if (after['volumeMode'] !== before['volumeMode'])
    errors.push(invalid('volumeMode', after['volumeMode'] ?? null, 'field is immutable'));
  const affinity = after['nodeAffinity'];
  if (!isAbsent(before['nodeAffinity']) && !equalData(affinity ?? null, before['nodeAffinity'])) {
    const node = definitionFor('io.k8s.api.core.v1.VolumeNodeAffinity');
    const shown = isAbsent(affinity) ? null : goValue(node, affinity);
    const detail = 'field is immutable, except for updating from beta label to GA';
    errors.push(invalid('nodeAffinity', shown, detail));
  }
  if (!isAbsent(before['volumeAttributesClassName']) && isAbsent(after['volumeAttributesClassName']))
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  return errors;
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
    if (object['reclaimPolicy'] !== '')
      errors.push(...optionalOneOf('reclaimPolicy', object['reclaimPolicy'], ['Delete', 'Retain']));
    errors.push(
      ...optionalOneOf('volumeBindingMode', object['volumeBindingMode'], [
        'Immediate',
        'WaitForFirstConsumer',
      ]),
    );
    for (const [index, term] of records(object['allowedTopologies']).entries()) {
      const keys = new Set<string>();
      for (const [n, expression] of records(term['matchLabelExpressions']).entries()) {
        const at = `allowedTopologies[${index}].matchLabelExpressions[${n}]`;
        const values = strings(expression['values']);
        if (values.length === 0) errors.push(required(`${at}.values`));
        for (const [v, value] of values.entries())
          if (values.indexOf(value) < v) errors.push(duplicate(`${at}.values[${v}]`, value));
        const key = text(expression['key']);
        errors.push(...invalidEach(`${at}.key`, key, qualifiedName(key)));
        if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
        keys.add(key);
      }
    }
    errors.push(...repeatedTopologies(records(object['allowedTopologies'])));
    for (const field of previous === undefined ? [] : FIXED_OF_CLASS)
      if (!equalData(object[field] ?? null, previous?.[field] ?? null))
        errors.push(invalid(field, shownField(object, field), 'field is immutable'));
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
