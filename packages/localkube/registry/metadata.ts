import type { KubeObject, ObjectMeta } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { NameRule } from './names.ts';
import { invalidValue, labelErrors, nameProblems, nameRuleOf, qualifiedNameProblems } from './names.ts';
import type { FieldError, Resource } from './types.ts';

/** Upstream's limit for all annotations of an object together. */
const annotationBytesMax = 256 * 1024;

/**
 * How often an update's metadata is held against the rules of all objects, and against those of updates, besides the
 * once that every kind has: upstream's kinds call both as they please, and the answer shows each mistake as often.
 */
interface Rounds {
  readonly whole: number;
  readonly change: number;
}

const usual: Rounds = { whole: 0, change: 1 };
const both: Rounds = { whole: 1, change: 1 };
const neither: Rounds = { whole: 0, change: 0 };
const wholeOnly: Rounds = { whole: 1, change: 0 };

const rounds: Readonly<Record<string, Rounds>> = {
  PersistentVolume: { whole: 2, change: 0 },
  PodDisruptionBudget: neither,
  ...each(wholeOnly, [
    'CSINode',
    'EndpointSlice',
    'FlowSchema',
    'LimitRange',
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
    'MutatingWebhookConfiguration',
    'PriorityLevelConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
    'VolumeAttachment',
  ]),
  ...each(both, [
    'APIService',
    'CSIStorageCapacity',
    'CertificateSigningRequest',
    'ClusterRole',
    'ClusterRoleBinding',
    'ConfigMap',
    'ControllerRevision',
    'Endpoints',
    'IPAddress',
    'Ingress',
    'IngressClass',
    'Job',
    'Namespace',
    'Node',
    'PersistentVolumeClaim',
    'Pod',
    'ResourceClaim',
    'ResourceClaimTemplate',
    'Role',
    'RoleBinding',
    'RuntimeClass',
    'Secret',
    'ServiceAccount',
    'StorageClass',
    'VolumeAttributesClass',
  ]),
};

/** Kinds that ask what may change before they look at the whole. */
const changeFirst = new Set([
  'ConfigMap',
  'ControllerRevision',
  'IngressClass',
  'Pod',
  'Secret',
  'ServiceAccount',
  'VolumeAttributesClass',
]);

/** Status has checks of its own. */
const statusRounds: Readonly<Record<string, Rounds>> = {
  CertificateSigningRequest: both,
  ...each(neither, [
    'CronJob',
    'FlowSchema',
    'PodDisruptionBudget',
    'PriorityLevelConfiguration',
    'ValidatingAdmissionPolicy',
  ]),
};

function each(value: Rounds, kinds: readonly string[]): Readonly<Record<string, Rounds>> {
  return Object.fromEntries(kinds.map((kind) => [kind, value]));
}

function roundsOf(kind: string, subresource: string): Rounds {
  return (subresource === '' ? rounds : statusRounds)[kind] ?? usual;
}

const standardFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** Kinds that take any qualified name for a finalizer, as custom resources do. */
const anyFinalizer = new Set([
  'APIService',
  'Event',
  'Lease',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'PodDisruptionBudget',
  'RuntimeClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
]);

/**
 * What is asked of every object once its kind has found no mistake: a name that can stand in a path. Budgets and events
 * leave all of their metadata to this.
 */
export function validateMetadataLate(
  object: KubeObject,
  { group, namespaced, custom }: Pick<Resource, 'group' | 'namespaced' | 'custom'>,
): readonly FieldError[] {
  const { name, generateName = '' } = object.metadata;
  const errors: FieldError[] = [];
  for (const [field, value] of [
    ['generateName', generateName],
    ['name', name],
  ] as const)
    for (const why of nameProblems('path', value, field === 'generateName'))
      errors.push(invalidValue(`metadata.${field}`, value, why));
  if (!leavesMetadata(group, object.kind)) return errors;
  return [...errors, ...commonErrors(object, { group, namespaced, custom })];
}

function leavesMetadata(group: string, kind: string): boolean {
  return (group === 'policy' && kind === 'PodDisruptionBudget') || (group === '' && kind === 'Event');
}

/** Checks what every object has, as upstream's ValidateObjectMeta. */
export function validateMetadata(
  object: KubeObject,
  resource: Pick<Resource, 'group' | 'namespaced' | 'custom'>,
): readonly FieldError[] {
  return leavesMetadata(resource.group, object.kind) ? [] : commonErrors(object, resource);
}

function commonErrors(
  object: KubeObject,
  { group, namespaced, custom }: Pick<Resource, 'group' | 'namespaced' | 'custom'>,
): readonly FieldError[] {
  const meta = object.metadata;
  return [
    ...placeErrors(object, group, namespaced),
    ...labelErrors(meta.labels, 'metadata.labels'),
    ...annotationErrors(meta.annotations),
    ...ownerErrors(meta),
    ...finalizerErrors(meta.finalizers),
    ...(custom ? [] : standardErrors(object.kind, meta.finalizers)),
  ];
}

