import { keyOf, keyText } from '@plumbline/api';
import type { KubeObject, ObjectKey } from '@plumbline/api';
import type { LiveChange } from '@plumbline/kube';

/**
 * What this process knows before the watches tell it: the answers to its own requests. Without it a decision right after
 * a write would be made on the state before the write.
 */
export interface Overlay {
  /** The server's answer to a write. */
  wrote(object: KubeObject): void;
  /** The object is newer than what the watch said, or the watch's, or undefined. */
  newest(key: ObjectKey, live: KubeObject | undefined): KubeObject | undefined;
  /** The watch has caught up with a change. */
  heard(change: LiveChange): void;
  readonly size: number;
  keys(): Iterable<ObjectKey>;
}

/** Resource versions are numbers in all servers that we know; where they are not, the watch is believed. */
export function isNewer(a: KubeObject, b: KubeObject): boolean {
  const left = a.metadata.resourceVersion ?? '';
  const right = b.metadata.resourceVersion ?? '';
  if (!/^\d+$/.test(left) || !/^\d+$/.test(right)) return false;
  return left.length === right.length ? left > right : left.length > right.length;
}

export function createOverlay(): Overlay {
  const written = new Map<string, KubeObject>();
  return {
    wrote: (object) => void written.set(keyText(keyOf(object)), object),
    newest(key, live) {
      const own = written.get(keyText(key));
      if (own === undefined) return live;
      return live === undefined || isNewer(own, live) ? own : live;
    },
    heard({ object, type }) {
      const text = keyText(keyOf(object));
      const own = written.get(text);
      if (own === undefined) return;
      const gone = type === 'deleted' && own.metadata.uid === object.metadata.uid;
      if (gone || !isNewer(own, object)) written.delete(text);
    },
    get size() {
      return written.size;
    },
    *keys() {
      for (const object of written.values()) yield keyOf(object);
    },
  };
}
