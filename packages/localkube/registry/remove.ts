import type { KubeObject, Status } from '@plumbline/api';
import { formatApiVersion } from '@plumbline/api';
import { decodeTyped } from '../schema/index.ts';
import { admitRemoval } from './admit.ts';
import type { Served } from './catalogue.ts';
import { read, tableOf, timeText } from './core.ts';
import type { Core } from './core.ts';
import { beginDefinitionRemoval, isDefinition, terminating } from './definitions.ts';
import { conflict, forbidden, notFound } from './errors.ts';
import type { DeleteOptions } from './types.ts';
import { storageErrorText } from './storage-error.ts';
import { keep } from './write.ts';

/** Jobs and replication controllers leave their pods behind where nobody says otherwise. */
export function orphansByDefault({ group, kind }: Pick<Served, 'group' | 'kind'>): boolean {
  return (group === 'batch' && kind === 'Job') || (group === '' && kind === 'ReplicationController');
}

/** DELETE answers with the object while something holds it back, else with a Status. */
export interface RemoveResult {
  readonly body: KubeObject | Status;
  readonly removed: boolean;
}

const protectedNamespaces = new Set(['default', 'kube-system', 'kube-public']);
/** Kinds whose last state is the answer to their deletion. */
const answersObject = new Set([
  '/Pod',
  '/PodTemplate',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/ResourceQuota',
  '/ServiceAccount',
  '/Service',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/ResourceClaim',
  'resource.k8s.io/ResourceClaimTemplate',
  'resource.k8s.io/ResourceSlice',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttachment',
  'storage.k8s.io/VolumeAttributesClass',
]);

export function remove(
  core: Core,
  resource: Served,
  namespace: string,
  name: string,
  options: DeleteOptions,
): RemoveResult {
  const live = read(core, resource, namespace, name);
  if (live === undefined) throw notFound(resource, name);
  checkPreconditions(resource, live, options);
  admitRemoval(core, resource, live, options.dryRun === true);
  if (resource.kind === 'PriorityClass' && name.startsWith('system-')) {
    throw forbidden(resource, name, 'this is a system priority class and cannot be deleted');
  }
  if (resource.group === '' && resource.kind === 'Namespace' && protectedNamespaces.has(name)) {
    throw forbidden(resource, name, 'this namespace may not be deleted');
  }
  const marked = mark(core, resource, live, options);
  if (marked === live) return { body: live, removed: false };
  if (marked !== undefined) {
    if (options.dryRun === true) return { body: marked, removed: false };
    const stored = keep(core, resource, marked);
    beginDefinitionRemoval(core, resource, stored);
    return { body: stored, removed: false };
  }
  const freed = (live.metadata.finalizers ?? []).length > 0;
  if (freed && options.dryRun === true && resource.typed !== undefined)
    return { body: nothingOf(resource), removed: true };
  if (freed && options.resourceVersion !== undefined) throw lostVersion(resource, live);
  const last = options.dryRun === true ? live : (tableOf(core, resource).remove(namespace, name) ?? live);
  if (answersObject.has(`${resource.group}/${resource.kind}`)) {
    const shown =
      resource.gracePeriod === undefined
        ? last
        : withMeta(last, { ...endOf(core, last, 0), ...counted(last), finalizers: [] });
    return { body: resource.fromStorage(shown), removed: true };
  }
  return { body: success(resource, live), removed: true };
}

/** Upstream tries to free the object first, does not, and then goes on with the outcome of that: an object without content. */
function nothingOf(resource: Served): KubeObject {
  const zero = decodeTyped(resource.typed!, {}, '', { quantity: () => undefined, unknown: [] }) as object;
  return {
    ...zero,
    kind: resource.kind,
    apiVersion: formatApiVersion(resource.group, resource.version),
  } as unknown as KubeObject;
}

/** As `nothingOf`: the version of that object is none, and is held against the one that is there. */
function lostVersion(resource: Served, { metadata }: KubeObject): Error {
  const { name, namespace = '', resourceVersion = '' } = metadata;
  const why = `Precondition failed: ResourceVersion in precondition: , ResourceVersion in object meta: ${resourceVersion}`;
  return conflict(resource, name, storageErrorText(resource, namespace, name, why));
}

/** To be marked for deletion counts as a change of what is wanted. */
function counted(live: KubeObject): Partial<KubeObject['metadata']> {
  const { generation, deletionTimestamp } = live.metadata;
  return generation === undefined || deletionTimestamp !== undefined ? {} : { generation: generation + 1 };
}