/**
 * Checks what an update changes. An update finds the object by its name and leaves its place; parts that it shares were
 * checked when they came. `moved`: what else it may not change.
 */
export function validateMetadataUpdate(
  object: KubeObject,
  previous: KubeObject,
  { group, custom }: Pick<Resource, 'group' | 'custom'>,
  subresource: string,
  moved: readonly FieldError[],
): readonly FieldError[] {
  const [meta, before] = [object.metadata, previous.metadata];
  const shared: FieldError[] = [];
  const prefix = meta.generateName ?? '';
  const renamed = prefix !== '' && prefix !== before.generateName;
  const first = renamed ? prefixErrors('path', prefix) : [];
  if (meta.labels !== before.labels) shared.push(...labelErrors(meta.labels, 'metadata.labels'));
  if (meta.annotations !== before.annotations) shared.push(...annotationErrors(meta.annotations));
  if (meta.ownerReferences !== before.ownerReferences) shared.push(...ownerErrors(meta));
  const other = meta.finalizers !== before.finalizers;
  const named = other ? finalizerErrors(meta.finalizers) : [];
  const added = other ? addedFinalizers(meta, before) : [];
  if (custom) return [...first, ...shared, ...named, ...added, ...added, ...moved];
  const standard = other ? standardErrors(object.kind, meta.finalizers) : [];
  const own =
    renamed && object.kind !== 'DeviceClass' ? prefixErrors(nameRuleOf(group, object.kind), prefix) : [];
  const found = [first, own, shared, named, added, standard, moved];
  if (found.every((errors) => errors.length === 0)) return [];
  const { whole, change } = roundsOf(object.kind, subresource);
  const errors = [...first, ...shared, ...named, ...added, ...moved, ...shared];
  const all = Array.from({ length: whole }, () => [...own, ...shared, ...named, ...standard]);
  const changed = Array.from({ length: change }, () => [...added, ...moved, ...shared, ...standard]);
  errors.push(...(changeFirst.has(object.kind) ? [...changed, ...all] : [...all, ...changed]).flat());
  return errors;
}

function prefixErrors(rule: NameRule, prefix: string): readonly FieldError[] {
  return nameProblems(rule, prefix, true).map((why) => invalidValue('metadata.generateName', prefix, why));
}

function placeErrors(object: KubeObject, group: string, namespaced: boolean): readonly FieldError[] {
  const meta = object.metadata;
  const errors: FieldError[] = [];
  const rule = nameRuleOf(group, object.kind);
  // The names of these are checked by another way, which leaves out what they begin with.
  if (meta.generateName !== undefined && meta.generateName !== '' && object.kind !== 'DeviceClass') {
    for (const why of nameProblems(rule, meta.generateName, true))
      errors.push(invalidValue('metadata.generateName', meta.generateName, why));
  }
  if (meta.name === '') {
    errors.push({
      reason: 'FieldValueRequired',
      field: 'metadata.name',
      message: 'Required value: name or generateName is required',
    });
  } else {
    for (const why of nameProblems(rule, meta.name, false))
      errors.push(invalidValue('metadata.name', meta.name, why));
  }
  if (namespaced && meta.namespace !== undefined) {
    for (const why of nameProblems('label', meta.namespace, false))
      errors.push(invalidValue('metadata.namespace', meta.namespace, why));
  }
  if (!namespaced && meta.namespace !== undefined && meta.namespace !== '') {
    errors.push({
      reason: 'FieldValueForbidden',
      field: 'metadata.namespace',
      message: 'Forbidden: not allowed on this type',
    });
  }
  if ((meta.generation ?? 0) < 0)
    errors.push(invalidValue('metadata.generation', meta.generation, 'must be greater than or equal to 0'));
  return errors;
}

function annotationErrors(annotations: Readonly<Record<string, string>> | undefined): readonly FieldError[] {
  if (annotations === undefined) return [];
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const why of qualifiedNameProblems(key.toLowerCase()))
      errors.push(invalidValue('metadata.annotations', key, why));
    bytes += key.length + value.length;
  }
  if (bytes > annotationBytesMax) {
    errors.push({
      reason: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: `Too long: may not be more than ${annotationBytesMax} bytes`,
    });
  }
  return errors;
}

function ownerErrors(meta: ObjectMeta): readonly FieldError[] {
  const errors: FieldError[] = [];
  const controllers: string[] = [];
  for (const owner of meta.ownerReferences ?? []) {
    const path = 'metadata.ownerReferences';
    // A client may leave out what the type says is there.
    const { apiVersion: version = '', kind = '', name = '' } = owner as Partial<typeof owner>;
    if (!/^([^/]*\/)?[^/]+$/.test(version)) {
      errors.push(invalidValue(`${path}.apiVersion`, version, 'version must not be empty'));
    }
    if (kind === '') errors.push(invalidValue(`${path}.kind`, kind, 'must not be empty'));
    if (name === '') errors.push(invalidValue(`${path}.name`, name, 'must not be empty'));
    if (owner.uid === '' || owner.uid === undefined)
      errors.push(invalidValue(`${path}.uid`, owner.uid ?? '', 'must not be empty'));
    if (owner.apiVersion === 'v1' && owner.kind === 'Event')
      errors.push(invalidValue(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
    if (owner.controller === true) controllers.push(`${owner.kind}/${owner.name}`);
  }
  if (controllers.length > 1) {
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'metadata.ownerReferences',
      message: `Invalid value: ${JSON.stringify(meta.ownerReferences)}: Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]} and ${controllers[1]}`,
    });
  }
  return errors;
}

