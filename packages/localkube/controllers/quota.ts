import { record } from '../kinds/fields.ts';
import { formatUsage, sumUsage } from '../kinds/quota.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueSelf } from './runtime/context.ts';
import { keyOf, specOf, splitKey, statusOf, writeStatus } from './runtime/objects.ts';

/** Changes are gathered for so long before a quota is counted again. */
const BATCH_MS = 100;

/**
 * Counts what the namespaces that have ResourceQuotas use. Namespaces without one cost a look into a map. `admitted`: only
 * what upstream's API server does itself, which adds what it lets in to the counts that a controller has made.
 */
export function startQuotas(context: ControllerContext, admitted = false): void {
  const { access } = context;
  const quotas = new Map<string, Set<string>>();
  const queue = context.loop.queue('quota', (key) => {
    const [namespace, name] = splitKey(key);
    const quota = access.get('', 'ResourceQuota', namespace, name);
    if (quota === undefined) return;
    const hard = record(admitted ? statusOf(quota)['hard'] : specOf(quota)['hard']);
    if (admitted && Object.keys(hard).length === 0) return;
    const total: Record<string, bigint> = {};
    for (const { group, kind } of countedKinds(context, Object.keys(hard))) {
      for (const [what, value] of Object.entries(sumUsage(access.list(group, kind, namespace), group)))
        total[what] = value;
    }
    const used = Object.fromEntries(
      Object.keys(hard).map((what) => [what, formatUsage(what, total[what] ?? 0n)]),
    );
    writeStatus(access, quota, { hard, used });
  });
  context.watch('', 'ResourceQuota', (event) => {
    const namespace = event.object.metadata.namespace ?? '';
    const names = quotas.get(namespace) ?? new Set();
    if (event.type === 'deleted') names.delete(event.object.metadata.name);
    else names.add(event.object.metadata.name);
    if (names.size === 0) quotas.delete(namespace);
    else quotas.set(namespace, names);
    if (!admitted) enqueueSelf(queue)(event);
  });
  context.watch('', '*', ({ type, object }) => {
    if (quotas.size === 0 || (admitted && type !== 'added')) return;
    // Only pods and services change in what they take.
    if (
      type === 'modified' &&
      object.kind !== 'Pod' &&
      object.kind !== 'Service' &&
      object.kind !== 'PersistentVolumeClaim'
    )
      return;
    const names = quotas.get(object.metadata.namespace ?? '');
    if (names === undefined || object.kind === 'Event' || object.kind === 'ResourceQuota') return;
    for (const name of names)
      queue.addAfter(keyOf({ ...object, metadata: { ...object.metadata, name } }), BATCH_MS);
  });
}

const PLAIN: Readonly<Record<string, string>> = {
  services: 'Service',
  secrets: 'Secret',
  configmaps: 'ConfigMap',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  replicationcontrollers: 'ReplicationController',
  resourcequotas: 'ResourceQuota',
};

/** The kinds that a quota's names ask about. */
function countedKinds(
  context: ControllerContext,
  names: readonly string[],
): Iterable<{ readonly group: string; readonly kind: string }> {
  const kinds = new Map<string, { readonly group: string; readonly kind: string }>();
  const add = (group: string, kind: string): void => {
    kinds.set(`${group}/${kind}`, { group, kind });
  };
  for (const name of names) {
    const plain = PLAIN[name.split('.')[0] ?? ''];
    if (plain !== undefined) add('', plain);
    else if (name === 'requests.storage') add('', 'PersistentVolumeClaim');
    else if (name.startsWith('count/')) {
      const [plural = '', ...group] = name.slice(6).split('.');
      const found = context.access
        .resources()
        .find((one) => one.plural === plural && one.group === group.join('.'));
      if (found !== undefined) add(found.group, found.kind);
    } else add('', 'Pod');
  }
  return kinds.values();
}
