import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import {
  forbidden,
  invalid,
  invalidEach,
  list,
  records,
  required,
  stringMap,
  strings,
  text,
  tooLong,
} from './fields.ts';
import type { NameCheck } from './names.ts';
import { dnsLabel, qualifiedName } from './names.ts';
import { validateLabels } from './selectors.ts';

const ANNOTATION_BYTES = 256 * 1024;

/**
 * The checks of metadata that every kind has, custom ones included: names by the kind's rule, labels, annotations,
 * owners, finalizers and what an update may not change.
 */
export function validateMetadata(
  object: KubeObject,
  previous: KubeObject | undefined,
  nameCheck: NameCheck,
): FieldError[] {
  const errors = validateNames(object, nameCheck);
  errors.push(...validateLabels(object.metadata.labels, 'metadata.labels'));
  errors.push(...validateAnnotations(object.metadata.annotations));
  errors.push(...validateOwners(object));
  errors.push(...validateFinalizers(object));
  if (previous !== undefined) errors.push(...validateMetadataUpdate(object, previous));
  return errors;
}

function validateNames(object: KubeObject, nameCheck: NameCheck): FieldError[] {
  const { name, generateName, namespace } = object.metadata;
  const errors: FieldError[] = [];
  if (generateName !== undefined && generateName !== '') {
    errors.push(...invalidEach('metadata.generateName', generateName, nameCheck(generateName, true)));
  }
  if (!name) errors.push(required('metadata.name', 'name or generateName is required'));
  else errors.push(...invalidEach('metadata.name', name, nameCheck(name, false)));
  if (namespace) errors.push(...invalidEach('metadata.namespace', namespace, dnsLabel(namespace, false)));
  return errors;
}

function validateAnnotations(annotations: unknown): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(stringMap(annotations))) {
    errors.push(...invalidEach('metadata.annotations', key, qualifiedName(key.toLowerCase())));
    bytes += key.length + Buffer.byteLength(text(value));
  }
  if (bytes > ANNOTATION_BYTES) errors.push(tooLong('metadata.annotations', ANNOTATION_BYTES));
  return errors;
}

function validateOwners(object: KubeObject): FieldError[] {
  const field = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const owner of records(object.metadata.ownerReferences)) {
    const version = text(owner['apiVersion']);
    if (version === '' || version.split('/').length > 2 || version.endsWith('/')) {
      errors.push(invalid(`${field}.apiVersion`, version, 'version must not be empty'));
    }
    for (const part of ['kind', 'name', 'uid']) {
      if (text(owner[part]) === '') errors.push(invalid(`${field}.${part}`, '', 'must not be empty'));
    }
    if (owner['controller'] !== true) continue;
    const here = `${text(owner['kind'])}/${text(owner['name'])}`;
    if (controller !== undefined) {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${here}`;
      errors.push(invalid(field, object.metadata.ownerReferences, detail));
    }
    controller = here;
  }
  return errors;
}

function validateFinalizers(object: KubeObject): FieldError[] {
  const names = strings(object.metadata.finalizers);
  const errors = names.flatMap((name) => invalidEach('metadata.finalizers', name, qualifiedName(name)));
  if (names.includes('orphan') && names.includes('foregroundDeletion')) {
    const detail = 'finalizer orphan and foregroundDeletion cannot be both set';
    errors.push(invalid('metadata.finalizers', names, detail));
  }
  return errors;
}

function validateMetadataUpdate(object: KubeObject, previous: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp'] as const) {
    if (!equalData(object.metadata[field], previous.metadata[field])) {
      errors.push(invalid(`metadata.${field}`, object.metadata[field], 'field is immutable'));
    }
  }
  if (previous.metadata.deletionTimestamp === undefined) return errors;
  const before = new Set(strings(previous.metadata.finalizers));
  const added = list(object.metadata.finalizers).filter((name) => !before.has(text(name)));
  if (added.length > 0) {
    const shown = added.map((name) => JSON.stringify(name)).join(', ');
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`;
    errors.push(forbidden('metadata.finalizers', detail));
  }
  return errors;
}