function finalizerErrors(finalizers: readonly string[] | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of finalizers ?? [])
    for (const why of qualifiedNameProblems(finalizer))
      errors.push(invalidValue('metadata.finalizers', finalizer, why));
  if (finalizers?.includes('orphan') === true && finalizers.includes('foregroundDeletion')) {
    errors.push(
      invalidValue(
        'metadata.finalizers',
        finalizers,
        'finalizer orphan and foregroundDeletion cannot be both set',
      ),
    );
  }
  return errors;
}

/** Only built-in kinds ask for a domain in front; custom resources take any qualified name. */
function standardErrors(kind: string, finalizers: readonly string[] | undefined): readonly FieldError[] {
  if (anyFinalizer.has(kind)) return [];
  return (finalizers ?? []).flatMap((finalizer, index) =>
    finalizer.includes('/') || standardFinalizers.has(finalizer)
      ? []
      : [
          invalidValue(
            `metadata.finalizers[${index}]`,
            finalizer,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  );
}

/** What is on its way out gets no new finalizers. */
function addedFinalizers(now: ObjectMeta, then: ObjectMeta): readonly FieldError[] {
  if (then.deletionTimestamp === undefined) return [];
  const added = (now.finalizers ?? [])
    .filter((finalizer) => then.finalizers?.includes(finalizer) !== true)
    .toSorted();
  if (added.length === 0) return [];
  return [
    {
      reason: 'FieldValueForbidden',
      field: 'metadata.finalizers',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((text) => JSON.stringify(text)).join(', ')}}`,
    },
  ];
}

/** When an object is to go is said by deleting it. `given` is what a client writes instead. */
export function deletionMoved(
  given: Readonly<Record<string, unknown>>,
  before: ObjectMeta,
): readonly FieldError[] {
  const { deletionTimestamp, deletionGracePeriodSeconds } = given;
  if (deletionTimestamp === undefined && deletionGracePeriodSeconds === undefined) return [];
  const errors: FieldError[] = [];
  if (before.deletionTimestamp === undefined && deletionTimestamp !== undefined)
    errors.push(invalidValue('metadata.deletionTimestamp', deletionTimestamp, 'field is immutable'));
  if (
    deletionGracePeriodSeconds !== undefined &&
    deletionGracePeriodSeconds !== before.deletionGracePeriodSeconds
  )
    errors.push(
      invalidValue('metadata.deletionGracePeriodSeconds', deletionGracePeriodSeconds, 'field is immutable'),
    );
  return errors;
}

/** Whether anything but metadata (and status, where that is apart) differs: then the generation counts on. */
export function specChanged(
  object: KubeObject,
  previous: KubeObject,
  statusApart: boolean,
  custom: boolean,
): boolean {
  for (const field of new Set([...Object.keys(object), ...Object.keys(previous)])) {
    if (field === 'metadata' || field === 'apiVersion' || field === 'kind') continue;
    if (field === 'status' && statusApart) continue;
    if (
      !equalData(object[field], previous[field]) &&
      (custom || !isNothing(object[field]) || !isNothing(previous[field]))
    )
      return true;
  }
  return false;
}

/** Go takes what is empty and what is absent for the same, except in the maps that custom resources are. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A patch may not give the object another identity. */
export function validateIdentity(given: unknown, live: KubeObject, custom: boolean): readonly FieldError[] {
  if (given === undefined || given === live.metadata.uid) return [];
  const moved = invalidValue('metadata.uid', given, 'field is immutable');
  return Array.from({ length: custom ? 2 : 1 + roundsOf(live.kind, '').change }, () => moved);
}

const sameOwnerWarning =
  '.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such ' +
  'requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ';

/** An owner who is named twice counts once, with a warning. */
export function withoutSameOwners(
  metadata: Record<string, unknown>,
  warn: (text: string) => void,
  merged: boolean,
): void {
  const owners = metadata['ownerReferences'] as readonly { readonly uid?: string }[] | undefined;
  if (owners === undefined || owners.length < 2) return;
  const kept: { readonly uid?: string }[] = [];
  const again: string[] = [];
  for (const owner of owners) {
    if (!kept.some((one) => equalData(one, owner))) kept.push(owner);
    else if (!again.includes(owner.uid ?? '')) again.push(owner.uid ?? '');
  }
  if (again.length === 0) return;
  metadata['ownerReferences'] = kept;
  const text = merged
    ? sameOwnerWarning.replace('entries;', 'entries after mutating admission happens;')
    : sameOwnerWarning;
  warn(text + again.join(', '));
}
