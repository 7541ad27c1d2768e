import type { FieldError } from '../registry/types.ts';
import { forbidden, invalidEach, isAbsent, notSupported, record, required, text } from './fields.ts';
import { dnsLabel, dnsSubdomain, pathSegment } from './names.ts';

/** What an IngressClass refers to. */
export function validateClassParameters(parameters: unknown): FieldError[] {
  if (isAbsent(parameters)) return [];
  const at = 'spec.parameters';
  const reference = record(parameters);
  const errors: FieldError[] = [];
  const group = text(reference['apiGroup']);
  if (group !== '') errors.push(...invalidEach(`${at}.apiGroup`, group, dnsSubdomain(group, false)));
  for (const field of ['kind', 'name']) {
    const value = text(reference[field]);
    if (value === '') errors.push(required(`${at}.${field}`));
    else errors.push(...invalidEach(`${at}.${field}`, value, pathSegment(value)));
  }
  const scope = text(reference['scope']);
  const namespace = text(reference['namespace']);
  if (scope === '') return [...errors, required(`${at}.scope`)];
  if (scope !== 'Cluster' && scope !== 'Namespace')
    return [...errors, notSupported(`${at}.scope`, scope, ['Cluster', 'Namespace'])];
  if (scope === 'Namespace') {
    if (namespace === '')
      errors.push(required(`${at}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    else errors.push(...invalidEach(`${at}.namespace`, namespace, dnsLabel(namespace, false)));
  } else if (!isAbsent(reference['namespace'])) {
    errors.push(forbidden(`${at}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}
