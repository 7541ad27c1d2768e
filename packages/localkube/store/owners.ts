import type { KubeObject } from '@plumbline/api';
import type { StoreEvent } from '../registry/types.ts';
import { parseApiVersion } from '@plumbline/api';

/** Where an object is, so that the index holds no second reference to its state. */
interface Place {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Which objects name a uid in their ownerReferences. */
export interface OwnerIndex {
  note(event: Pick<StoreEvent, 'type' | 'object' | 'previous'>): void;
  children(uid: string): readonly Place[];
}

export function makeOwnerIndex(): OwnerIndex {
  const byOwner = new Map<string, Map<string, Place>>();
  const remove = (object: KubeObject): void => {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const places = byOwner.get(owner.uid);
      if (places === undefined) continue;
      places.delete(textOf(object));
      if (places.size === 0) byOwner.delete(owner.uid);
    }
  };
  const add = (object: KubeObject): void => {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;
    const place: Place = {
      group: parseApiVersion(object.apiVersion).group,
      kind: object.kind,
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
    };
    for (const owner of owners) {
      const places = byOwner.get(owner.uid) ?? new Map<string, Place>();
      places.set(textOf(object), place);
      byOwner.set(owner.uid, places);
    }
  };
  return {
    note(event) {
      const before = event.previous?.metadata.ownerReferences;
      if (event.type === 'modified' && before === event.object.metadata.ownerReferences) return;
      if (event.previous !== undefined) remove(event.previous);
      if (event.type !== 'deleted') add(event.object);
    },
    children: (uid) => [...(byOwner.get(uid)?.values() ?? [])],
  };
}

function textOf(object: KubeObject): string {
  const { group } = parseApiVersion(object.apiVersion);
  return `${group}/${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
