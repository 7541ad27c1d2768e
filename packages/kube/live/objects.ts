import { deepFreeze, isRecord, messageOf } from '@plumbline/base';
import type { Cancel, Logger } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { LiveChange } from '../types.ts';

/** An object with what it is filed under. The entry stays while the object changes, so indexes rarely do. */
interface Entry {
  object: KubeObject;
  owners: readonly string[];
  text: string | undefined;
}

/** All live objects, by kind and by two indexes, and who wants to hear of changes. */
export interface ObjectStore {
  kind(): KindObjects;
  children(uid: string): Iterable<KubeObject>;
  indexed(text: string): Iterable<KubeObject>;
  listen(listener: (change: LiveChange) => void): Cancel;
}

/** The objects of one kind. */
export interface KindObjects {
  get(namespace: string, name: string): KubeObject | undefined;
  all(): Iterable<KubeObject>;
  put(object: KubeObject): void;
  remove(object: KubeObject): void;
  /** Takes a new complete state in pieces: at `finish`, what was not put meanwhile is gone. */
  refill(): { put(objects: readonly KubeObject[]): void; finish(): void };
  clear(): void;
}

/** How objects are kept. */
export interface ObjectStoreOptions {
  readonly index?: ((object: KubeObject) => string | undefined) | undefined;
  /** Applied to each object before it is shared. */
  readonly trim?: ((object: KubeObject) => KubeObject) | undefined;
  readonly freeze: boolean;
  readonly logger: Logger;
}

const NONE: readonly string[] = [];

/** An empty store. */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const byOwner = new Map<string, Set<Entry>>();
  const byText = new Map<string, Set<Entry>>();
  const announce = createAnnouncer(options.logger);

  function file(entry: Entry): void {
    for (const owner of entry.owners) addTo(byOwner, owner, entry);
    if (entry.text !== undefined) addTo(byText, entry.text, entry);
  }

  function unfile(entry: Entry): void {
    for (const owner of entry.owners) removeFrom(byOwner, owner, entry);
    if (entry.text !== undefined) removeFrom(byText, entry.text, entry);
  }

  function prepare(object: KubeObject): KubeObject {
    const trimmed = options.trim === undefined ? object : options.trim(object);
    // The embedded server freezes what it stores, so that in process this ends at the first look.
    if (options.freeze) deepFreeze(trimmed);
    return trimmed;
  }

  function kind(): KindObjects {
    const entries = new Map<string, Entry>();

    function add(key: string, object: KubeObject): void {
      const entry = { object, owners: ownersOf(object), text: options.index?.(object) };
      entries.set(key, entry);
      file(entry);
      announce.tell({ type: 'added', object });
    }

    function take(key: string, entry: Entry, object: KubeObject): void {
      const previous = entry.object;
      entries.delete(key);
      unfile(entry);
      announce.tell({ type: 'deleted', object, previous });
    }

    function put(given: KubeObject): string {
      const { namespace = '', name, uid, resourceVersion } = given.metadata;
      const key = `${namespace}/${name}`;
      const entry = entries.get(key);
      if (entry === undefined) {
        add(key, prepare(given));
        return key;
      }
      const previous = entry.object;
      if (previous.metadata.uid !== uid) {
        take(key, entry, previous);
        add(key, prepare(given));
        return key;
      }
      const sameVersion =
        resourceVersion !== undefined && resourceVersion === previous.metadata.resourceVersion;
      if (sameVersion && given.apiVersion === previous.apiVersion) return key;
      const object = prepare(given);
      const owners = ownersOf(object);
      const text = options.index?.(object);
      if (text !== entry.text || !sameTexts(owners, entry.owners)) {
        unfile(entry);
        entry.owners = owners;
        entry.text = text;
        file(entry);
      }
      entry.object = object;
      announce.tell({ type: 'modified', object, previous });
      return key;
    }

    return {
      get: (namespace, name) => entries.get(`${namespace}/${name}`)?.object,
      all: () => objectsOf(entries.values()),
      put,
      remove(object) {
        const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
        const entry = entries.get(key);
        // A deletion that comes late must not take a successor of the same name away.
        if (entry !== undefined && entry.object.metadata.uid === object.metadata.uid)
          take(key, entry, prepare(object));
      },
      refill() {
        const seen = new Set<string>();
        return {
          put(objects) {
            for (const object of objects) seen.add(put(object));
          },
          finish() {
            for (const [key, entry] of entries) if (!seen.has(key)) take(key, entry, entry.object);
          },
        };
      },
      clear() {
        for (const [key, entry] of entries) take(key, entry, entry.object);
      },
    };
  }

  return {
    kind,
    children: (uid) => objectsOf(byOwner.get(uid)),
    indexed: (text) => objectsOf(byText.get(text)),
    listen: (listener) => announce.listen(listener),
  };
}

/**
 * Tells changes one after the other: what a listener causes while it listens (in process, a write answers at once) is
 * told after the present change has reached everybody.
 */
function createAnnouncer(logger: Logger): {
  tell(change: LiveChange): void;
  listen(listener: (change: LiveChange) => void): Cancel;
} {
  // Replaced, not changed, so that those who come or go while a change is told do not disturb it.
  let listeners: readonly ((change: LiveChange) => void)[] = [];
  const waiting: LiveChange[] = [];
  let telling = false;
  return {
    tell(change) {
      if (listeners.length === 0) return;
      waiting.push(change);
      if (telling) return;
      telling = true;
      for (let at = 0; at < waiting.length; at++) {
        for (const listener of listeners) {
          try {
            listener(waiting[at]!);
          } catch (thrown) {
            logger.error('a listener of live objects failed', { error: messageOf(thrown) });
          }
        }
      }
      waiting.length = 0;
      telling = false;
    },
    listen(listener) {
      const own = (change: LiveChange): void => listener(change);
      listeners = [...listeners, own];
      return () => {
        listeners = listeners.filter((other) => other !== own);
      };
    },
  };
}

function* objectsOf(entries: Iterable<Entry> | undefined): Iterable<KubeObject> {
  if (entries !== undefined) for (const entry of entries) yield entry.object;
}

function ownersOf(object: KubeObject): readonly string[] {
  const owners = object.metadata.ownerReferences;
  return owners === undefined || owners.length === 0 ? NONE : owners.map((owner) => owner.uid);
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}

function addTo(index: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([entry]));
  else set.add(entry);
}

function removeFrom(index: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const set = index.get(key);
  if (set === undefined) return;
  set.delete(entry);
  if (set.size === 0) index.delete(key);
}

/** The object without the record of who owns which field, which is often half of it. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  if (!isRecord(object.metadata) || object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
