import type { Clock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { parseApiVersion } from '@plumbline/api';
import type { StoreEvent } from '../registry/types.ts';
import { makeInterner } from './interner.ts';
import { withKept, withoutKept } from './kept.ts';
import { openLog } from './log.ts';
import type { Log, LogRecord } from './log.ts';
import { makeOwnerIndex } from './owners.ts';
import { makeTable } from './table.ts';
import type { OwnTable, TableContext } from './table.ts';
import type { Store, StoreState, Table } from './types.ts';

export interface StoreOptions {
  readonly clock: Clock;
  /** Where the log is kept; in memory only without it. */
  readonly dataDir?: string;
  /** Runs a task at the end of this turn of the event loop. */
  readonly later?: (task: () => void) => void;
  /** The log is compacted when it has grown by this much and by more than the state's size. */
  readonly compactBytes?: number;
  /** What is there from the start; what `dataDir` remembers comes over it. */
  readonly initial?: StoreState;
}

/** The first write gets a number as a young real cluster would have it, and 0 and 1 keep their special meaning. */
const firstVersion = 1;

const none: readonly OwnTable[] = [];

export function openStore(options: StoreOptions): Store {
  const later = options.later ?? ((task: () => void) => void setImmediate(task));
  const tables = new Set<OwnTable>();
  // Every read and write asks for a table; kinds of several groups share a name so seldom that no text is made to ask.
  const byKind = new Map<string, OwnTable[]>();
  const known = (group: string, kind: string): OwnTable | undefined => {
    for (const one of byKind.get(kind) ?? none) if (one.group === group) return one;
    return undefined;
  };
  const owners = makeOwnerIndex();
  const everyone = new Set<(event: StoreEvent) => void>();
  const interner = makeInterner();
  let version = firstVersion;
  let log: Log | undefined;
  let compacting = false;
  let closed = false;
  let compactAt = options.compactBytes ?? 64 << 20;
  // What was given from outside is not in the log, so nothing in it may lean on that.
  const alone = options.initial === undefined;

  const compactIfLarge = (): void => {
    if (log === undefined || compacting || log.size < compactAt) return;
    compacting = true;
    later(() => {
      compacting = false;
      if (!closed) log?.compact(state());
    });
  };
  function* state(): Generator<LogRecord> {
    yield { op: 'version', version };
    for (const table of tables.values()) {
      for (const object of table.list()) yield { op: 'put', group: table.group, object };
    }
  }

  const context: TableContext = {
    clock: options.clock,
    interner,
    later,
    nextVersion: () => ++version,
    currentVersion: () => version,
    written(table, event) {
      owners.note(event);
      if (log !== undefined) {
        log.append(recordOf(table, event, alone));
        compactIfLarge();
      }
      for (const listener of everyone) listener(event);
    },
  };
  const table = (group: string, kind: string): OwnTable => {
    const there = known(group, kind);
    if (there !== undefined) return there;
    const made = makeTable(group, kind, context);
    tables.add(made);
    byKind.set(kind, [...(byKind.get(kind) ?? []), made]);
    return made;
  };

  if (options.initial !== undefined) {
    version = Math.max(version, options.initial.version);
    for (const object of options.initial.objects)
      table(parseApiVersion(object.apiVersion).group, object.kind).load(object);
    if (options.dataDir === undefined) {
      for (const each of tables.values()) {
        each.loaded();
        for (const object of each.list()) owners.note({ type: 'added', object });
      }
    }
  }
  if (options.dataDir !== undefined) {
    log = openLog(
      options.dataDir,
      (record) => {
        version = Math.max(version, load(table, record));
      },
      later,
    );
    for (const each of tables.values()) {
      each.loaded();
      for (const object of each.list()) owners.note({ type: 'added', object });
    }
    compactAt = Math.max(compactAt, log.size);
  }

  return {
    get resourceVersion() {
      return version;
    },
    table,
    tables: () => tables.values(),
    drop(group, kind) {
      const there = known(group, kind);
      if (there === undefined) return;
      tables.delete(there);
      byKind.set(
        kind,
        (byKind.get(kind) ?? []).filter((one) => one !== there),
      );
    },
    *children(uid) {
      for (const place of owners.children(uid)) {
        const object = known(place.group, place.kind)?.get(place.namespace, place.name);
        if (object !== undefined) yield object;
      }
    },
    subscribeAll(listener) {
      everyone.add(listener);
      return () => everyone.delete(listener);
    },
    state() {
      const objects: KubeObject[] = [];
      for (const each of tables.values()) objects.push(...each.list());
      return { version, objects };
    },
    durable: () => log?.durable(),
    close() {
      closed = true;
      return log?.close() ?? Promise.resolve();
    },
  };
}

/** `alone`: all that is there is in the log. */
function recordOf(table: Table, event: StoreEvent, alone: boolean): LogRecord {
  const { group } = table;
  if (event.type === 'modified' && event.previous !== undefined && alone)
    return { op: 'put', group, ...withoutKept(event.object, event.previous) };
  if (event.type !== 'deleted') return { op: 'put', group, object: event.object };
  const { namespace = '', name } = event.object.metadata;
  return {
    op: 'remove',
    group,
    kind: table.kind,
    namespace,
    name,
    version: event.resourceVersion,
  };
}

/** Puts one record back; returns its resource version. */
function load(table: (group: string, kind: string) => OwnTable, record: LogRecord): number {
  if (record.op === 'version') return record.version;
  if (record.op === 'remove') {
    table(record.group, record.kind).unload(record.namespace, record.name);
    return record.version;
  }
  const { object, kept } = record;
  const { namespace = '', name, resourceVersion } = object.metadata;
  const own = table(parseApiVersion(object.apiVersion).group, object.kind);
  const before = kept === undefined ? undefined : own.get(namespace, name);
  if (kept !== undefined && before === undefined)
    throw new Error(`the log changes ${object.kind} ${namespace}/${name}, which it has not written`);
  own.load(kept === undefined || before === undefined ? object : withKept({ object, kept }, before));
  return Number(resourceVersion);
}
