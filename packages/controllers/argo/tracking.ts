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

/** Where the parts of an id end; undefined where it cannot be read. Every event of the cluster asks, so nothing is cut yet. */
function endsOf(text: string): readonly [number, number, number, number] | undefined {
  const instance = text.indexOf(':');
  const kind = text.indexOf(':', instance + 1);
  const group = text.indexOf('/', instance + 1);
  const namespace = text.indexOf('/', kind + 1);
  if (instance <= 0 || kind < 0 || group < 0 || group > kind || namespace < 0) return undefined;
  const more = text.indexOf('/', group + 1);
  if ((more >= 0 && more < kind) || text.includes('/', namespace + 1)) return undefined;
  return [instance, group, kind, namespace];
}

/** Undefined where there is no id or none that can be read: then nobody owns the object. */
export function parseTracking(object: KubeObject): Tracking | undefined {
  const text = object.metadata.annotations?.[annotations.tracking];
  const ends = text === undefined ? undefined : endsOf(text);
  if (text === undefined || ends === undefined) return undefined;
  const [instance, group, kind, namespace] = ends;
  return {
    instance: text.slice(0, instance),
    group: text.slice(instance + 1, group),
    kind: text.slice(group + 1, kind),
    namespace: text.slice(kind + 1, namespace),
    name: text.slice(namespace + 1),
  };
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
  const text = object.metadata.annotations?.[annotations.tracking];
  const ends = text === undefined ? undefined : endsOf(text);
  return ends === undefined ? undefined : text?.slice(0, ends[0]);
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
