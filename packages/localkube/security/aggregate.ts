import { equalData, isRecord, type Cancel } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { parseSelector } from './selector.ts';
import type { Access } from '../registry/types.ts';

const group = 'rbac.authorization.k8s.io';
const manager = 'clusterrole-aggregation-controller';

/** Keeps the rules of cluster roles that are the sum of others. */
export function followAggregation(access: Access): Cancel {
  let running = false;
  const settle = (): void => {
    // A role that changes here tells of itself again; the round that is under way sees it.
    if (running) return;
    running = true;
    try {
      let changed = true;
      while (changed) changed = settleOnce(access);
    } finally {
      running = false;
    }
  };
  settle();
  return access.subscribe(group, 'ClusterRole', settle);
}

function settleOnce(access: Access): boolean {
  const all = [...access.list(group, 'ClusterRole')];
  let changed = false;
  for (const role of all) {
    const rules = sumOf(role, all);
    if (rules === undefined || equalData(rules, role['rules'] ?? [])) continue;
    access.update({ ...role, rules: rules.length === 0 ? null : rules }, manager);
    changed = true;
  }
  return changed;
}

/** Undefined: the role has rules of its own. */
function sumOf(role: KubeObject, all: readonly KubeObject[]): readonly unknown[] | undefined {
  const aggregation = role['aggregationRule'];
  if (!isRecord(aggregation)) return undefined;
  const rules: unknown[] = [];
  for (const selector of listOf(aggregation['clusterRoleSelectors'])) {
    const matches = parseSelector(selector);
    const selected = all
      .filter((other) => other.metadata.name !== role.metadata.name && matches(other.metadata.labels ?? {}))
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    for (const rule of selected.flatMap((other) => listOf(other['rules'])))
      if (!rules.some((known) => equalData(known, rule))) rules.push(rule);
  }
  return rules;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