function success(resource: Served, object: KubeObject): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(resource.group !== '' && { group: resource.group }),
      kind: resource.plural,
      ...(object.metadata.uid !== undefined && { uid: object.metadata.uid }),
    },
  };
}

function checkPreconditions(resource: Served, live: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = live.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(
      { ...resource, group: resource.storage.group, plural: resource.kind },
      live.metadata.name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid ?? ''}). The object might have been deleted and then recreated`,
    );
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw conflict(
      { ...resource, group: resource.storage.group, plural: resource.kind },
      live.metadata.name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion ?? ''}). The object might have been modified`,
    );
  }
}

/** The object as it waits for its end; the same one when it already does; undefined when nothing holds it back. */
function mark(
  core: Core,
  resource: Served,
  live: KubeObject,
  options: DeleteOptions,
): KubeObject | undefined {
  const finalizers = finalizersFor(resource, live, options);
  const grace = gracePeriod(resource, live, options);
  const isNamespace = resource.group === '' && resource.kind === 'Namespace';
  const held =
    finalizers.length > 0 ||
    (isNamespace &&
      ((live.spec as { finalizers?: readonly string[] } | undefined)?.finalizers?.length ?? 0) > 0);
  if (!held && grace === 0) return undefined;
  const sameFinalizers =
    finalizers.length === (live.metadata.finalizers ?? []).length &&
    finalizers.every((one) => live.metadata.finalizers?.includes(one));
  if (live.metadata.deletionTimestamp !== undefined) {
    const before = live.metadata.deletionGracePeriodSeconds ?? 0;
    if (grace >= before && sameFinalizers) return live;
    return withMeta(live, { ...endOf(core, live, Math.min(grace, before)), finalizers });
  }
  const marked = withMeta(live, {
    ...endOf(core, live, grace),
    finalizers,
    ...counted(live),
  });
  if (isNamespace)
    return { ...marked, status: { ...(live.status as object | undefined), phase: 'Terminating' } };
  return isDefinition(resource) ? terminating(marked, timeText(core.clock.now())) : marked;
}

function endOf(core: Core, live: KubeObject, grace: number): Partial<KubeObject['metadata']> {
  const begun =
    live.metadata.deletionTimestamp === undefined
      ? core.clock.now()
      : Date.parse(live.metadata.deletionTimestamp) - (live.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  // Kinds without a grace period of their own get no grace seconds on a namespace, but 0 on everything else.
  const seconds =
    live.kind === 'Namespace' && live.apiVersion === 'v1' ? {} : { deletionGracePeriodSeconds: grace };
  return { deletionTimestamp: timeText(begun + grace * 1000), ...seconds };
}

function withMeta(object: KubeObject, changes: Partial<KubeObject['metadata']>): KubeObject {
  const { finalizers: _, ...metadata } = object.metadata;
  const { finalizers = [], ...rest } = changes;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...rest,
      ...(finalizers.length > 0 && { finalizers }),
    } as KubeObject['metadata'],
  };
}

function gracePeriod(resource: Served, live: KubeObject, options: DeleteOptions): number {
  if (resource.gracePeriod === undefined) return 0;
  const usual = resource.gracePeriod(live);
  // Objects that may go at once ignore a longer wish.
  return usual === 0 ? 0 : Math.max(0, options.gracePeriodSeconds ?? usual);
}

function finalizersFor(resource: Served, live: KubeObject, options: DeleteOptions): readonly string[] {
  const present = live.metadata.finalizers ?? [];
  const policy = options.propagationPolicy;
  const cleanup = 'customresourcecleanup.apiextensions.k8s.io';
  const kept =
    isDefinition(resource) && live.metadata.deletionTimestamp === undefined && !present.includes(cleanup)
      ? [...present, cleanup]
      : present;
  // Nothing belongs to an event, so nobody waits for what does.
  if (resource.kind === 'Event' && resource.storage.group === '')
    return kept.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
  if (policy === undefined) {
    const decided = kept.includes('orphan') || kept.includes('foregroundDeletion');
    return orphansByDefault(resource) && !decided ? [...kept, 'orphan'] : kept;
  }
  const others = kept.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
  const own = policy === 'Orphan' ? 'orphan' : 'foregroundDeletion';
  const wanted = policy === 'Background' ? others : [...others, own];
  // The same ones keep their order.
  return wanted.length === kept.length && wanted.every((one) => kept.includes(one)) ? kept : wanted;
}
