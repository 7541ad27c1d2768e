import type { Random } from '@plumbline/base';
import type { FieldError } from './types.ts';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const nameMax = 63;

/** `generateName` and five characters, cut so that the whole fits a DNS label. */
export function generateName(base: string, random: Random): string {
  const bytes = random.bytes(suffixLength);
  const suffix = [...bytes].map((byte) => alphabet[byte % alphabet.length]).join('');
  return `${base.slice(0, nameMax - suffixLength)}${suffix}`;
}

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const qualifiedRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export type NameRule = 'subdomain' | 'label' | 'path' | 'late';

const pathKinds = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']);
/** Kinds whose own checks say nothing of their name, or something of their own. */
const lateKinds = new Set([
  'policy/PodDisruptionBudget',
  'certificates.k8s.io/CertificateSigningRequest',
  '/Event',
  'networking.k8s.io/IPAddress',
  'apiregistration.k8s.io/APIService',
]);

/**
 * Which names a kind allows; most allow DNS subdomains. What is asked of all objects, a name that can stand in a path,
 * comes late: only where a kind has found no other mistake.
 */
export function nameRuleOf(group: string, kind: string): NameRule {
  if (group === 'rbac.authorization.k8s.io' && pathKinds.has(kind)) return 'path';
  if (lateKinds.has(`${group}/${kind}`)) return 'late';
  if (group === 'apps' && kind === 'StatefulSet') return 'label';
  // Since 1.36 a service may begin with a digit.
  if (group === '' && (kind === 'Namespace' || kind === 'Service')) return 'label';
  return 'subdomain';
}

/** What is wrong with a name, each in upstream's words. `prefix`: more characters will follow. */
export function nameProblems(rule: NameRule, text: string, prefix: boolean): readonly string[] {
  // A prefix may end with a dash because a letter follows.
  const name = prefix && text.endsWith('-') ? `${text.slice(0, -1)}a` : text;
  if (rule === 'late') return [];
  if (rule === 'path') {
    if (name === '.' || name === '..') return [`may not be '${name}'`];
    return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
  }
  if (rule === 'subdomain') {
    return [
      ...(name.length > 253 ? ['must be no more than 253 characters'] : []),
      ...(subdomain.test(name) ? [] : [subdomainRule]),
    ];
  }
  if (subdomain.test(name) && name.includes('.'))
    return [...(name.length > 63 ? ['must be no more than 63 characters'] : []), 'must not contain dots'];
  return [
    ...(name.length > 63 ? ['must be no more than 63 characters'] : []),
    ...(label.test(name) ? [] : [labelRule]),
  ];
}

/** A name with an optional DNS prefix, as labels, annotations and finalizers have it. */
export function qualifiedNameProblems(text: string): readonly string[] {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  const [prefix, name] = parts.length === 2 ? [parts[0], parts[1] ?? ''] : [undefined, parts[0] ?? ''];
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined && prefix.length > 253)
    problems.push('prefix part must be no more than 253 characters');
  else if (prefix !== undefined && !subdomain.test(prefix)) problems.push(`prefix part ${subdomainRule}`);
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push('name part must be no more than 63 bytes');
  if (!qualifiedName.test(name)) problems.push(qualifiedRule);
  return problems;
}

export function labelErrors(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const problem of qualifiedNameProblems(key)) errors.push(invalidValue(path, key, problem));
    if (value.length > 63) errors.push(invalidValue(path, value, 'must be no more than 63 bytes'));
    if (!labelValue.test(value)) errors.push(invalidValue(path, value, labelValueRule));
  }
  return errors;
}

export function invalidValue(field: string, value: unknown, why: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}
