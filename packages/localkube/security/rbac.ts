import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Access } from '../registry/types.ts';
import type { Attributes, Decision, User } from '../types.ts';

const group = 'rbac.authorization.k8s.io';

/** A rule as a role holds it. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/**
 * Whether roles allow a request, as upstream's RBAC authorizer decides: any rule of any role bound to the user or one of
 * the user's groups suffices; nothing forbids. `system:masters` may do everything.
 */
export function decideByRoles(user: User, attributes: Attributes, access: Access): Decision {
  if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
  const missing: string[] = [];
  const namespace = attributes.isResource ? attributes.namespace : '';
  for (const grant of grantsOf(user, namespace, access, missing)) {
    if (grant.rules.some((rule) => allows(rule, attributes)))
      return { allowed: true, reason: `RBAC: allowed by ${describe(grant)}` };
  }
  return { allowed: false, reason: missing.length === 0 ? '' : `RBAC: ${listed(missing)}` };
}

/** Several errors stand in brackets. */
function listed(texts: readonly string[]): string {
  const each = [...new Set(texts)];
  return each.length === 1 ? each[0]! : `[${each.join(', ')}]`;
}

/** Every rule that a user has in a namespace (or, without one, everywhere), and what could not be found on the way. */
export function rulesFor(
  user: User,
  namespace: string,
  access: Access,
): { readonly rules: readonly Rule[]; readonly errors: readonly string[] } {
  const errors: string[] = [];
  const rules = [...grantsOf(user, namespace, access, errors)].flatMap((grant) => grant.rules);
  return { rules, errors };
}

interface Grant {
  readonly binding: KubeObject;
  readonly subject: Readonly<Record<string, unknown>>;
  readonly rules: readonly Rule[];
}

function* grantsOf(user: User, namespace: string, access: Access, missing: string[]): Generator<Grant> {
  for (const binding of access.list(group, 'ClusterRoleBinding')) {
    const subject = subjectOf(binding, user, '');
    if (subject !== undefined)
      yield { binding, subject, rules: rulesOfReference(binding['roleRef'], '', access, missing) };
  }
  if (namespace === '') return;
  for (const binding of access.list(group, 'RoleBinding', namespace)) {
    const subject = subjectOf(binding, user, namespace);
    if (subject !== undefined)
      yield { binding, subject, rules: rulesOfReference(binding['roleRef'], namespace, access, missing) };
  }
}

function subjectOf(
  binding: KubeObject,
  user: User,
  namespace: string,
): Readonly<Record<string, unknown>> | undefined {
  return records(binding['subjects']).find((subject) => {
    switch (subject['kind']) {
      case 'User':
        return subject['name'] === user.name;
      case 'Group':
        return user.groups.includes(String(subject['name']));
      case 'ServiceAccount': {
        const own = subject['namespace'];
        const within = typeof own === 'string' && own !== '' ? own : namespace;
        return user.name === `system:serviceaccount:${within}:${String(subject['name'])}`;
      }
      default:
        return false;
    }
  });
}

function describe({ binding, subject }: Grant): string {
  const reference = isRecord(binding['roleRef']) ? binding['roleRef'] : {};
  const { namespace = '', name } = binding.metadata;
  const bound = namespace === '' ? name : `${name}/${namespace}`;
  const kind = String(subject['kind']);
  const own = subject['namespace'];
  const who =
    kind === 'ServiceAccount'
      ? `${String(subject['name'])}/${typeof own === 'string' ? own : namespace}`
      : String(subject['name']);
  return `${binding.kind} ${JSON.stringify(bound)} of ${String(reference['kind'])} ${JSON.stringify(reference['name'])} to ${kind} ${JSON.stringify(who)}`;
}

/** The rules of a role that a binding names. A missing role is noted. */
export function rulesOfReference(
  reference: unknown,
  namespace: string,
  access: Access,
  missing: string[],
): readonly Rule[] {
  if (!isRecord(reference)) return [];
  const kind = String(reference['kind']);
  const name = String(reference['name']);
  const role = access.get(group, kind, kind === 'Role' ? namespace : '', name);
  if (role !== undefined) return rulesOf(role['rules']);
  missing.push(`${kind.toLowerCase()}.${group} ${JSON.stringify(name)} not found`);
  return [];
}

/** Reads the rules of a role. */
export function rulesOf(rules: unknown): readonly Rule[] {
  return records(rules).map((rule) => ({
    verbs: strings(rule['verbs']),
    apiGroups: strings(rule['apiGroups']),
    resources: strings(rule['resources']),
    resourceNames: strings(rule['resourceNames']),
    nonResourceURLs: strings(rule['nonResourceURLs']),
  }));
}

function allows(rule: Rule, attributes: Attributes): boolean {
  return attributes.isResource ? allowsResource(rule, attributes) : allowsPath(rule, attributes);
}

function allowsResource(
  rule: Rule,
  { verb, group: wanted, resource, subresource, name }: Attributes,
): boolean {
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    includes(rule.verbs, verb) &&
    includes(rule.apiGroups, wanted) &&
    (includes(rule.resources, full) || (subresource !== '' && rule.resources.includes(`*/${subresource}`))) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(name))
  );
}

function allowsPath(rule: Rule, { verb, path }: Attributes): boolean {
  return includes(rule.verbs, verb) && rule.nonResourceURLs.some((pattern) => matchesPath(pattern, path));
}

export function matchesPath(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, ''));
}

const includes = (list: readonly string[], value: string): boolean =>
  list.includes('*') || list.includes(value);
const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const records = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
