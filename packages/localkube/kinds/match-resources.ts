import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  text,
} from './fields.ts';
import { dnsSubdomain, pathSegment } from './names.ts';
import { validateSelector } from './selectors.ts';

const LABEL_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and " +
  "end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** Versions and the like: a label that begins with a letter. */
export function label1035(value: string): readonly string[] {
  return [
    ...(value.length > 63 ? ['must be no more than 63 characters'] : []),
    ...(/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(value) ? [] : [LABEL_1035]),
  ];
}

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

/** Which requests a webhook or policy looks at. */
export function validateRule(rule: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, what] of [
    ['apiGroups', 'API groups'],
    ['apiVersions', 'API versions'],
  ] as const) {
    const values = list(rule[field]).map(text);
    if (values.length === 0) errors.push(required(`${at}.${field}`));
    if (values.length > 1 && values.includes('*'))
      errors.push(invalid(`${at}.${field}`, values, `if '*' is present, must not specify other ${what}`));
    if (field === 'apiVersions')
      for (const [index, value] of values.entries())
        if (value === '') errors.push(required(`${at}.${field}[${index}]`));
  }
  if (list(rule['resources']).length === 0) errors.push(required(`${at}.resources`));
  errors.push(...validateResources(list(rule['resources']).map(text), `${at}.resources`));
  const scope = rule['scope'];
  if (!isAbsent(scope) && !SCOPES.includes(text(scope)))
    errors.push(notSupported(`${at}.scope`, scope, SCOPES));
  const operations = list(rule['operations']).map(text);
  const first: FieldError[] = [];
  if (operations.length === 0) first.push(required(`${at}.operations`));
  if (operations.length > 1 && operations.includes('*'))
    first.push(
      invalid(`${at}.operations`, operations, "if '*' is present, must not specify other operations"),
    );
  for (const [index, operation] of operations.entries())
    if (!OPERATIONS.includes(operation))
      first.push(notSupported(`${at}.operations[${index}]`, operation, OPERATIONS));
  return [...first, ...errors];
}

function validateResources(values: readonly string[], at: string): FieldError[] {
  const errors: FieldError[] = [];
  const everySubresource = new Set<string>();
  const everyResource = new Set<string>();
  for (const [index, value] of values.entries()) {
    const here = `${at}[${index}]`;
    if (value === '') {
      errors.push(required(here));
      continue;
    }
    if (value === '*/*' && values.length > 1)
      errors.push(invalid(at, values, "if '*/*' is present, must not specify other resources"));
    const [resource = '', sub = ''] = value.split(/\/(.*)/s);
    if (everySubresource.has(resource))
      errors.push(invalid(here, value, `if '${resource}/*' is present, must not specify ${value}`));
    if (everyResource.has(sub))
      errors.push(invalid(here, value, `if '*/${sub}' is present, must not specify ${value}`));
    if (sub === '*') everySubresource.add(resource);
    if (resource === '*') everyResource.add(sub);
  }
  if (values.length > 1 && values.includes('*') && values.every((value) => !value.includes('/')))
    errors.push(
      invalid(at, values, "if '*' is present, must not specify other resources without subresources"),
    );
  return errors;
}

function validateNames(names: readonly string[], at: string): FieldError[] {
  return names.flatMap((name, index) => [
    ...invalidEach(`${at}[${index}]`, name, pathSegment(name)),
    ...(names.indexOf(name) < index ? [duplicate(`${at}[${index}]`, name)] : []),
  ]);
}

/** The matchConstraints of a policy (`needed`) or the matchResources of a binding. */
export function validateMatch(match: unknown, at: string, needed: boolean): FieldError[] {
  if (isAbsent(match)) return needed ? [required(at)] : [];
  const part = record(match);
  const errors: FieldError[] = [];
  const policy = text(part['matchPolicy']);
  if (policy !== 'Equivalent' && policy !== 'Exact')
    errors.push(notSupported(`${at}.matchPolicy`, policy, ['Equivalent', 'Exact']));
  for (const field of ['namespaceSelector', 'objectSelector'])
    errors.push(...validateSelector(part[field], `${at}.${field}`));
  for (const field of ['resourceRules', 'excludeResourceRules'])
    for (const [index, rule] of records(part[field]).entries())
      errors.push(
        ...validateNames(list(rule['resourceNames']).map(text), `${at}.${field}[${index}].resourceNames`),
        ...validateRule(rule, `${at}.${field}[${index}]`),
      );
  if (needed && list(part['resourceRules']).length === 0) errors.push(required(`${at}.resourceRules`));
  return errors;
}

export function validateParamKind(kind: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const version = text(kind['apiVersion']);
  const parts = version.split('/');
  if (version === '') errors.push(required(`${at}.apiVersion`));
  else if (parts.length > 2)
    errors.push(invalid(`${at}.apiVersion`, version, `unexpected GroupVersion string: ${version}`));
  else {
    const [group, name] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : ['', version];
    if (group !== '') errors.push(...invalidEach(`${at}.apiVersion`, group, dnsSubdomain(group, false)));
    errors.push(...invalidEach(`${at}.apiVersion`, name, label1035(name)));
  }
  const name = text(kind['kind']);
  if (name === '') errors.push(required(`${at}.kind`));
  else
    errors.push(
      ...invalidEach(
        `${at}.kind`,
        name,
        label1035(name.toLowerCase()).map((why) => `may have mixed case, but should otherwise match: ${why}`),
      ),
    );
  return errors;
}

export function validateParamRef(reference: unknown, at: string): FieldError[] {
  if (isAbsent(reference)) return [];
  const part = record(reference);
  const errors: FieldError[] = [];
  const name = text(part['name']);
  const hasSelector = !isAbsent(part['selector']);
  if (name !== '') {
    errors.push(...invalidEach(`${at}.name`, name, pathSegment(name)));
    if (hasSelector) errors.push(forbidden(`${at}.name`, 'name and selector are mutually exclusive'));
  }
  if (hasSelector) {
    errors.push(...validateSelector(part['selector'], `${at}.selector`));
    if (name !== '') errors.push(forbidden(`${at}.selector`, 'name and selector are mutually exclusive'));
  }
  if (name === '' && !hasSelector) errors.push(required(at, 'one of name or selector must be specified'));
  const absent = part['parameterNotFoundAction'];
  if (isAbsent(absent) || absent === '') errors.push(required(`${at}.parameterNotFoundAction`));
  else if (absent !== 'Allow' && absent !== 'Deny')
    errors.push(notSupported(`${at}.parameterNotFoundAction`, absent, ['Deny', 'Allow']));
  return errors;
}
