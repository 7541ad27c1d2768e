import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Access } from '../registry/types.ts';
import type { Attributes, User } from '../types.ts';

const group = 'rbac.authorization.k8s.io';

/**
 * Whether roles allow a request, as upstream's RBAC authorizer decides: any rule of any role bound to the user or one of
 * the user's groups suffices; nothing forbids. `system:masters` may do everything. Undefined: allowed; else what was odd
 * on the way (usually nothing).
 */
export function authorizeByRoles(user: User, attributes: Attributes, access: Access): string | undefined {
  if (user.groups.includes('system:masters')) return undefined;
  const missing: string[] = [];
  for (const binding of access.list(group, 'ClusterRoleBinding')) {
    if (isBound(binding, user, '') && allows(rulesOf(binding, '', access, missing), attributes))
      return undefined;
  }
  if (attributes.isResource && attributes.namespace !== '') {
    for (const binding of access.list(group, 'RoleBinding', attributes.namespace)) {
      if (
        isBound(binding, user, attributes.namespace) &&
        allows(rulesOf(binding, attributes.namespace, access, missing), attributes)
      )
        return undefined;
    }
  }
  return missing.length === 0 ? '' : `RBAC: ${missing.join(', ')}`;
}

function isBound(binding: KubeObject, user: User, namespace: string): boolean {
  return records(binding['subjects']).some((subject) => {
    switch (subject['kind']) {
      case 'User':
        return subject['name'] === user.name;
      case 'Group':
        return user.groups.includes(String(subject['name']));
      case 'ServiceAccount':
        return user.name === serviceAccountName(subject, namespace);
      default:
        return false;
    }
  });
}

function serviceAccountName(subject: Rule, namespace: string): string {
  const { namespace: own, name } = subject;
  return `system:serviceaccount:${typeof own === 'string' ? own : namespace}:${String(name)}`;
}

type Rule = Readonly<Record<string, unknown>>;

function rulesOf(binding: KubeObject, namespace: string, access: Access, missing: string[]): readonly Rule[] {
  const reference = binding['roleRef'];
  if (!isRecord(reference)) return [];
  const kind = String(reference['kind']);
  const name = String(reference['name']);
  const role = access.get(group, kind, kind === 'Role' ? namespace : '', name);
  if (role === undefined) {
    missing.push(`${kind.toLowerCase()}.${group} ${JSON.stringify(name)} not found`);
    return [];
  }
  return [...records(role['rules']), ...aggregated(role, access)];
}

/** The rules of the roles that an aggregation rule selects by label. */
function aggregated(role: KubeObject, access: Access): readonly Rule[] {
  const rule = role['aggregationRule'];
  if (!isRecord(rule)) return [];
  const selectors = records(rule['clusterRoleSelectors']);
  return [...access.list(group, 'ClusterRole')]
    .filter(
      (candidate) =>
        candidate !== role && selectors.some((selector) => hasLabels(candidate, selector['matchLabels'])),
    )
    .flatMap((candidate) => records(candidate['rules']));
}

function hasLabels(object: KubeObject, labels: unknown): boolean {
  return (
    isRecord(labels) &&
    Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value)
  );
}

function allows(rules: readonly Rule[], attributes: Attributes): boolean {
  return rules.some((rule) =>
    attributes.isResource ? allowsResource(rule, attributes) : allowsPath(rule, attributes),
  );
}

function allowsResource(
  rule: Rule,
  { verb, group: wanted, resource, subresource, name }: Attributes,
): boolean {
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const names = strings(rule['resourceNames']);
  return (
    includes(rule['verbs'], verb) &&
    includes(rule['apiGroups'], wanted) &&
    (includes(rule['resources'], full) ||
      (subresource !== '' && strings(rule['resources']).includes(`*/${subresource}`))) &&
    (names.length === 0 || names.includes(name))
  );
}

function allowsPath(rule: Rule, { verb, path }: Attributes): boolean {
  return (
    includes(rule['verbs'], verb) &&
    strings(rule['nonResourceURLs']).some(
      (pattern) =>
        pattern === '*' ||
        pattern === path ||
        (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))),
    )
  );
}

const includes = (list: unknown, value: string): boolean =>
  strings(list).some((item) => item === '*' || item === value);
const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const records = (value: unknown): readonly Rule[] => (Array.isArray(value) ? value.filter(isRecord) : []);
