import { parseApiVersion } from '@plumbline/api';
import type { KubeObject } from '@plumbline/api';
import { annotations } from './names.ts';

/** What a tracking id says: this object belongs to that application, as this object. */
export interface Tracking {
  readonly instance: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `<application>:<group>/<kind>:<namespace>/<name>`. Cluster-scoped objects carry the application's namespace. */
export function trackingId(instance: string, object: KubeObject, namespace: string): string {
  const { group } = parseApiVersion(object.apiVersion);
  const place = object.metadata.namespace ?? namespace;
  return `${instance}:${group}/${object.kind}:${place}/${object.metadata.name ?? ''}`;
}

/** Undefined where there is no id or none that can be read: then nobody owns the object. */
export function parseTracking(object: KubeObject): Tracking | undefined {
  const text = object.metadata.annotations?.[annotations.tracking];
  if (text === undefined) return undefined;
  const first = text.indexOf(':');
  const second = text.indexOf(':', first + 1);
  if (first <= 0 || second < 0) return undefined;
  const kindPart = text.slice(first + 1, second).split('/');
  const namePart = text.slice(second + 1).split('/');
  const [group, kind] = kindPart;
  const [namespace, name] = namePart;
  if (kindPart.length !== 2 || namePart.length !== 2) return undefined;
  if (group === undefined || kind === undefined || namespace === undefined || name === undefined)
    return undefined;
  return { instance: text.slice(0, first), group, kind, namespace, name };
}

/**
 * Whether the id on an object was written for this very object. Controllers copy annotations to what they make
 * (a Deployment's to its ReplicaSets), and what only carries a copy is not the application's to prune.
 */
export function isSelfReference(object: KubeObject, tracking: Tracking): boolean {
  const { group } = parseApiVersion(object.apiVersion);
  const place = object.metadata.namespace;
  return (
    tracking.group === group &&
    tracking.kind === object.kind &&
    tracking.name === object.metadata.name &&
    (place === undefined || place === '' || tracking.namespace === place)
  );
}

/** Index function for `Live`: objects are filed under the application that they name. */
export function trackingIndex(object: KubeObject): string | undefined {
  return parseTracking(object)?.instance;
}

export function withTracking(object: KubeObject, id: string): KubeObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, [annotations.tracking]: id },
    },
  };
}
