import type { KubeObject, OwnerReference } from '@plumbline/api';
import { parseApiVersion } from '@plumbline/api';
import type { ControllerContext } from './runtime/context.ts';
import { MANAGER, groupOf, isDeleting } from './runtime/objects.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

type OwnerState = 'solid' | 'dangling' | 'waiting' | 'unknown';

/**
 * Garbage collection: dependents go when all their owners are gone; the finalizers `foregroundDeletion` and `orphan`
 * do their work before an owner goes.
 */
export function startGarbageCollector(context: ControllerContext): void {
  const { access } = context;
  const namespaced = kindScopes(context);
  const queue = context.loop.queue('garbage', (key) => {
    const [group = '', kind = '', namespace = '', name = ''] = key.split('|');
    const object = access.get(group, kind, namespace, name);
    if (object === undefined) return;
    if (isDeleting(object)) finalize(object);
    else if ((object.metadata.ownerReferences?.length ?? 0) > 0) collect(object);
  });
  const add = (object: KubeObject): void =>
    queue.add(`${groupOf(object)}|${object.kind}|${object.metadata.namespace ?? ''}|${object.metadata.name}`);

  const ownerState = (object: KubeObject, owner: OwnerReference): OwnerState => {
    const { group } = parseApiVersion(owner.apiVersion);
    const scoped = namespaced(group, owner.kind);
    if (scoped === undefined) return 'unknown';
    const namespace = scoped ? (object.metadata.namespace ?? '') : '';
    if (scoped && namespace === '') return 'unknown';
    const live = access.get(group, owner.kind, namespace, owner.name);
    if (live === undefined || live.metadata.uid !== owner.uid) return 'dangling';
    return isDeleting(live) && live.metadata.finalizers?.includes(FOREGROUND) === true ? 'waiting' : 'solid';
  };

  const collect = (object: KubeObject): void => {
    const owners = object.metadata.ownerReferences ?? [];
    const states = owners.map((owner) => ownerState(object, owner));
    if (states.includes('unknown')) return;
    if (states.includes('solid')) {
      if (states.every((state) => state === 'solid')) return;
      const ownerReferences = owners.filter((_, index) => states[index] === 'solid');
      access.update({ ...object, metadata: { ...object.metadata, ownerReferences } }, MANAGER);
      return;
    }
    const deep = states.includes('waiting') && hasChildren(object);
    remove(object, deep ? 'Foreground' : policyOf(object));
  };

  const hasChildren = (object: KubeObject): boolean => {
    for (const _ of access.children(object.metadata.uid ?? '')) return true;
    return false;
  };

  const policyOf = (object: KubeObject): 'Foreground' | 'Orphan' | 'Background' => {
    if (object.metadata.finalizers?.includes(ORPHAN) === true) return 'Orphan';
    return object.metadata.finalizers?.includes(FOREGROUND) === true ? 'Foreground' : 'Background';
  };

  const remove = (object: KubeObject, propagationPolicy: 'Foreground' | 'Orphan' | 'Background'): void => {
    const { namespace = '', name, uid } = object.metadata;
    access.delete(groupOf(object), object.kind, namespace, name, {
      propagationPolicy,
      ...(uid === undefined ? {} : { uid }),
    });
  };

  const finalize = (object: KubeObject): void => {
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes(ORPHAN)) {
      for (const dependent of Array.from(access.children(object.metadata.uid ?? '')))
        release(dependent, object);
      dropFinalizer(object, ORPHAN);
      return;
    }
    if (!finalizers.includes(FOREGROUND)) return;
    let blocked = false;
    for (const dependent of Array.from(access.children(object.metadata.uid ?? ''))) {
      const reference = dependent.metadata.ownerReferences?.find(
        (owner) => owner.uid === object.metadata.uid,
      );
      if (reference?.blockOwnerDeletion === true) blocked = true;
      if (!isDeleting(dependent)) add(dependent);
    }
    if (!blocked) dropFinalizer(object, FOREGROUND);
  };

  const release = (dependent: KubeObject, owner: KubeObject): void => {
    const ownerReferences =
      dependent.metadata.ownerReferences?.filter((o) => o.uid !== owner.metadata.uid) ?? [];
    access.update({ ...dependent, metadata: { ...dependent.metadata, ownerReferences } }, MANAGER);
  };

  const dropFinalizer = (object: KubeObject, finalizer: string): void => {
    const finalizers = object.metadata.finalizers?.filter((name) => name !== finalizer) ?? [];
    access.update({ ...object, metadata: { ...object.metadata, finalizers } }, MANAGER);
  };

  context.watch('', '*', ({ type, object, previous }) => {
    const { metadata } = object;
    if (type === 'deleted') {
      for (const dependent of access.children(metadata.uid ?? '')) add(dependent);
      // The last dependent of an owner that waits for it lets that owner go.
      for (const owner of metadata.ownerReferences ?? []) {
        if (owner.blockOwnerDeletion !== true) continue;
        const { group } = parseApiVersion(owner.apiVersion);
        queue.add(
          `${group}|${owner.kind}|${namespaced(group, owner.kind) === false ? '' : (metadata.namespace ?? '')}|${owner.name}`,
        );
      }
      return;
    }
    if (metadata.deletionTimestamp !== undefined) {
      if (
        metadata.finalizers?.includes(FOREGROUND) === true ||
        metadata.finalizers?.includes(ORPHAN) === true
      )
        add(object);
      return;
    }
    if (metadata.ownerReferences === undefined) return;
    if (type === 'added' || metadata.ownerReferences !== previous?.metadata.ownerReferences) add(object);
  });
}

/** Whether a kind lives in namespaces; undefined if it is not served. */
function kindScopes(context: ControllerContext): (group: string, kind: string) => boolean | undefined {
  let known = new Map<string, boolean>();
  const refresh = (): void => {
    known = new Map(
      context.access
        .resources()
        .map((resource) => [`${resource.group}/${resource.kind}`, resource.namespaced]),
    );
  };
  context.watch('apiextensions.k8s.io', 'CustomResourceDefinition', () => {
    known = new Map();
  });
  return (group, kind) => {
    const key = `${group}/${kind}`;
    if (known.size === 0) refresh();
    return known.get(key);
  };
}
