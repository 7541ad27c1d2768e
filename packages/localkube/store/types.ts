import type { Cancel } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { StoreEvent } from '../registry/types.ts';

/** What a table of the store holds: all objects of one group and kind. */
export interface TableView {
  readonly resourceVersion: number;
  readonly size: number;
  /** In order of namespace, then name; `from` is a key (`namespace/name`). */
  range(namespace?: string, from?: string): Generator<KubeObject>;
}

/** Why a watch cannot go on from where it is. */
export type HistoryGap = { readonly oldest: number };

/** A reader of a table's history. It holds no events: a slow reader costs nothing and may find them gone. */
export interface Cursor {
  /** Events after the last read one, or why they are no longer there. */
  read(): readonly StoreEvent[] | HistoryGap;
  readonly resourceVersion: number;
}

export interface Table {
  readonly group: string;
  readonly kind: string;
  readonly size: number;
  get(namespace: string, name: string): KubeObject | undefined;
  list(namespace?: string): Iterable<KubeObject>;
  snapshot(): TableView;
  /** A snapshot taken earlier, while it is remembered (paging, exact reads). */
  snapshotAt(resourceVersion: number): TableView | undefined;
  /**
   * Takes the object over and gives it the next resource version; returns the frozen object that is stored. An object
   * that has a version already is stamped in place.
   */
  put(object: KubeObject): KubeObject;
  remove(namespace: string, name: string): KubeObject | undefined;
  /** In order, in the same turn of the event loop. */
  subscribe(listener: (event: StoreEvent) => void): Cancel;
  /** Starts after this resource version. */
  cursor(after: number): Cursor | HistoryGap;
  /** Called at most once per turn of the event loop after writes. */
  onChange(listener: () => void): Cancel;
}

/** All that a store holds at one moment. The objects are the frozen ones, so that it costs a list of references. */
export interface StoreState {
  readonly version: number;
  readonly objects: readonly KubeObject[];
}

export interface Store {
  /** The resource version of the last write. */
  readonly resourceVersion: number;
  table(group: string, kind: string): Table;
  tables(): Iterable<Table>;
  /** Forgets a kind that is no longer served. */
  drop(group: string, kind: string): void;
  /** Objects of any kind whose ownerReferences name this uid. */
  children(uid: string): Iterable<KubeObject>;
  subscribeAll(listener: (event: StoreEvent) => void): Cancel;
  state(): StoreState;
  /** Resolves when all writes so far have reached the log; at once without a log. */
  durable(): Promise<void> | undefined;
  close(): Promise<void>;
}
