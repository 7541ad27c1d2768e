import { deepFreeze } from '@plumbline/base';
import type { Clock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { StoreEvent } from '../registry/types.ts';
import { makeHistory } from './history.ts';
import type { Interner } from './interner.ts';
import { makeTree } from './tree.ts';
import type { Table, TableView } from './types.ts';

/** What a table needs of the store around it. */
export interface TableContext {
  readonly clock: Clock;
  readonly interner: Interner;
  nextVersion(): number;
  currentVersion(): number;
  /** Called after each write, before the table's own subscribers. */
  written(table: Table, event: StoreEvent): void;
  /** Runs a task once at the end of this turn of the event loop. */
  later(task: () => void): void;
}

/** How long a page's snapshot is remembered, and how many. */
const snapshotAgeMs = 300_000;
const snapshotsMax = 64;

/** As in etcd, where `a-b/` comes before `a/`. */
function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

export interface OwnTable extends Table {
  /** Puts what the log remembers: no event, no new version. */
  load(object: KubeObject): void;
  unload(namespace: string, name: string): void;
  loaded(): void;
}

export function makeTable(group: string, kind: string, context: TableContext): OwnTable {
  const tree = makeTree<KubeObject>();
  const byKey = new Map<string, KubeObject>();
  const history = makeHistory(context.clock, context.currentVersion());
  const listeners = new Set<(event: StoreEvent) => void>();
  const waiting = new Set<() => void>();
  const snapshots = new Map<number, { readonly view: TableView; readonly at: number }>();
  let announced = false;

  const announce = (): void => {
    if (announced || waiting.size === 0) return;
    announced = true;
    context.later(() => {
      announced = false;
      for (const listener of waiting) listener();
    });
  };
  const publish = (event: StoreEvent): void => {
    history.add(event);
    context.written(table, event);
    for (const listener of listeners) listener(event);
    announce();
  };
  const viewOf = (
    range: (from?: string, to?: string) => Generator<readonly [string, KubeObject]>,
    size: number,
  ): TableView => ({
    resourceVersion: context.currentVersion(),
    size,
    *range(namespace = '', from = '') {
      const [low, high] = namespace === '' ? ['', undefined] : [`${namespace}/`, `${namespace}0`];
      for (const [, object] of range(from > low ? from : low, high)) yield object;
    },
  });

  const table: OwnTable = {
    group,
    kind,
    get size() {
      return byKey.size;
    },
    get: (namespace, name) => byKey.get(keyOf(namespace, name)),
    list: (namespace) => viewOf((from, to) => tree.range(from, to), tree.size).range(namespace),
    snapshot() {
      const version = context.currentVersion();
      const known = snapshots.get(version);
      if (known !== undefined) return known.view;
      const now = context.clock.now();
      for (const [old, { at }] of snapshots) {
        if (snapshots.size < snapshotsMax && now - at < snapshotAgeMs) break;
        snapshots.delete(old);
      }
      const held = tree.snapshot();
      const view = viewOf((from, to) => held.range(from, to), held.size);
      snapshots.set(version, { view, at: now });
      return view;
    },
    snapshotAt(resourceVersion) {
      const known = snapshots.get(resourceVersion);
      if (known !== undefined) return known.view;
      // Nothing was written here since: the present is that snapshot.
      if (resourceVersion >= history.newest && resourceVersion <= context.currentVersion())
        return table.snapshot();
      const since = history.after(resourceVersion);
      return since === undefined ? undefined : rewound(byKey, since, resourceVersion);
    },
    put(object) {
      const version = context.nextVersion();
      const stored = deepFreeze(stamped(context.interner.intern(object), version));
      const key = keyOf(stored.metadata.namespace ?? '', stored.metadata.name);
      const previous = byKey.get(key);
      byKey.set(key, stored);
      tree.set(key, stored);
      publish(
        previous === undefined
          ? { type: 'added', object: stored, resourceVersion: version }
          : { type: 'modified', object: stored, previous, resourceVersion: version },
      );
      return stored;
    },
    remove(namespace, name) {
      const key = keyOf(namespace, name);
      const previous = byKey.get(key);
      if (previous === undefined) return undefined;
      const version = context.nextVersion();
      byKey.delete(key);
      tree.delete(key);
      // A DELETED event carries the last state with the version of the deletion.
      const last = deepFreeze({
        ...previous,
        metadata: { ...previous.metadata, resourceVersion: String(version) },
      });
      publish({ type: 'deleted', object: last, previous, resourceVersion: version });
      return last;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    cursor: (after) => history.cursor(after),
    onChange(listener) {
      waiting.add(listener);
      return () => waiting.delete(listener);
    },
    load(object) {
      const frozen = deepFreeze(context.interner.intern(object));
      const key = keyOf(frozen.metadata.namespace ?? '', frozen.metadata.name);
      byKey.set(key, frozen);
      tree.set(key, frozen);
    },
    unload(namespace, name) {
      byKey.delete(keyOf(namespace, name));
      tree.delete(keyOf(namespace, name));
    },
    loaded: () => history.restart(context.currentVersion()),
  };
  return table;
}

/** The table as it was, made by undoing what came after. Rare: only for exact reads of the past. */
function rewound(
  now: ReadonlyMap<string, KubeObject>,
  since: readonly StoreEvent[],
  resourceVersion: number,
): TableView {
  const state = new Map(now);
  for (const event of since.toReversed()) {
    const key = keyOf(event.object.metadata.namespace ?? '', event.object.metadata.name);
    if (event.previous === undefined) state.delete(key);
    else state.set(key, event.previous);
  }
  const sorted = [...state].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    resourceVersion,
    size: sorted.length,
    *range(namespace = '', from = '') {
      for (const [key, object] of sorted) {
        if (key >= from && (namespace === '' || object.metadata.namespace === namespace)) yield object;
      }
    },
  };
}

/** The object with its version: the very one where it has a place for that and nobody has frozen it. */
function stamped(object: KubeObject, version: number): KubeObject {
  const { metadata } = object;
  if (metadata.resourceVersion === undefined || Object.isFrozen(object) || Object.isFrozen(metadata))
    return { ...object, metadata: withVersion(metadata, version) };
  (metadata as Record<string, unknown>)['resourceVersion'] = String(version);
  return object;
}

/** The version stands after the uid, where Go writes it. */
function withVersion(metadata: KubeObject['metadata'], version: number): KubeObject['metadata'] {
  if (metadata.resourceVersion !== undefined) return { ...metadata, resourceVersion: String(version) };
  const { name, generateName, namespace, uid, ...rest } = metadata;
  return {
    name,
    ...(generateName !== undefined && { generateName }),
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    resourceVersion: String(version),
    ...rest,
  };
}
