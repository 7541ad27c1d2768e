import type { KubeObject } from '@plumbline/api';
import { list, records } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import type { Access, Resource } from '../registry/types.ts';
import { StatusError } from '../registry/types.ts';
import type { ControllerContext } from './runtime/context.ts';
import {
  MANAGER,
  isDeleting,
  specOf,
  statusOf,
  timeText,
  withCondition,
  writeStatus,
} from './runtime/objects.ts';

/** What is left in a namespace, by resource, and which finalizers hold it. */
interface Remains {
  readonly counts: Map<string, number>;
  readonly finalizers: Map<string, number>;
}

/** Empties namespaces that are being deleted and lets them go when nothing is left. */
export function startNamespaces(context: ControllerContext): void {
  const { access } = context;
  const terminating = new Set<string>();
  const queue = context.loop.queue('namespaces', (name) => {
    const namespace = access.get('', 'Namespace', '', name);
    if (namespace === undefined || !isDeleting(namespace)) return;
    if (!list(specOf(namespace)['finalizers']).includes('kubernetes')) return;
    const remains = empty(access, name);
    const live = report(context, namespace, remains);
    if (remains.counts.size > 0) return;
    const finalizers = list(specOf(live)['finalizers']).filter((finalizer) => finalizer !== 'kubernetes');
    access.update({ ...live, spec: { ...specOf(live), finalizers } }, MANAGER, 'finalize');
  });
  context.watch('', 'Namespace', ({ type, object }) => {
    const { name } = object.metadata;
    if (type === 'deleted') terminating.delete(name);
    else if (isDeleting(object) && !terminating.has(name)) {
      terminating.add(name);
      queue.add(name);
    }
  });
  context.watch('', '*', ({ type, object }) => {
    if (terminating.size === 0 || object.metadata.namespace === undefined) return;
    if (!terminating.has(object.metadata.namespace)) return;
    // Something went, or something came that was on its way when the deletion began.
    if (type !== 'modified') queue.add(object.metadata.namespace);
  });
}

/** Deletes all that a namespace holds; answers what is still there. */
function empty(access: Access, namespace: string): Remains {
  const remains: Remains = { counts: new Map(), finalizers: new Map() };
  const seen = new Set<string>();
  for (const resource of access.resources()) {
    const kind = `${resource.group}/${resource.kind}`;
    if (!resource.namespaced || seen.has(kind) || !resource.verbs.includes('delete')) continue;
    seen.add(kind);
    emptyResource(access, resource, namespace, remains);
  }
  return remains;
}

function emptyResource(access: Access, resource: Resource, namespace: string, remains: Remains): void {
  const label = resource.group === '' ? `${resource.plural}.` : `${resource.plural}.${resource.group}`;
  for (const object of Array.from(access.list(resource.group, resource.kind, namespace))) {
    const { name } = object.metadata;
    try {
      if (!isDeleting(object)) {
        access.delete(resource.group, resource.kind, namespace, name, { propagationPolicy: 'Background' });
      }
    } catch (thrown) {
      if (!(thrown instanceof StatusError)) throw thrown;
    }
    const left = access.get(resource.group, resource.kind, namespace, name);
    if (left === undefined) continue;
    remains.counts.set(label, (remains.counts.get(label) ?? 0) + 1);
    for (const finalizer of left.metadata.finalizers ?? []) {
      remains.finalizers.set(finalizer, (remains.finalizers.get(finalizer) ?? 0) + 1);
    }
  }
}

function summary(
  counts: ReadonlyMap<string, number>,
  shape: (name: string, count: number) => string,
): string {
  return [...counts]
    .map(([name, count]) => shape(name, count))
    .toSorted()
    .join(', ');
}

/** Writes the conditions that say how far the deletion is. */
function report(context: ControllerContext, namespace: KubeObject, remains: Remains): KubeObject {
  const now = timeText(context.clock.now());
  let conditions: readonly Fields[] = records(statusOf(namespace)['conditions']);
  const set = (type: string, status: 'True' | 'False', reason: string, message: string): void => {
    conditions = withCondition(conditions, { type, status, reason, message }, now);
  };
  set(
    'NamespaceDeletionDiscoveryFailure',
    'False',
    'ResourcesDiscovered',
    'All resources successfully discovered',
  );
  set(
    'NamespaceDeletionGroupVersionParsingFailure',
    'False',
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  );
  const emptied = 'All content successfully deleted, may be waiting on finalization';
  set('NamespaceDeletionContentFailure', 'False', 'ContentDeleted', emptied);
  if (remains.counts.size > 0) {
    const what = summary(remains.counts, (name, count) => `${name} has ${count} resource instances`);
    set('NamespaceContentRemaining', 'True', 'SomeResourcesRemain', `Some resources are remaining: ${what}`);
  } else set('NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed');
  if (remains.finalizers.size > 0) {
    const what = summary(remains.finalizers, (name, count) => `${name} in ${count} resource instances`);
    set(
      'NamespaceFinalizersRemaining',
      'True',
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${what}`,
    );
  } else
    set(
      'NamespaceFinalizersRemaining',
      'False',
      'ContentHasNoFinalizers',
      'All content-preserving finalizers finished',
    );
  return writeStatus(context.access, namespace, { ...statusOf(namespace), phase: 'Terminating', conditions });
}
