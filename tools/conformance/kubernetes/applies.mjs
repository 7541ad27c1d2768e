// Sequences of server-side apply by several managers, mixed with updates and patches.
import { kinds, collectionOf } from './kinds.mjs';
import { mutated } from './mutate.mjs';
import { example, home, jsonPatch, mergePatch } from './shared.mjs';

const keep = new Set([
  'apiVersion',
  'kind',
  'name',
  'containers',
  'selector',
  'template',
  'spec',
  'port',
  'containerPort',
  'protocol',
  'metadata',
  'labels',
  'image',
  'key',
  'type',
]);

/** A part of an object: what a manager that cares for some fields would apply. */
export function partOf(r, value, key = '') {
  if (Array.isArray(value)) {
    const items = value.filter((_, n) => n === 0 || r.chance(0.7));
    return items.map((item) => partOf(r, item, key));
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => keep.has(name) || r.chance(0.7))
      .map(([name, member]) => [name, partOf(r, member, name)]),
  );
}

const plain = ['add', 'replace', 'replace', 'remove'];
const applicable = [
  'Deployment',
  'Service',
  'ConfigMap',
  'Pod',
  'StatefulSet',
  'Ingress',
  'Role',
  'ServiceAccount',
  'NetworkPolicy',
  'HorizontalPodAutoscaler',
  'CronJob',
  'DaemonSet',
  'PersistentVolumeClaim',
  'Secret',
  'PodDisruptionBudget',
  'ClusterRole',
  'StorageClass',
  'Namespace',
  'Node',
  'EndpointSlices',
  'Endpoints',
  'AutoscalerV1',
];

export function applySequence(given) {
  const { r } = given;
  const kind = applicable.includes(given.kind) ? given.kind : r.pick(applicable);
  const world = { ...given, kind };
  const { namespace, first } = home(world);
  const base = example(world, namespace);
  const collection = collectionOf(kind, namespace);
  const steps = [...first, ...interleaved(r, base, collection)];
  return { kind, steps, about: `${kinds[kind].plural} of several managers` };
}

/** Applies, updates and patches by turns over one object; the last step reads it. */
export function interleaved(r, base, collection, custom = false) {
  const path = `${collection}/${base.metadata.name}`;
  const steps = [];
  const managers = ['one', 'two', 'three'];
  if (r.chance(0.4))
    steps.push({
      method: 'POST',
      path: collection,
      query: { fieldManager: r.pick(['one', 'maker']) },
      body: partOf(r, base),
    });
  for (let n = r.between(2, 5); n > 0; n--) {
    const variant = custom
      ? { object: base }
      : r.chance(0.5)
        ? { object: structuredClone(base) }
        : mutated(r, base, 1, plain);
    const body = partOf(r, variant.object);
    const move = r.below(10);
    if (move < 6) {
      const query = { fieldManager: r.pick(managers) };
      if (r.chance(0.3)) query.force = r.chance(0.9) ? 'true' : 'false';
      if (r.chance(0.05)) query.dryRun = 'All';
      steps.push({ method: 'PATCH', path, query, type: 'application/apply-patch+yaml', body });
    } else if (move < 8) {
      steps.push({
        method: 'PUT',
        path,
        query: { fieldManager: r.pick(managers) },
        body: partOf(r, variant.object),
      });
    } else if (move === 8) {
      steps.push({
        method: 'PATCH',
        path,
        query: { fieldManager: r.pick(['patcher', 'two']) },
        type: 'application/merge-patch+json',
        body: mergePatch(base, body),
      });
    } else {
      steps.push({
        method: 'PATCH',
        path,
        type: 'application/json-patch+json',
        body: jsonPatch(partOf(r, base), body, ''),
      });
    }
  }
  steps.push({ method: 'GET', path });
  return steps;
}
