import { equalData } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  required,
  strings,
  text,
} from './fields.ts';
import { dnsLabelStrict, dnsSubdomain } from './names.ts';
import { parseQuantity } from './quantity.ts';
import { validateSelector } from './selectors.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Modes that are known, and the one for a single pod alone. */
export function validateAccessModes(modes: readonly string[], at: string): FieldError[] {
  const errors = modes
    .filter((mode) => !ACCESS_MODES.includes(mode))
    .map((mode) => notSupported(at, mode, ACCESS_MODES));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode));
  if (others && modes.includes('ReadWriteOncePod'))
    errors.push(forbidden(at, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}

/** What a claim is filled from: without a group it can be a claim only. `before`: of a claim that has one already. */
function validateSources(spec: Fields, at: string, before: Fields): FieldError[] {
  const errors: FieldError[] = [];
  const [source, reference] = [spec['dataSource'], spec['dataSourceRef']];
  const kept = ['dataSource', 'dataSourceRef'].some((field) => !isAbsent(record(before[field])['apiGroup']));
  for (const field of ['dataSource', 'dataSourceRef']) {
    if (isAbsent(spec[field])) continue;
    const given = record(spec[field]);
    const here = `${at}.${field}`;
    for (const part of ['name', 'kind'])
      if (text(given[part]) === '') errors.push(required(`${here}.${part}`));
    const group = text(given['apiGroup']);
    const kind = text(given['kind']);
    if (group === '' && kind !== 'PersistentVolumeClaim') {
      const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
      errors.push(invalid(here, kind, detail));
    }
    if (group !== '' && !kept)
      errors.push(...invalidEach(`${here}.apiGroup`, group, dnsSubdomain(group, false)));
    const namespace = field === 'dataSourceRef' ? text(given['namespace']) : '';
    if (namespace !== '')
      errors.push(...invalidEach(`${here}.namespace`, namespace, dnsLabelStrict(namespace)));
  }
  if (isAbsent(source) || isAbsent(reference)) return errors;
  // Upstream prints the path itself as the value, which has no text of its own in JSON.
  if (text(record(reference)['namespace']) !== '')
    errors.push(invalid(at, {}, 'may not be specified when dataSourceRef.namespace is specified'));
  else if (!sameSource(record(source), record(reference)))
    errors.push(invalid(at, {}, 'must match dataSourceRef'));
  return errors;
}

function sameSource(source: Fields, reference: Fields): boolean {
  return (
    equalData(source['apiGroup'] ?? null, reference['apiGroup'] ?? null) &&
    text(source['kind']) === text(reference['kind']) &&
    text(source['name']) === text(reference['name'])
  );
}

/** A PersistentVolumeClaim's spec, below `at`; `before`: what it was, if it was. */
export function validateClaimSpec(spec: Fields, at: string, before: Fields = {}): FieldError[] {
  const errors: FieldError[] = [];
  if (list(spec['accessModes']).length === 0)
    errors.push(required(`${at}.accessModes`, 'at least 1 access mode is required'));
  errors.push(
    ...validateSelector(spec['selector'], `${at}.selector`),
    ...validateAccessModes(strings(spec['accessModes']), `${at}.accessModes`),
  );
  const storage = record(record(spec['resources'])['requests'])['storage'];
  const amount = parseQuantity(storage);
  if (isAbsent(storage)) errors.push(required(`${at}.resources[storage]`));
  else if (amount !== undefined && amount <= 0n)
    errors.push(invalid(`${at}.resources[storage]`, storage, 'must be greater than zero'));
  errors.push(...className(spec['storageClassName'], `${at}.storageClassName`));
  if (!isAbsent(spec['volumeMode']) && !['Block', 'Filesystem'].includes(text(spec['volumeMode'])))
    errors.push(notSupported(`${at}.volumeMode`, spec['volumeMode'], ['Block', 'Filesystem']));
  errors.push(
    ...validateSources(spec, at, before),
    ...className(spec['volumeAttributesClassName'], `${at}.volumeAttributesClassName`),
  );
  return errors;
}

function className(name: unknown, at: string): FieldError[] {
  return text(name) === '' ? [] : invalidEach(at, name, dnsSubdomain(text(name), false));
}
