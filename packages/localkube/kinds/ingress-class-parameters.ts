import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { forbidden, invalidEach, isAbsent, notSupported, record, required, text } from './fields.ts';
import { dnsLabel, dnsSubdomain, pathSegment } from './names.ts';

/** A thing of the same namespace, named by its group, kind and name. */
export function validateReference(reference: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const group = reference['apiGroup'];
  if (!isAbsent(group))
    errors.push(...invalidEach(`${at}.apiGroup`, group, dnsSubdomain(text(group), false)));
  for (const field of ['kind', 'name']) {
    const value = text(reference[field]);
    if (value === '') errors.push(required(`${at}.${field}`));
    else errors.push(...invalidEach(`${at}.${field}`, value, pathSegment(value)));
  }
  return errors;
}

/** What an IngressClass refers to. */
export function validateClassParameters(parameters: unknown): FieldError[] {
  if (isAbsent(parameters)) return [];
  const at = 'spec.parameters';
  const reference = record(parameters);
  const errors = validateReference(reference, at);
  const scope = text(reference['scope']);
  const namespace = reference['namespace'];
  if (isAbsent(reference['scope'])) return [...errors, required(`${at}.scope`)];
  if (scope !== 'Cluster' && scope !== 'Namespace')
    return [...errors, notSupported(`${at}.scope`, scope, ['Cluster', 'Namespace'])];
  if (scope === 'Namespace') {
    if (isAbsent(namespace))
      errors.push(required(`${at}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    else errors.push(...invalidEach(`${at}.namespace`, namespace, dnsLabel(text(namespace), false)));
  } else if (!isAbsent(reference['namespace'])) {
    errors.push(forbidden(`${at}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}
