import type { KubeObject } from '@plumbline/api';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from './bootstrap-table.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
const aggregation = (to: string): string => `rbac.authorization.k8s.io/aggregate-to-${to}`;

/** The roles that every cluster has, and who has them from the start; as they are stored. */
export function bootstrapRoles(): readonly KubeObject[] {
  return [
    ...readRoles(clusterRoles, 'ClusterRole'),
    ...readBindings(clusterRoleBindings, 'ClusterRoleBinding', 'ClusterRole'),
    ...readRoles(roles, 'Role'),
    ...readBindings(roleBindings, 'RoleBinding', 'Role'),
  ];
}

/** The set (FieldsV1) of all that is in such an object. */
export function ownedFields(object: KubeObject): Readonly<Record<string, unknown>> {
  const setOf = (keys: readonly string[]): Readonly<Record<string, unknown>> =>
    Object.fromEntries(keys.map((key) => [`f:${key}`, {}]));
  const mapOf = (map: object): unknown => ({ '.': {}, ...setOf(Object.keys(map).sort()) });
  const { annotations: notes = {}, labels: marks = {} } = object.metadata;
  const fields = ['roleRef', 'rules', 'subjects'].filter((field) => field in object);
  return {
    ...('aggregationRule' in object && { 'f:aggregationRule': mapOf({ clusterRoleSelectors: {} }) }),
    'f:metadata': { 'f:annotations': mapOf(notes), 'f:labels': mapOf(marks) },
    ...setOf(fields),
  };
}

function readRoles(table: string, kind: string): readonly KubeObject[] {
  const found: { head: string; rules: unknown[] }[] = [];
  for (const line of table.trim().split('\n')) {
    if (line.startsWith(' ')) found.at(-1)?.rules.push(readRule(line.trim()));
    else found.push({ head: line, rules: [] });
  }
  return found.map(({ head, rules }) => readRole(head, rules, kind));
}

function readRole(head: string, rules: readonly unknown[], kind: string): KubeObject {
  const [name = '', ...words] = head.split(' ');
  const after = (word: string): readonly string[] =>
    words.includes(word) ? (words[words.indexOf(word) + 1] ?? '').split(',') : [];
  const into = Object.fromEntries(after('into').map((to) => [aggregation(to), 'true']));
  const from = after('from').map((to) => ({ matchLabels: { [aggregation(to)]: 'true' } }));
  return {
    apiVersion,
    kind,
    metadata: metadataOf(name, into),
    ...(from.length > 0 && { aggregationRule: { clusterRoleSelectors: from } }),
    rules: rules.length > 0 ? rules : null,
  };
}

function metadataOf(path: string, more: Readonly<Record<string, string>> = {}): KubeObject['metadata'] {
  const slash = path.indexOf('/');
  return {
    name: path.slice(slash + 1),
    ...(slash >= 0 && { namespace: path.slice(0, slash) }),
    labels: { ...labels, ...more },
    annotations,
  };
}

function readRule(line: string): unknown {
  const [verbs = '', groups = '', things = '', names] = line.split(' ');
  const list = (text: string): readonly string[] => text.split(',').map((one) => (one === '~' ? '' : one));
  if (groups === 'url') return { verbs: list(verbs), nonResourceURLs: list(things) };
  return {
    verbs: list(verbs),
    apiGroups: list(groups),
    resources: list(things),
    ...(names !== undefined && { resourceNames: list(names) }),
  };
}

function readBindings(table: string, kind: string, role: string): readonly KubeObject[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [path = '', ref = '', ...subjects] = line.split(' ');
      const metadata = metadataOf(path);
      const name = ref === '=' ? metadata.name : ref;
      return {
        apiVersion,
        kind,
        metadata,
        roleRef: { apiGroup, kind: role, name },
        ...(subjects.length > 0 && { subjects: subjects.map(readSubject) }),
      };
    });
}

function readSubject(text: string): unknown {
  const colon = text.indexOf(':');
  const [kind, name] = [text.slice(0, colon), text.slice(colon + 1)];
  if (kind !== 'account') return { kind: kind === 'group' ? 'Group' : 'User', apiGroup, name };
  const [namespace = '', account = ''] = name.split('/');
  return { kind: 'ServiceAccount', name: account, namespace };
}
