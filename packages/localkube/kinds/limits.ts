import type { Draft, WriteContext } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { child, isAbsent, record, records, text } from './fields.ts';
import { parseQuantity } from './quantity.ts';

// What a namespace's LimitRanges do to new pods and claims: defaults for containers, and bounds.

function limitsOf(context: WriteContext, namespace: string, type: string): readonly Fields[] {
  const found: Fields[] = [];
  for (const range of context.list('', 'LimitRange', namespace)) {
    for (const limit of records(record(range['spec'])['limits']))
      if (limit['type'] === type) found.push(limit);
  }
  return found;
}

/** Fills container resources in place; answers why the pod is refused, if it is. */
export function limitPod(draft: Draft, spec: Fields, context: WriteContext): string | undefined {
  const limits = limitsOf(context, draft.metadata.namespace ?? '', 'Container');
  if (limits.length === 0) return undefined;
  const told: string[] = [];
  const problems: string[] = [];
  for (const [field, what] of [
    ['containers', 'container'],
    ['initContainers', 'init container'],
  ] as const) {
    for (const container of records(spec[field])) {
      const resources = child(container, 'resources');
      for (const limit of limits) {
        const label = `${what} ${text(container['name'])}`;
        const requests = fillFrom(resources, 'requests', record(limit['defaultRequest']));
        const maxima = fillFrom(resources, 'limits', record(limit['default']));
        if (requests.length > 0) told.push(`${requests.join(', ')} request for ${label}`);
        if (maxima.length > 0) told.push(`${maxima.join(', ')} limit for ${label}`);
        problems.push(
          ...outside(limit, record(resources['requests']), record(resources['limits']), 'Container'),
        );
      }
    }
  }
  if (told.length > 0)
    child(draft.metadata, 'annotations')['kubernetes.io/limit-ranger'] =
      `LimitRanger plugin set: ${told.join('; ')}`;
  return joined(problems);
}

/** Why a claim is refused, if it is. */
export function limitClaim(draft: Draft, context: WriteContext): string | undefined {
  const limits = limitsOf(context, draft.metadata.namespace ?? '', 'PersistentVolumeClaim');
  const requests = record(record(record(draft['spec'])['resources'])['requests']);
  return joined(limits.flatMap((limit) => outside(limit, requests, requests, 'PersistentVolumeClaim')));
}

function joined(problems: readonly string[]): string | undefined {
  if (problems.length === 0) return undefined;
  return problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
}

/** Names of the resources that were filled. */
function fillFrom(resources: Fields, field: string, defaults: Fields): readonly string[] {
  const missing = Object.keys(defaults)
    .filter((name) => isAbsent(record(resources[field])[name]))
    .toSorted();
  if (missing.length === 0) return [];
  const target = child(resources, field);
  for (const name of missing) target[name] = defaults[name];
  return missing;
}

function outside(limit: Fields, requests: Fields, maxima: Fields, type: string): readonly string[] {
  const problems: string[] = [];
  for (const [name, least] of Object.entries(record(limit['min']))) {
    const has = parseQuantity(requests[name]);
    if (has === undefined)
      problems.push(`minimum ${name} usage per ${type} is ${text(least)}.  No request is specified`);
    else if (has < (parseQuantity(least) ?? 0n)) {
      problems.push(
        `minimum ${name} usage per ${type} is ${text(least)}, but request is ${text(requests[name])}`,
      );
    }
  }
  for (const [name, most] of Object.entries(record(limit['max']))) {
    const has = parseQuantity(maxima[name]);
    const kind = type === 'Container' ? 'limit' : 'request';
    if (has === undefined)
      problems.push(`maximum ${name} usage per ${type} is ${text(most)}.  No ${kind} is specified`);
    else if (has > (parseQuantity(most) ?? 0n)) {
      problems.push(
        `maximum ${name} usage per ${type} is ${text(most)}, but ${kind} is ${text(maxima[name])}`,
      );
    }
  }
  return problems;
}
