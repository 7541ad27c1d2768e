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
  keys(): Iterable<ObjectKey>;
}

/** Resource versions are numbers in all servers that we know; where they are not, the watch is believed. */
export function isNewer(a: KubeObject, b: KubeObject): boolean {
  const left = a.metadata.resourceVersion ?? '';
  const right = b.metadata.resourceVersion ?? '';
  if (!/^\d+$/.test(left) || !/^\d+$/.test(right)) return false;
  return left.length === right.length ? left > right : left.length > right.length;
}

/** A watch that is this late is broken, and then nothing is decided on what seems missing anyway. */
const LAG_MAX_MS = 15_000;

export function createOverlay(live: (key: ObjectKey) => KubeObject | undefined, now: () => number): Overlay {
  const written = new Map<string, { readonly object: KubeObject; readonly at: number }>();
  // Objects (by uid) that the watch has seen go, in the order of going: an answer that comes later speaks of the past.
  const gone = new Map<string, number>();

  function bury(uid: string): void {
    gone.set(uid, now());
    for (const [old, at] of gone) {
      if (now() - at <= LAG_MAX_MS) return;
      gone.delete(old);
    }
  }

  function own(text: string): KubeObject | undefined {
    const entry = written.get(text);
    if (entry === undefined) return undefined;
    if (now() - entry.at <= LAG_MAX_MS) return entry.object;
    written.delete(text);
    return undefined;
  }

  return {
    wrote(object) {
      const key = keyOf(object);
      const known = live(key);
      // In process the watch may have it, and may have seen it go, before the answer is there.
      if (gone.has(object.metadata.uid ?? '')) return;
      if (known !== undefined && !isNewer(object, known)) return;
      written.set(keyText(key), { object, at: now() });
    },
    newest(key, known) {
      const object = own(keyText(key));
      if (object === undefined) return known;
      return known === undefined || isNewer(object, known) ? object : known;
    },
    heard({ object, type }) {
      const text = keyText(keyOf(object));
      if (type === 'deleted' && object.metadata.uid !== undefined) bury(object.metadata.uid);
      const mine = own(text);
      if (mine === undefined) return;
      const went = type === 'deleted' && mine.metadata.uid === object.metadata.uid;
      if (went || !isNewer(mine, object)) written.delete(text);
    },
    keys: () => [...written.values()].map(({ object }) => keyOf(object)),
  };
}
