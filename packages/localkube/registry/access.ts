import type { KubeObject } from '@plumbline/api';
import { parseApiVersion } from '@plumbline/api';
import type { Served } from './catalogue.ts';
import { internalWrite, read, tableOf } from './core.ts';
import type { Core } from './core.ts';
import { noSuchResource } from './errors.ts';
import { remove } from './remove.ts';
import { bindPod } from './pods.ts';
import { makeRecorder } from './record.ts';
import type { Access } from './types.ts';
import { createStored } from './create-stored.ts';
import { create, update } from './write.ts';

function* inVersion(resource: Served, stored: Iterable<KubeObject>): Generator<KubeObject> {
  for (const object of stored) yield resource.fromStorage(object);
}

/** Controllers cannot wait for webhooks and read nothing but metadata, so they take such objects as they are kept. */
function asStored(resource: Served | undefined): Served | undefined {
  if (resource?.converter === undefined) return resource;
  const same = (object: KubeObject): KubeObject => object;
  return { ...resource, fromStorage: same, toStorage: same };
}

/** The door for the server's own controllers. */
export function makeAccess(core: Core): Access {
  const served = (group: string, kind: string, version?: string): Served => {
    const found = asStored(core.catalogue.byKind(group, kind, version));
    if (found === undefined) throw noSuchResource();
    return found;
  };
  const servedOf = (object: KubeObject): Served => {
    const { group, version } = parseApiVersion(object.apiVersion);
    return served(group, object.kind, version);
  };
  const record = makeRecorder(core);
  return {
    now: () => core.clock.now(),
    get(group, kind, namespace, name) {
      const resource = asStored(core.catalogue.byKind(group, kind));
      return resource === undefined ? undefined : read(core, resource, namespace, name);
    },
    list(group, kind, namespace) {
      const resource = asStored(core.catalogue.byKind(group, kind));
      if (resource === undefined) return [];
      const table = tableOf(core, resource);
      return table.size === 0 ? [] : inVersion(resource, table.list(namespace));
    },
    children: (uid) => core.store.children(uid),
    create: (object, manager, derived = false) =>
      create(core, servedOf(object), object.metadata.namespace ?? '', object, {
        ...internalWrite,
        manager,
        derived,
      }).object,
    createStored: (object, manager, fields) => createStored(core, servedOf(object), object, manager, fields),
    update(object, manager, subresource) {
      const { namespace = '', name } = object.metadata;
      return update(core, servedOf(object), namespace, name, object, subresource ?? '', {
        ...internalWrite,
        manager,
      }).object;
    },
    delete(group, kind, namespace, name, options = {}) {
      remove(core, served(group, kind), namespace, name, options);
    },
    record,
    bind: (pod, node, status) => bindPod(core, pod, node, status),
    resources: () => core.catalogue.all(),
    subscribe(group, kind, listener) {
      if (kind === '*') return core.store.subscribeAll(listener);
      // The table lasts as long as its kind; kinds that are not served yet get theirs now.
      return core.store.table(group, kind).subscribe(listener);
    },
  };
}
