import type { KubeObject, ObjectMeta } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import { invalidValue, labelErrors, nameProblems, nameRuleOf, qualifiedNameProblems } from './names.ts';
import type { FieldError, Resource } from './types.ts';

/** Upstream's limit for all annotations of an object together. */
const annotationBytesMax = 256 * 1024;
/** Upstream holds an update against the rules of metadata several times, and its answer shows each of them. */
const checkedOnce = new Set(['EndpointSlice', 'LimitRange', 'PersistentVolume']);
const checkedOften = new Set(['ConfigMap', 'Job', 'ResourceClaim']);

function timesChecked(kind: string): number {
  return checkedOnce.has(kind) ? 2 : checkedOften.has(kind) ? 4 : 3;
}

const standardFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** Checks what every object has, as upstream's ValidateObjectMeta. */
export function validateMetadata(
  object: KubeObject,
  { group, namespaced, custom }: Pick<Resource, 'group' | 'namespaced' | 'custom'>,
  previous?: KubeObject,
): readonly FieldError[] {
  const meta = object.metadata;
  const errors: FieldError[] = [];
  const before = previous?.metadata;
  // An update finds the object by its name and leaves its place; parts that it shares were checked when they came.
  if (before === undefined) errors.push(...placeErrors(object, group, namespaced));
  const found: FieldError[] = [];
  if (meta.labels !== before?.labels) found.push(...labelErrors(meta.labels, 'metadata.labels'));
  if (meta.annotations !== before?.annotations) found.push(...annotationErrors(meta.annotations));
  const times = before === undefined || custom ? 1 : timesChecked(object.kind);
  for (let n = 0; n < times; n++) errors.push(...found);
  if (meta.ownerReferences !== before?.ownerReferences) errors.push(...ownerErrors(meta));
  if (meta.finalizers !== before?.finalizers) errors.push(...finalizerErrors(meta.finalizers, custom));
  return errors;
}

function placeErrors(object: KubeObject, group: string, namespaced: boolean): readonly FieldError[] {
  const meta = object.metadata;
  const errors: FieldError[] = [];
  const rule = nameRuleOf(group, object.kind);
  if (meta.generateName !== undefined && meta.generateName !== '') {
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
    if (!/^([^/]+\/)?[^/]+$/.test(owner.apiVersion)) {
      errors.push(invalidValue(`${path}.apiVersion`, owner.apiVersion, 'version must not be empty'));
    }
    if (owner.kind === '') errors.push(invalidValue(`${path}.kind`, owner.kind, 'must not be empty'));
    if (owner.name === '') errors.push(invalidValue(`${path}.name`, owner.name, 'must not be empty'));
    if (owner.uid === '' || owner.uid === undefined)
      errors.push(invalidValue(`${path}.uid`, owner.uid ?? '', 'must not be empty'));
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

/** Only built-in kinds ask for a domain in front; custom resources take any qualified name. */
function finalizerErrors(finalizers: readonly string[] | undefined, custom: boolean): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, finalizer] of (finalizers ?? []).entries()) {
    const path = `metadata.finalizers[${index}]`;
    for (const why of qualifiedNameProblems(finalizer))
      errors.push(invalidValue('metadata.finalizers', finalizer, why));
    if (
      !custom &&
      !finalizer.includes('/') &&
      !standardFinalizers.has(finalizer) &&
      qualifiedNameProblems(finalizer).length === 0
    ) {
      errors.push(
        invalidValue(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'),
      );
    }
  }
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

/** What may not change between two states of an object. */
export function validateMetadataUpdate(object: KubeObject, previous: KubeObject): readonly FieldError[] {
  const [now, then] = [object.metadata, previous.metadata];
  if (then.deletionTimestamp === undefined) return [];
  const added = (now.finalizers ?? [])
    .filter((finalizer) => then.finalizers?.includes(finalizer) !== true)
    .toSorted();
  if (added.length === 0) return [];
  const error: FieldError = {
    reason: 'FieldValueForbidden',
    field: 'metadata.finalizers',
    message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((text) => JSON.stringify(text)).join(', ')}}`,
  };
  return checkedOnce.has(object.kind) ? [error] : twice(error);
}

/** Whether anything but metadata (and status, where that is apart) differs: then the generation counts on. */
export function specChanged(object: KubeObject, previous: KubeObject, statusApart: boolean): boolean {
  for (const field of new Set([...Object.keys(object), ...Object.keys(previous)])) {
    if (field === 'metadata' || field === 'apiVersion' || field === 'kind') continue;
    if (field === 'status' && statusApart) continue;
    if (!equalData(object[field], previous[field])) return true;
  }
  return false;
}

function twice(error: FieldError): readonly FieldError[] {
  return [error, error];
}

/** A patch may not give the object another identity. */
export function validateIdentity(given: unknown, live: KubeObject): readonly FieldError[] {
  if (given === undefined || given === live.metadata.uid) return [];
  return twice(invalidValue('metadata.uid', given, 'field is immutable'));
}
