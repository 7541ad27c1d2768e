import { equalData, isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { failure, forbidden } from '../registry/errors.ts';
import type { Access } from '../registry/types.ts';
import type { Attributes, Security, User } from '../types.ts';
import { matchesPath, rulesFor, rulesOf, rulesOfReference, type Rule } from './rbac.ts';

const group = 'rbac.authorization.k8s.io';
const version = 'v1';

/** A role or a binding that is about to be written. */
export interface RoleWrite {
  readonly kind: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly old: KubeObject | undefined;
}

/** Nobody may give away more than they have: throws upstream's refusal when a write would. */
export function checkEscalation(write: RoleWrite, user: User, security: Security, access: Access): void {
  if (user.groups.includes('system:masters')) return;
  if (write.kind === 'Role' || write.kind === 'ClusterRole') checkRole(write, user, security, access);
  else checkBinding(write, user, security, access);
}

function may(
  security: Security,
  user: User,
  access: Access,
  what: Pick<Attributes, 'verb' | 'resource' | 'namespace' | 'name'>,
): boolean {
  const attributes = { ...what, group, version, subresource: '', path: '', isResource: true };
  return security.authorize(user, attributes, access) === undefined;
}

function checkRole(write: RoleWrite, user: User, security: Security, access: Access): void {
  const { object, old, plural, namespace, name } = write;
  const aggregates = object['aggregationRule'] !== undefined && object['aggregationRule'] !== null;
  if (
    old !== undefined &&
    equalData(object['rules'] ?? null, old['rules'] ?? null) &&
    equalData(object['aggregationRule'] ?? null, old['aggregationRule'] ?? null)
  )
    return;
  if (may(security, user, access, { verb: 'escalate', resource: plural, namespace, name })) return;
  if (aggregates) {
    const { rules: own } = rulesFor(user, '', access);
    if (!everything.flatMap(simpleRules).every((rule) => covers(own, rule))) {
      const why = 'must have cluster-admin privileges to use the aggregationRule';
      throw forbidden({ group, plural, kind: write.kind }, name, why);
    }
  }
  confirm(write, user, access, rulesOf(object['rules']));
}

/** Whoever lets roles add up has to be able to do everything. */
const everything: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
];

function checkBinding(write: RoleWrite, user: User, security: Security, access: Access): void {
  const { object, old, namespace } = write;
  const reference = isRecord(object['roleRef']) ? object['roleRef'] : {};
  if (
    old !== undefined &&
    equalData(reference, old['roleRef']) &&
    equalData(object['subjects'] ?? null, old['subjects'] ?? null)
  )
    return;
  const resource = reference['kind'] === 'ClusterRole' ? 'clusterroles' : 'roles';
  const name = String(reference['name']);
  if (may(security, user, access, { verb: 'bind', resource, namespace, name })) return;
  const missing: string[] = [];
  const rules = rulesOfReference(reference, namespace, access, missing);
  if (missing.length > 0) {
    // Upstream looks the role up on behalf of the binding, so the error names the binding's resource.
    throw failure(404, 'NotFound', `${write.plural}.${group} ${JSON.stringify(name)} not found`, {
      name,
      group,
      kind: write.plural,
    });
  }
  confirm(write, user, access, rules);
}

function confirm(write: RoleWrite, user: User, access: Access, wanted: readonly Rule[]): void {
  const { rules, errors } = rulesFor(user, write.namespace, access);
  const lacking = compact(wanted.flatMap(simpleRules).filter((rule) => !covers(rules, rule)));
  if (lacking.length === 0) return;
  const texts = [...new Set(lacking.map(ruleText))].toSorted((a, b) => (a < b ? -1 : 1));
  const groups = user.groups.map((one) => JSON.stringify(one)).join(' ');
  const tail = errors.length === 0 ? '' : `; resolution errors: [${errors.join(', ')}]`;
  const why = `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${texts.join('\n')}${tail}`;
  throw forbidden({ group, plural: write.plural, kind: write.kind }, write.name, why);
}

/** One verb on one thing each. */
function simpleRules(rule: Rule): readonly Rule[] {
  const simple: Rule[] = [];
  const bare = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  for (const verb of rule.verbs) {
    for (const apiGroup of rule.apiGroups)
      for (const resource of rule.resources) {
        const one = { ...bare, verbs: [verb], apiGroups: [apiGroup], resources: [resource] };
        if (rule.resourceNames.length === 0) simple.push(one);
        for (const name of rule.resourceNames) simple.push({ ...one, resourceNames: [name] });
      }
    for (const url of rule.nonResourceURLs) simple.push({ ...bare, verbs: [verb], nonResourceURLs: [url] });
  }
  return simple;
}

function covers(owned: readonly Rule[], wanted: Rule): boolean {
  return owned.some((rule) => coversOne(rule, wanted));
}

function coversOne(owner: Rule, wanted: Rule): boolean {
  const all = (own: readonly string[], want: readonly string[]): boolean =>
    own.includes('*') || want.every((one) => own.includes(one));
  const resources =
    all(owner.resources, wanted.resources) ||
    wanted.resources.every(
      (one) =>
        owner.resources.includes(one) ||
        (one.includes('/') && owner.resources.includes(`*/${one.slice(one.indexOf('/') + 1)}`)),
    );
  const names =
    owner.resourceNames.length === 0 ||
    (wanted.resourceNames.length > 0 &&
      wanted.resourceNames.every((one) => owner.resourceNames.includes(one)));
  const urls = wanted.nonResourceURLs.every((url) =>
    owner.nonResourceURLs.some((pattern) => matchesPath(pattern, url)),
  );
  return (
    all(owner.verbs, wanted.verbs) && all(owner.apiGroups, wanted.apiGroups) && resources && names && urls
  );
}

/** Verbs on the same thing come together again. */
function compact(rules: readonly Rule[]): readonly Rule[] {
  const merged = new Map<string, Rule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs]);
    const known = merged.get(key);
    const mergeable = rule.nonResourceURLs.length === 0;
    if (known === undefined || !mergeable) merged.set(mergeable ? key : `${key}${rule.verbs.join()}`, rule);
    else merged.set(key, { ...known, verbs: [...new Set([...known.verbs, ...rule.verbs])] });
  }
  return [...merged.values()];
}

function ruleText(rule: Rule): string {
  const part = (label: string, values: readonly string[]): readonly string[] =>
    values.length === 0 ? [] : [`${label}:[${values.map((one) => JSON.stringify(one)).join(' ')}]`];
  return `{${[
    ...part('APIGroups', rule.apiGroups),
    ...part('Resources', rule.resources),
    ...part('NonResourceURLs', rule.nonResourceURLs),
    ...part('ResourceNames', rule.resourceNames),
    ...part('Verbs', rule.verbs),
  ].join(', ')}}`;
}
